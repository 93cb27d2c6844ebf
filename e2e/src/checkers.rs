//! Second opinions from programs that share nothing with the product.
//!
//! Each gives what the program said, an error if it found fault, and none if it is not installed and that is no failure
//! ([`crate::everything_is_required`]); it then says so on standard output.

use std::env;
use std::io::ErrorKind;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use crate::error::{Error, io};
use crate::everything_is_required;
use crate::server::Server;

/// Judges every signature of a PDF with pyHanko and with SM2 arithmetic of its own (`oracles/check_pdf.py`).
///
/// `trust` names files of root certificates in PEM.
///
/// # Errors
/// When a signature does not hold, or a later change is more than filling forms; the error shows each with its reason.
pub fn check_pdf(pdf: &Path, trust: &[&Path]) -> Result<Option<String>, Error> {
    let mut command = Command::new(python());
    command.arg(workspace().join("oracles/check_pdf.py")).arg(pdf);
    for roots in trust {
        command.arg("--trust").arg(roots);
    }
    run(&mut command)
}

/// Judges the store of a server (`oracles/check_store.py`): event chains, contracts, seals, intents, files by digest, background
/// jobs, and that all of a ledger of acknowledged acts is there. `every_file` reads files again that were read before.
///
/// # Errors
/// When something does not hold; the error lists it.
pub fn check_store(server: &Server, ledger: &Path, every_file: bool) -> Result<Option<String>, Error> {
    let mut command = Command::new(python());
    command.arg(workspace().join("oracles/check_store.py")).args(server.store_arguments());
    command.arg("--files").arg(server.data().join("files")).arg("--ledger").arg(ledger);
    command.arg("--read").arg(server.folder().join("files-read.txt"));
    if every_file {
        command.arg("--every-file");
    }
    run(&mut command)
}

/// Has pyHanko validate one signature at PAdES-B-LTA, by what the file holds alone (`oracles/check_lta.py`).
///
/// # Errors
/// When it does not validate; the error shows the verdict.
pub fn check_lta(pdf: &Path, trust: &Path, field: &str) -> Result<Option<String>, Error> {
    run(Command::new(python()).arg(workspace().join("oracles/check_lta.py")).arg(pdf).arg(trust).arg(field))
}

/// One page of a PDF as poppler draws it: red, green and blue, eight bits each.
///
/// # Errors
/// When poppler cannot draw it.
pub fn draw(pdf: &Path, page: u32, dots_per_inch: u32) -> Result<Option<Picture>, Error> {
    let (page, resolution) = (page.to_string(), dots_per_inch.to_string());
    let mut command = Command::new("pdftoppm");
    command.args(["-r", &resolution, "-f", &page, "-l", &page]).arg(pdf);
    let Some(bytes) = run_for_bytes(&mut command)? else { return Ok(None) };
    Picture::parse(&bytes).map(Some).ok_or_else(|| Error::NoPicture(pdf.to_owned()))
}

/// A picture of a page.
#[derive(Clone, Debug)]
pub struct Picture {
    /// Its width in dots.
    pub width: usize,
    /// Its height in dots.
    pub height: usize,
    dots: Vec<u8>,
}

impl Picture {
    /// A portable pixmap with one dot for a byte (`P6`, `255`).
    fn parse(bytes: &[u8]) -> Option<Self> {
        let mut words = bytes.splitn(4, |byte| byte.is_ascii_whitespace());
        let kind = words.next()?;
        let number = |word: &[u8]| std::str::from_utf8(word).ok()?.parse::<usize>().ok();
        let (width, height) = (number(words.next()?)?, number(words.next()?)?);
        let dots = words.next()?.strip_prefix(b"255\n")?;
        (kind == b"P6" && dots.len() == width * height * 3).then(|| Self { width, height, dots: dots.to_vec() })
    }

    /// Red, green and blue of a dot; white outside.
    pub fn dot(&self, x: usize, y: usize) -> [u8; 3] {
        let at = (y * self.width + x) * 3;
        match self.dots.get(at..at + 3) {
            Some(&[red, green, blue]) if x < self.width => [red, green, blue],
            _ => [255; 3],
        }
    }
}

/// What poppler's `pdfsig` says about every signature. It knows no SM2: a story looks for what it expects in the text.
///
/// # Errors
/// When it does not end with 0.
pub fn pdfsig(pdf: &Path) -> Result<Option<String>, Error> {
    run(Command::new("pdfsig").arg("-nocert").arg(pdf))
}

/// Checks the structure of a PDF with qpdf.
///
/// # Errors
/// When qpdf finds an error or a reason to warn.
pub fn qpdf_check(pdf: &Path) -> Result<Option<String>, Error> {
    run(Command::new("qpdf").arg("--check").arg(pdf))
}

/// The text of a PDF as poppler reads it, laid out as on the page.
///
/// # Errors
/// When poppler cannot read it.
pub fn pdf_text(pdf: &Path) -> Result<Option<String>, Error> {
    run(Command::new("pdftotext").args(["-layout", "-enc", "UTF-8"]).arg(pdf).arg("-"))
}

