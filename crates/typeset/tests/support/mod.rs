//! The outside programs that read what was made of a document.

#![allow(dead_code, reason = "each test file uses a part")]

use std::path::{Path, PathBuf};
use std::process::{Command, Output};

pub mod sample;

/// A file that is gone when the test ends.
pub struct Scratch(PathBuf);

impl Scratch {
    pub fn new(name: &str, bytes: &[u8]) -> Self {
        let path = Path::new(env!("CARGO_TARGET_TMPDIR")).join(format!("{name}-{}.pdf", std::process::id()));
        std::fs::write(&path, bytes).expect("the test directory is writable");
        Self(path)
    }

    pub fn path(&self) -> &str {
        self.0.to_str().expect("an ASCII path")
    }
}

impl Drop for Scratch {
    fn drop(&mut self) {
        let _ = std::fs::remove_file(&self.0);
    }
}

/// Runs an outside program; `None` when it is not installed, unless `YINXIN_ORACLES=required`, which makes that a failure.
pub fn oracle(program: &str, arguments: &[&str]) -> Option<Output> {
    match Command::new(program).args(arguments).output() {
        Ok(output) => Some(output),
        Err(error) => {
            let required = std::env::var_os("YINXIN_ORACLES").is_some_and(|value| value == "required");
            assert!(!required, "{program} is required: {error}");
            eprintln!("SKIPPED: {program} is not installed");
            None
        }
    }
}

/// The text of a PDF as pdftotext reads it; `None` when pdftotext is not installed.
pub fn text_of(name: &str, pdf: &[u8], options: &[&str]) -> Option<String> {
    let file = Scratch::new(name, pdf);
    let mut arguments = vec!["-enc", "UTF-8"];
    arguments.extend_from_slice(options);
    arguments.extend_from_slice(&[file.path(), "-"]);
    let output = oracle("pdftotext", &arguments)?;
    assert!(output.status.success(), "pdftotext: {}", String::from_utf8_lossy(&output.stderr));
    Some(String::from_utf8(output.stdout).expect("pdftotext writes UTF-8"))
}

/// A text without white space: where lines and columns break is layout, not content.
pub fn squeezed(text: &str) -> String {
    text.chars().filter(|ch| !ch.is_whitespace()).collect()
}

/// A file of the fixtures that stand beside the workspace; `None`, said plainly, when they are not there.
pub fn fixture(name: &str) -> Option<String> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../shared/fixtures").join(name);
    let read = std::fs::read_to_string(&path).ok();
    if read.is_none() {
        eprintln!("SKIPPED: no fixture {name}");
    }
    read
}
