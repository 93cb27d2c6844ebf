//! Independent tools: qpdf, poppler and pyHanko. With `YINXIN_ORACLES=required` a missing tool fails the test, otherwise the test says that it skips.

use std::path::{Path, PathBuf};
use std::process::{Command, Output};
use std::sync::atomic::{AtomicUsize, Ordering};

/// A file that goes away with the value.
pub struct TempFile(PathBuf);

impl TempFile {
    pub fn new(extension: &str, content: &[u8]) -> Self {
        static COUNTER: AtomicUsize = AtomicUsize::new(0);
        let count = COUNTER.fetch_add(1, Ordering::Relaxed);
        let name = format!("judged-{}-{count}.{extension}", std::process::id());
        let path = Path::new(env!("CARGO_TARGET_TMPDIR")).join(name);
        std::fs::write(&path, content).unwrap();
        TempFile(path)
    }

    pub fn path(&self) -> &Path {
        &self.0
    }
}

impl Drop for TempFile {
    fn drop(&mut self) {
        let _ = std::fs::remove_file(&self.0);
    }
}

/// A folder that goes away with the value.
pub struct TempFolder(PathBuf);

impl TempFolder {
    pub fn new(name: &str) -> Self {
        static COUNTER: AtomicUsize = AtomicUsize::new(0);
        let count = COUNTER.fetch_add(1, Ordering::Relaxed);
        let name = format!("judged-{}-{count}-{name}", std::process::id());
        let path = Path::new(env!("CARGO_TARGET_TMPDIR")).join(name);
        std::fs::create_dir_all(&path).unwrap();
        TempFolder(path)
    }

    pub fn path(&self) -> &Path {
        &self.0
    }
}

impl Drop for TempFolder {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.0);
    }
}

/// The time of a file just written: the checkers outside compare stamps with the real clock.
pub fn real_time_micros() -> i64 {
    let file = TempFile::new("time", b"");
    let written = std::fs::metadata(file.path()).unwrap().modified().unwrap();
    written.duration_since(std::time::UNIX_EPOCH).unwrap().as_micros() as i64
}

fn workspace() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..")
}

/// Runs a tool; `None` when it is not there and nobody insists.
pub fn run(command: &mut Command) -> Option<Output> {
    match command.output() {
        Ok(output) => Some(output),
        Err(error) => {
            let required = std::env::var_os("YINXIN_ORACLES").is_some_and(|value| value == "required");
            assert!(!required, "{:?} is required and not there: {error}", command.get_program());
            eprintln!("SKIPPED: {:?} is not there: {error}", command.get_program());
            None
        }
    }
}

/// A Python that has pyHanko; `None` as above.
pub fn python() -> Option<Command> {
    let venv = workspace().join(".venv/bin/python");
    let interpreter = std::env::var_os("YINXIN_PYTHON").map(PathBuf::from).unwrap_or(if venv.exists() {
        venv
    } else {
        "python3".into()
    });
    let probe = run(Command::new(&interpreter).args(["-c", "import pyhanko"]))?;
    if !probe.status.success() {
        let required = std::env::var_os("YINXIN_ORACLES").is_some_and(|value| value == "required");
        assert!(!required, "{interpreter:?} has no pyHanko");
        eprintln!("SKIPPED: {interpreter:?} has no pyHanko");
        return None;
    }
    Some(Command::new(interpreter))
}

/// qpdf finds no fault in the structure.
pub fn qpdf_check(file: &[u8]) {
    let file = TempFile::new("pdf", file);
    let Some(output) = run(Command::new("qpdf").arg("--check").arg(file.path())) else { return };
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&[output.stdout, output.stderr].concat()));
}

/// The file as qpdf writes it with these options.
pub fn qpdf_rewrite(file: &[u8], options: &[&str]) -> Option<Vec<u8>> {
    let (file, out) = (TempFile::new("pdf", file), TempFile::new("pdf", b""));
    let output = run(Command::new("qpdf").args(options).arg(file.path()).arg(out.path()))?;
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    Some(std::fs::read(out.path()).unwrap())
}

/// What `oracles/check_pdf.py` prints, and whether every signature holds.
pub fn check_signatures(file: &[u8], trust_pem: &str) -> Option<(bool, String)> {
    let (file, trust) = (TempFile::new("pdf", file), TempFile::new("pem", trust_pem.as_bytes()));
    let script = workspace().join("oracles/check_pdf.py");
    let output = run(python()?.arg(script).arg(file.path()).arg("--trust").arg(trust.path()))?;
    let text = String::from_utf8_lossy(&[output.stdout, output.stderr].concat()).into_owned();
    Some((output.status.success(), text))
}

/// pyHanko's verdict on the field at level B-LTA, with revocation data required.
pub fn check_long_term(file: &[u8], trust_pem: &str, field: &str) {
    let Some((passed, text)) = check_level(file, trust_pem, field, &["B-LTA"]) else { return };
    assert!(passed && text.contains("AdESPassed.OK"), "{text}");
}

/// Whether the field passes at a level (and day) that `oracles/check_lta.py` is asked for, and what it says.
pub fn check_level(file: &[u8], trust_pem: &str, field: &str, asked: &[&str]) -> Option<(bool, String)> {
    let (file, trust) = (TempFile::new("pdf", file), TempFile::new("pem", trust_pem.as_bytes()));
    let script = workspace().join("oracles/check_lta.py");
    let output = run(python()?.arg(script).arg(file.path()).arg(trust.path()).arg(field).args(asked))?;
    let text = String::from_utf8_lossy(&[output.stdout, output.stderr].concat()).into_owned();
    Some((output.status.success(), text))
}

/// The text of a file as poppler reads it.
pub fn text(file: &[u8]) -> Option<String> {
    let file = TempFile::new("pdf", file);
    let output = run(Command::new("pdftotext").arg(file.path()).arg("-"))?;
    Some(String::from_utf8_lossy(&output.stdout).into_owned())
}

/// What poppler's `pdfsig` prints.
pub fn pdfsig(file: &[u8]) -> Option<String> {
    let file = TempFile::new("pdf", file);
    let output = run(Command::new("pdfsig").arg("-nocert").arg(file.path()))?;
    Some(String::from_utf8_lossy(&output.stdout).into_owned())
}

/// A page as poppler shows it: RGB, eight bits.
pub struct Picture {
    pub width: usize,
    pub height: usize,
    pixels: Vec<u8>,
}

impl Picture {
    pub fn pixel(&self, x: usize, y: usize) -> [u8; 3] {
        let at = 3 * (y * self.width + x);
        [self.pixels[at], self.pixels[at + 1], self.pixels[at + 2]]
    }
}

/// Shows a page, counted from 0, at a resolution in dots per inch.
pub fn render(file: &[u8], page: usize, dpi: u32) -> Option<Picture> {
    let file = TempFile::new("pdf", file);
    let number = (page + 1).to_string();
    let mut command = Command::new("pdftoppm");
    command.args(["-cropbox", "-r", &dpi.to_string(), "-f", &number, "-l", &number]);
    let output = run(command.arg(file.path()))?;
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    // P6, size and 255 in lines of their own, then the pixels.
    let mut lines = output.stdout.splitn(4, |byte| *byte == b'\n');
    assert_eq!(lines.next(), Some(&b"P6"[..]));
    let size = String::from_utf8(lines.next()?.to_vec()).unwrap();
    let (width, height) = size.split_once(' ').unwrap();
    lines.next();
    let (width, height) = (width.parse().unwrap(), height.parse().unwrap());
    Some(Picture { width, height, pixels: lines.next()?.to_vec() })
}
