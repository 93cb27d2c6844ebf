//! Running other people's tools in a directory of their own.

use std::path::{Path, PathBuf};
use std::process::{Command, Output};
use std::sync::OnceLock;

/// A fresh directory under the build directory.
pub struct Workplace(PathBuf);

impl Workplace {
    pub fn new(name: &str) -> Self {
        let path = Path::new(env!("CARGO_TARGET_TMPDIR")).join(format!("pki-{name}"));
        let _ = std::fs::remove_dir_all(&path);
        std::fs::create_dir_all(&path).unwrap();
        Self(path)
    }

    pub fn write(&self, name: &str, bytes: impl AsRef<[u8]>) -> PathBuf {
        let path = self.0.join(name);
        std::fs::write(&path, bytes).unwrap();
        path
    }

    pub fn read(&self, name: &str) -> Vec<u8> {
        std::fs::read(self.0.join(name)).unwrap()
    }

    /// Runs a tool here; arguments that name files are relative to this directory.
    pub fn run(&self, tool: &str, arguments: &[&str]) -> (bool, String) {
        let output = Command::new(tool).args(arguments).current_dir(&self.0).output().unwrap();
        (output.status.success(), text_of(&output))
    }

    /// Runs a tool here that must succeed.
    pub fn must(&self, tool: &str, arguments: &[&str]) -> String {
        let (success, text) = self.run(tool, arguments);
        assert!(success, "{tool} {arguments:?}\n{text}");
        text
    }
}

fn text_of(output: &Output) -> String {
    String::from_utf8_lossy(&output.stdout).into_owned() + &String::from_utf8_lossy(&output.stderr)
}

/// Whether a tool is there. Missing tools fail the test where `YINXIN_ORACLES=required`, and are said to be missing elsewhere.
pub fn available(tool: &str, present: bool) -> bool {
    let required = std::env::var_os("YINXIN_ORACLES").is_some_and(|value| value == "required");
    assert!(present || !required, "{tool} is required and missing");
    if !present {
        eprintln!("SKIPPED: {tool} is not installed, nothing was checked by it");
    }
    present
}

pub fn openssl_available() -> bool {
    available("openssl", Command::new("openssl").arg("version").output().is_ok_and(|output| output.status.success()))
}

const CLASS_PATH: &str = "/usr/share/java/bcprov.jar:/usr/share/java/bcpkix.jar:/usr/share/java/bcutil.jar";

/// Runs the BouncyCastle oracle, compiled once; `None` if Java or BouncyCastle is missing.
pub fn bouncy_castle(workplace: &Workplace, arguments: &[&str]) -> Option<(bool, String)> {
    static CLASSES: OnceLock<Option<PathBuf>> = OnceLock::new();
    let classes = CLASSES.get_or_init(|| {
        let present = Path::new("/usr/share/java/bcpkix.jar").exists()
            && Command::new("javac").arg("-version").output().is_ok_and(|output| output.status.success());
        if !available("BouncyCastle (java, javac, /usr/share/java/bcpkix.jar)", present) {
            return None;
        }
        let directory = Path::new(env!("CARGO_TARGET_TMPDIR")).join("pki-oracle-classes");
        let source = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../oracles/SmOracle.java");
        let output =
            Command::new("javac").arg("-cp").arg(CLASS_PATH).arg("-d").arg(&directory).arg(source).output().unwrap();
        assert!(output.status.success(), "{}", text_of(&output));
        Some(directory)
    });
    let class_path = format!("{CLASS_PATH}:{}", classes.as_ref()?.display());
    let fast_start = ["-Xshare:auto", "-XX:TieredStopAtLevel=1", "-cp", &class_path, "SmOracle"];
    Some(workplace.run("java", &[&fast_start, arguments].concat()))
}
