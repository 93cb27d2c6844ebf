//! `yinxin sign`: the signing engine as a command. One CMS signature (PAdES B-B, with `--tsa` B-T) in a new revision.
//!
//! What was made is verified before it is written; nothing is written when anything speaks against it.

use std::io::Write as _;
use std::path::PathBuf;
use std::process::ExitCode;
use std::sync::Arc;

use clap::Args;
use yinxin_pdf::verify::{Limits, Report, Verdict, VerifyOptions, verify};
use yinxin_pdf::{Dss, Mark, Opened, Prepared, SignatureKind, SignatureRequest, place_upright};
use yinxin_pki::cms::SignedAttributes;
use yinxin_pki::digest::DigestAlgorithm;
use yinxin_pki::key::{KeyAlgorithm, PrivateKey};
use yinxin_pki::tsp::{Query, Token};
use yinxin_pki::x509::Certificate;
use yinxin_seal::PdfForm;
use zeroize::Zeroizing;

use super::CommandResult;
use crate::app::{Chance, Clock};

/// What is signed, with what, and what is shown.
#[derive(Args)]
pub(super) struct Arguments {
    /// The PDF to be signed; it is left as it is.
    input: PathBuf,
    /// The signed PDF; must not exist.
    output: PathBuf,
    /// The private key: PKCS#8 in PEM, not encrypted; SM2, P-256, P-384 or RSA.
    #[arg(long, value_name = "PEM")]
    key: PathBuf,
    /// The signer's certificate and those above it, in this order, in PEM.
    #[arg(long, value_name = "PEM")]
    cert: PathBuf,
    /// A picture of a seal, PNG, to be shown.
    #[arg(long, value_name = "PNG", requires_all = ["page", "at"])]
    seal: Option<PathBuf>,
    /// The page of the seal, from 1.
    #[arg(long, value_name = "N", requires = "seal")]
    page: Option<usize>,
    /// The centre of the seal in millimetres from the left and the top of the page as seen.
    #[arg(long, value_name = "X,Y", value_parser = point, requires = "seal")]
    at: Option<(f64, f64)>,
    /// The width of the seal in millimetres; its height follows from the picture.
    #[arg(long, value_name = "MM", default_value_t = 42.0, requires = "seal")]
    width: f64,
    /// Address of a timestamping authority (RFC 3161 over HTTP).
    #[arg(long, value_name = "URL")]
    tsa: Option<String>,
    /// Name of the new signature field.
    #[arg(long, value_name = "NAME", default_value = "Signature1")]
    field: String,
    /// Why it is signed; stands in the signature.
    #[arg(long, value_name = "TEXT", default_value = "")]
    reason: String,
}

fn point(text: &str) -> Result<(f64, f64), String> {
    let parse = |part: &str| part.trim().parse::<f64>().ok().filter(|number| number.is_finite());
    text.split_once(',')
        .and_then(|(x, y)| parse(x).zip(parse(y)))
        .ok_or_else(|| "two numbers are needed, such as 150,240".to_owned())
}

