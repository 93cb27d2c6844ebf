//! The pictures of the electronic seals in a file, as their makers certified them: small PNG files only, since whoever looks lets his browser
//! decode them.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde::Serialize;
use yinxin_pdf::Opened;
use yinxin_pdf::verify::{Kind, Report};
use yinxin_pki::asn1::Reader;
use yinxin_seal::ses::SealSignature;

/// The largest picture, in bytes as stored.
const MOST_BYTES: usize = 256 * 1024;
/// All pictures of one file together, in bytes as stored.
const MOST_BYTES_TOGETHER: usize = 2 * 1024 * 1024;
/// The longest side, in pixels: a small file can hold a picture that fills a browser's memory.
const MOST_PIXELS: u32 = 2_048;
/// The longest side, in millimetres.
const MOST_MM: u64 = 200;

/// The picture of one seal.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub(super) struct Picture {
    /// Which signature of the report shows it.
    signature: usize,
    media_type: &'static str,
    /// The file, base64.
    data: String,
    width_mm: u64,
    height_mm: u64,
}

/// The pictures of the seals in a report, in its order. What is not PNG, or larger than the limits, is left out.
pub(super) fn of(file: &Opened, report: &Report) -> Vec<Picture> {
    let Ok(fields) = file.signature_fields() else { return Vec::new() };
    let (mut pictures, mut together) = (Vec::new(), 0);
    for (index, signature) in report.signatures.iter().enumerate() {
        if signature.kind != Kind::Seal || signature.field.is_empty() {
            continue;
        }
        let value = fields.iter().find(|field| field.name == signature.field).and_then(|field| field.value.as_ref());
        let Some(message) = value.map(|value| value.contents.as_slice()) else { continue };
        let Some(picture) = picture(index, message) else { continue };
        together += picture.data.len();
        if together > MOST_BYTES_TOGETHER {
            break;
        }
        pictures.push(picture);
    }
    pictures
}

fn picture(signature: usize, contents: &[u8]) -> Option<Picture> {
    // Behind the structure come the zeros that fill the place kept free for it.
    let message = Reader::ber(contents).any().ok()?;
    let parsed = SealSignature::parse(message.raw()).ok()?;
    let found = parsed.seal.picture;
    let fits = |length: u64| (1..=MOST_MM).contains(&length);
    let sound =
        found.data.len() <= MOST_BYTES && is_small_png(found.data) && fits(found.width_mm) && fits(found.height_mm);
    sound.then(|| Picture {
        signature,
        media_type: "image/png",
        data: STANDARD.encode(found.data),
        width_mm: found.width_mm,
        height_mm: found.height_mm,
    })
}

/// Whether it begins as a PNG file whose sides are within [`MOST_PIXELS`] (PNG, 5.2 and 11.2.2).
fn is_small_png(data: &[u8]) -> bool {
    let side = |at: usize| data.get(at..at + 4).and_then(|bytes| bytes.try_into().ok()).map(u32::from_be_bytes);
    data.starts_with(b"\x89PNG\r\n\x1a\n\0\0\0\x0dIHDR")
        && [16, 20].into_iter().all(|at| side(at).is_some_and(|side| (1..=MOST_PIXELS).contains(&side)))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn png(width: u32, height: u32) -> Vec<u8> {
        [b"\x89PNG\r\n\x1a\n\0\0\0\x0dIHDR".as_slice(), &width.to_be_bytes(), &height.to_be_bytes()].concat()
    }

    #[test]
    fn only_small_png_files_are_handed_to_a_browser() {
        assert!(is_small_png(&png(600, 600)) && is_small_png(&png(1, MOST_PIXELS)));
        assert!(!is_small_png(&png(MOST_PIXELS + 1, 1)) && !is_small_png(&png(0, 5)));
        assert!(!is_small_png(&png(600, 600)[..20]) && !is_small_png(b"<svg onload='x()'/>") && !is_small_png(b""));
    }
}