/// The Python that has pyHanko: `YINXIN_PYTHON`, else the workspace's own environment, else the system's.
fn python() -> PathBuf {
    if let Some(path) = env::var_os("YINXIN_PYTHON") {
        return path.into();
    }
    let own = workspace().join(".venv/bin/python");
    if own.is_file() { own } else { "python3".into() }
}

fn workspace() -> &'static Path {
    let here = Path::new(env!("CARGO_MANIFEST_DIR"));
    here.parent().unwrap_or(here)
}

fn run(command: &mut Command) -> Result<Option<String>, Error> {
    Ok(run_for_bytes(command)?.map(|said| String::from_utf8_lossy(&said).into_owned()))
}

fn run_for_bytes(command: &mut Command) -> Result<Option<Vec<u8>>, Error> {
    let name = command.get_program().to_string_lossy().into_owned();
    let output = match command.stdin(Stdio::null()).output() {
        Ok(output) => output,
        Err(error) if error.kind() == ErrorKind::NotFound && everything_is_required() => {
            return Err(Error::NoChecker(name));
        }
        Err(error) if error.kind() == ErrorKind::NotFound => {
            println!("skipped: {}", Error::NoChecker(name));
            return Ok(None);
        }
        Err(error) => return Err(io(format!("run {name}"))(error)),
    };
    if output.status.success() {
        return Ok(Some(output.stdout));
    }
    let said = String::from_utf8_lossy(&output.stdout);
    let arguments: Vec<_> = command.get_args().map(|argument| argument.to_string_lossy().into_owned()).collect();
    let said = format!("{said}{}", String::from_utf8_lossy(&output.stderr));
    Err(Error::Failed { command: format!("{name} {}", arguments.join(" ")), status: output.status, said })
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::*;
    use crate::Scratch;

    /// The smallest PDF that every reader accepts, with one line of text and no signature.
    fn unsigned_pdf() -> Vec<u8> {
        let objects = [
            "<</Type/Catalog/Pages 2 0 R>>",
            "<</Type/Pages/Kids[3 0 R]/Count 1>>",
            "<</Type/Page/Parent 2 0 R/MediaBox[0 0 200 100]/Contents 4 0 R/Resources<</Font<</F 5 0 R>>>>>>",
            "<</Length 39>>stream\nBT /F 12 Tf 20 50 Td (A sample) Tj ET   \nendstream",
            "<</Type/Font/Subtype/Type1/BaseFont/Helvetica>>",
        ];
        let mut pdf = "%PDF-1.7\n".to_owned();
        let mut table = String::from("0000000000 65535 f \n");
        for (number, object) in (1..).zip(objects) {
            table.push_str(&format!("{:010} 00000 n \n", pdf.len()));
            pdf.push_str(&format!("{number} 0 obj\n{object}\nendobj\n"));
        }
        let start = pdf.len();
        pdf.push_str(&format!("xref\n0 6\n{table}trailer\n<</Size 6/Root 1 0 R>>\nstartxref\n{start}\n%%EOF\n"));
        pdf.into_bytes()
    }

    #[test]
    fn the_checkers_read_a_pdf_and_find_fault_with_a_broken_one() -> Result<(), Error> {
        let folder = Scratch::new()?;
        let (good, broken) = (folder.path().join("good.pdf"), folder.path().join("broken.pdf"));
        fs::write(&good, unsigned_pdf()).map_err(io("write"))?;
        fs::write(&broken, b"%PDF-1.7\nnothing").map_err(io("write"))?;
        if let Some(said) = qpdf_check(&good)? {
            assert!(said.contains("No syntax or stream encoding errors"), "{said}");
            assert!(matches!(qpdf_check(&broken), Err(Error::Failed { .. })));
        }
        if let Some(text) = pdf_text(&good)? {
            assert!(text.contains("A sample"), "{text}");
        }
        Ok(())
    }

    #[test]
    fn a_pdf_without_signatures_does_not_pass_for_a_signed_one() -> Result<(), Error> {
        let folder = Scratch::new()?;
        let pdf = folder.path().join("unsigned.pdf");
        fs::write(&pdf, unsigned_pdf()).map_err(io("write"))?;
        match check_pdf(&pdf, &[]) {
            Ok(None) => Ok(()),
            Err(Error::Failed { said, .. }) if said.contains("0 signatures") => Ok(()),
            Err(Error::Failed { said, .. }) if said.contains("ModuleNotFound") && !everything_is_required() => Ok(()),
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn a_missing_checker_is_named() {
        let missing = run(&mut Command::new("no-such-checker"));
        match missing {
            Ok(None) => assert!(!everything_is_required()),
            Err(Error::NoChecker(name)) => assert!(everything_is_required() && name == "no-such-checker"),
            other => panic!("{other:?}"),
        }
    }
}