/// Why the command does not sign.
#[derive(Debug, thiserror::Error)]
enum Refusal {
    #[error("{path}: {source}")]
    File { path: String, source: std::io::Error },
    #[error("the output {0} exists; choose another name")]
    OutputExists(String),
    #[error("the key is not the one of the first certificate")]
    KeyDiffers,
    #[error("the certificate is not valid now (it is from {from} to {to})")]
    NotValidNow { from: String, to: String },
    #[error("the file has no page {0}")]
    NoSuchPage(usize),
    #[error("the picture of the seal cannot be used: {0}")]
    Picture(&'static str),
    #[error("the timestamping authority answered with status {0}")]
    TsaStatus(u16),
    #[error("the timestamping authority's answer has more than 1 MiB")]
    TsaAnswerTooLarge,
    #[error("the signature that was made does not hold; nothing was written: {0}")]
    NotSound(String),
}

/// Bytes kept free for the message besides its certificates, and for a timestamp.
const MESSAGE_ROOM: usize = 4096;
const TIMESTAMP_ROOM: usize = 16 << 10;

/// Signs, verifies what was made, and writes it.
pub(super) async fn run(arguments: Arguments) -> CommandResult {
    let (now, chance) = (Clock::new(false).now(), Chance::from_system()?);
    let mut rng = chance.fork();
    if arguments.output.exists() {
        return Err(Refusal::OutputExists(arguments.output.display().to_string()).into());
    }
    let key_text = Zeroizing::new(String::from_utf8(read(&arguments.key)?)?);
    let key = PrivateKey::from_pkcs8_pem(&key_text)?;
    let chain = Certificate::from_pem(&String::from_utf8(read(&arguments.cert)?)?)?;
    let (certificate, above) = chain.split_first().ok_or(Refusal::KeyDiffers)?;
    check(certificate, &key, now)?;

    let file = Opened::open(Arc::from(read(&arguments.input)?))?;
    let picture =
        arguments.seal.as_ref().map(|path| Ok::<_, Box<dyn std::error::Error + Send + Sync>>(drawing(&read(path)?)?));
    let picture = picture.transpose()?;
    let widget = match (&picture, arguments.page, arguments.at) {
        (Some(picture), Some(page), Some(centre)) => Some(mark(&file, picture, page, centre, arguments.width)?),
        _ => None,
    };
    let mut file_id = [0; 16];
    rand_core::Rng::fill_bytes(&mut rng, &mut file_id);
    let room: usize = chain.iter().map(|certificate| certificate.as_der().len()).sum();
    let room = room + MESSAGE_ROOM + arguments.tsa.as_ref().map_or(0, |_| TIMESTAMP_ROOM);
    let dss = Dss::default();
    let prepared = file.prepare(&SignatureRequest {
        field_name: &arguments.field,
        kind: if key.algorithm() == KeyAlgorithm::Sm2 { SignatureKind::Sm2Cms } else { SignatureKind::Cms },
        signer_name: &certificate.subject().common_name().unwrap_or_default(),
        reason: &arguments.reason,
        location: None,
        signed_at_micros: now,
        widget,
        page_marks: None,
        dss: &dss,
        contents_capacity: room,
        file_id,
    })?;
    let contents = message(&prepared, &key, certificate, above, arguments.tsa.as_deref(), &mut rng).await?;
    let signed: Arc<[u8]> = Arc::from(prepared.embed(&contents)?.into_bytes());

    let roots = chain.last().filter(|last| last.is_self_issued()).cloned().into_iter().collect();
    let limits = Limits { bytes: usize::MAX, ..Limits::default() };
    let report = verify(Arc::clone(&signed), &VerifyOptions { roots, at_micros: now, limits })?;
    let summary = sound(&report, &arguments.field)?;
    write_new(&arguments.output, &signed)?;
    println!("{summary}");
    Ok(ExitCode::SUCCESS)
}

fn read(path: &PathBuf) -> Result<Vec<u8>, Refusal> {
    std::fs::read(path).map_err(|source| Refusal::File { path: path.display().to_string(), source })
}

/// Creates the file, writes it out to the disk, and takes it away again if that fails.
fn write_new(path: &PathBuf, bytes: &[u8]) -> Result<(), Refusal> {
    let failed = |source: std::io::Error| match source.kind() {
        std::io::ErrorKind::AlreadyExists => Refusal::OutputExists(path.display().to_string()),
        _ => Refusal::File { path: path.display().to_string(), source },
    };
    let mut file = std::fs::File::create_new(path).map_err(failed)?;
    file.write_all(bytes).and_then(|()| file.sync_all()).map_err(|error| {
        // Nobody must take half a file for a signed one; if even this fails there is nothing more to be done.
        let _ = std::fs::remove_file(path);
        failed(error)
    })
}

fn check(certificate: &Certificate, key: &PrivateKey, now: i64) -> Result<(), Refusal> {
    if certificate.public_key() != key.public_key() {
        return Err(Refusal::KeyDiffers);
    }
    if !certificate.is_valid_at(now) {
        let time = |micros| yinxin_pdf::verify::Time(micros).to_string();
        return Err(Refusal::NotValidNow { from: time(certificate.not_before()), to: time(certificate.not_after()) });
    }
    Ok(())
}

async fn message(
    prepared: &Prepared,
    key: &PrivateKey,
    certificate: &Certificate,
    above: &[Certificate],
    tsa: Option<&str>,
    rng: &mut rand_chacha::ChaCha20Rng,
) -> Result<Vec<u8>, Box<dyn std::error::Error + Send + Sync>> {
    let algorithm = key.public_key().algorithm().signature_algorithm().digest_algorithm();
    let attributes = SignedAttributes::new(&prepared.byte_range_digest(algorithm), certificate)?;
    let signature = key.sign_hedged(&attributes.signing_digest(certificate), rng)?;
    let token = match tsa {
        None => None,
        Some(url) => Some(stamp(url, &signature, algorithm, rng).await?),
    };
    // A root is trusted for being known, not for being carried along.
    let carried: Vec<Certificate> = above.iter().filter(|above| !above.is_self_issued()).cloned().collect();
    Ok(attributes.assemble(&signature, certificate, &carried, token.as_deref())?)
}

async fn stamp(
    url: &str,
    signature: &[u8],
    algorithm: DigestAlgorithm,
    rng: &mut rand_chacha::ChaCha20Rng,
) -> Result<Vec<u8>, Box<dyn std::error::Error + Send + Sync>> {
    const MAX_ANSWER: usize = 1 << 20;
    let query = Query::new(algorithm.digest(signature), rng);
    let client = crate::outside::http_client()?;
    let request = client.post(url).header("Content-Type", "application/timestamp-query").body(query.to_der());
    let mut answer = request.send().await?;
    if !answer.status().is_success() {
        return Err(Refusal::TsaStatus(answer.status().as_u16()).into());
    }
    let mut body = Vec::new();
    while let Some(piece) = answer.chunk().await? {
        body.extend_from_slice(&piece);
        if body.len() > MAX_ANSWER {
            return Err(Refusal::TsaAnswerTooLarge.into());
        }
    }
    let token = Token::from_response(&body)?;
    token.answers(&query)?;
    token.verify(&[signature], &[])?;
    Ok(token.as_der().to_vec())
}

/// The new signature must hold; that its chain ends in no root that we know is for the reader to judge.
fn sound(report: &Report, field: &str) -> Result<String, Refusal> {
    let own = report.signatures.iter().find(|signature| signature.field == field);
    match own {
        Some(own) if own.verdict <= Verdict::ValidUntrusted => Ok(own.summary.zh.clone()),
        Some(own) => Err(Refusal::NotSound(own.summary.en.clone())),
        None => Err(Refusal::NotSound(report.summary.en.clone())),
    }
}

fn mark<'a>(
    file: &Opened,
    form: &'a PdfForm,
    page: usize,
    (x, y): (f64, f64),
    width: f64,
) -> Result<Mark<'a>, Box<dyn std::error::Error + Send + Sync>> {
    let index = page.checked_sub(1).ok_or(Refusal::NoSuchPage(page))?;
    let found = file.pages()?.get(index).ok_or(Refusal::NoSuchPage(page))?;
    let height = width * form.height_pt / form.width_pt;
    let rect = place_upright(found, x - width / 2.0, y - height / 2.0, width, height);
    Ok(Mark { page: index, rect, form, clip: None })
}

/// Pixels of a seal's picture at most, so that what is drawn stays small.
const MAX_PIXELS: u32 = 1200 * 1200;

/// A PNG as a drawing of rectangles, one for each run of equal pixels in a row, so that it needs no resources and takes ink like a drawn
/// seal. Pixels that are mostly transparent, or nearly white, are paper.
fn drawing(png: &[u8]) -> Result<PdfForm, Refusal> {
    let mut decoder = png::Decoder::new(std::io::Cursor::new(png));
    decoder.set_transformations(png::Transformations::normalize_to_color8());
    let mut reader = decoder.read_info().map_err(|_| Refusal::Picture("it is not a PNG"))?;
    let (width, height) = (reader.info().width, reader.info().height);
    if width.checked_mul(height).is_none_or(|pixels| pixels == 0 || pixels > MAX_PIXELS) {
        return Err(Refusal::Picture("it has more than 1200 × 1200 pixels"));
    }
    let mut pixels = vec![0; reader.output_buffer_size().ok_or(Refusal::Picture("it is too large"))?];
    let frame = reader.next_frame(&mut pixels).map_err(|_| Refusal::Picture("it is damaged"))?;
    let samples = frame.color_type.samples();
    let ink = |pixel: &[u8]| -> Option<[u8; 3]> {
        let (colour, alpha) = match *pixel {
            [grey] => ([grey; 3], 255),
            [grey, alpha] => ([grey; 3], alpha),
            [red, green, blue] => ([red, green, blue], 255),
            [red, green, blue, alpha] => ([red, green, blue], alpha),
            _ => return None,
        };
        // Four bits a colour: smooth edges become few shades and long runs.
        let shade = colour.map(|value| value & 0xF0 | value >> 4);
        (alpha >= 128 && shade.iter().any(|value| *value < 0xE0)).then_some(shade)
    };
    let mut runs: std::collections::BTreeMap<[u8; 3], Vec<(usize, usize, usize)>> = std::collections::BTreeMap::new();
    for (row, line) in pixels.chunks_exact(frame.line_size).take(height as usize).enumerate() {
        let inks: Vec<Option<[u8; 3]>> = line.chunks_exact(samples).take(width as usize).map(ink).collect();
        let mut start = 0;
        for run in inks.chunk_by(|left, right| left == right) {
            if let Some(Some(shade)) = run.first() {
                runs.entry(*shade).or_default().push((start, row, run.len()));
            }
            start += run.len();
        }
    }
    if runs.is_empty() {
        return Err(Refusal::Picture("it shows nothing"));
    }
    let mut content = Vec::new();
    for (shade, runs) in runs {
        let [red, green, blue] = shade.map(|value| f64::from(value) / 255.0);
        content.extend_from_slice(format!("{red:.3} {green:.3} {blue:.3} rg\n").as_bytes());
        for (column, row, length) in runs {
            content.extend_from_slice(format!("{column} {} {length} 1 re\n", height as usize - 1 - row).as_bytes());
        }
        content.extend_from_slice(b"f\n");
    }
    Ok(PdfForm { width_pt: f64::from(width), height_pt: f64::from(height), content })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn png_of(width: u32, height: u32, rgba: &[u8]) -> Vec<u8> {
        let mut out = Vec::new();
        let mut encoder = png::Encoder::new(&mut out, width, height);
        encoder.set_color(png::ColorType::Rgba);
        encoder.set_depth(png::BitDepth::Eight);
        encoder.write_header().unwrap().write_image_data(rgba).unwrap();
        out
    }

    #[test]
    fn a_picture_becomes_runs_of_ink_and_leaves_paper_out() {
        // Red red / transparent white: two pixels of ink in the upper row, none below.
        let rgba = [255, 0, 0, 255, 255, 0, 0, 255, 255, 0, 0, 0, 255, 255, 255, 255];
        let form = drawing(&png_of(2, 2, &rgba)).unwrap();
        assert_eq!(String::from_utf8(form.content).unwrap(), "1.000 0.000 0.000 rg\n0 1 2 1 re\nf\n");
        assert!(matches!(drawing(&png_of(1, 1, &[0, 0, 0, 0])), Err(Refusal::Picture(_))));
        assert!(matches!(drawing(b"not a picture"), Err(Refusal::Picture(_))));
    }

    #[test]
    fn places_are_two_numbers() {
        assert_eq!(point("150, 240.5"), Ok((150.0, 240.5)));
        assert!(point("150").is_err() && point("a,b").is_err() && point("NaN,1").is_err());
    }
}
