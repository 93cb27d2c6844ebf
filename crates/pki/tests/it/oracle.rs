//! Running other people's tools in a directory of their own.

use std::path::{Path, PathBuf};
use std::process::{Command, Output};
use std::sync::{Mutex, OnceLock};

/// A fresh directory under the build directory, and what ran in it last: the program's name, and the command as it is told to readers.
pub struct Workplace(PathBuf, Mutex<(&'static str, String)>);

impl Workplace {
    pub fn new(name: &str) -> Self {
        let path = Path::new(env!("CARGO_TARGET_TMPDIR")).join(format!("pki-{name}"));
        let _ = std::fs::remove_dir_all(&path);
        std::fs::create_dir_all(&path).unwrap();
        Self(path, Mutex::default())
    }

    pub fn write(&self, name: &str, bytes: impl AsRef<[u8]>) -> PathBuf {
        let path = self.0.join(name);
        std::fs::write(&path, bytes).unwrap();
        path
    }

    /// Makes a folder in it.
    pub fn folder(&self, name: &str) {
        std::fs::create_dir_all(self.0.join(name)).unwrap();
    }

    pub fn read(&self, name: &str) -> Vec<u8> {
        std::fs::read(self.0.join(name)).unwrap()
    }

    /// Runs a tool here; arguments that name files are relative to this directory.
    pub fn run(&self, tool: &str, arguments: &[&str]) -> (bool, String) {
        self.run_as(("OpenSSL", format!("{tool} {}", arguments.join(" "))), tool, arguments)
    }

    fn run_as(&self, told: (&'static str, String), tool: &str, arguments: &[&str]) -> (bool, String) {
        // Java writes and reads its arguments as the locale says, and on a fresh machine there may be none.
        let output = Command::new(tool).args(arguments).env("LC_ALL", "C.UTF-8").current_dir(&self.0).output().unwrap();
        *self.1.lock().unwrap() = told;
        (output.status.success(), text_of(&output))
    }

    /// What ran last.
    pub fn last(&self) -> (&'static str, String) {
        self.1.lock().unwrap().clone()
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

/// Notes for docs/standards/interop.md that the last command at a workplace showed an artefact to pass, `Ours` to its program or `Theirs` to us.
#[allow(unused_macros, reason = "the server's tests run the same programs")]
macro_rules! shows {
    ($place:expr, $artefact:expr, $way:ident) => {{
        let (tool, command) = $place.last();
        $crate::interop::shown!($artefact, tool, $way, &command);
    }};
}
#[allow(unused_imports, reason = "as above")]
pub(crate) use shows;

/// Runs the BouncyCastle oracle, compiled once; `None` if Java or BouncyCastle is missing.
pub fn bouncy_castle(workplace: &Workplace, arguments: &[&str]) -> Option<(bool, String)> {
    java(workplace, "SmOracle", arguments)
}

/// Has BouncyCastle make something (`oracles/SmMaker.java`); `false` if Java or BouncyCastle is missing.
pub fn made_by_bouncy_castle(workplace: &Workplace, arguments: &[&str]) -> bool {
    let Some((success, text)) = java(workplace, "SmMaker", arguments) else { return false };
    assert!(success, "{arguments:?}\n{text}");
    true
}

fn java(workplace: &Workplace, program: &str, arguments: &[&str]) -> Option<(bool, String)> {
    static CLASSES: OnceLock<Option<PathBuf>> = OnceLock::new();
    let classes = CLASSES.get_or_init(|| {
        let present = Path::new("/usr/share/java/bcpkix.jar").exists()
            && Command::new("javac").arg("-version").output().is_ok_and(|output| output.status.success());
        if !available("BouncyCastle (java, javac, /usr/share/java/bcpkix.jar)", present) {
            return None;
        }
        let directory = Path::new(env!("CARGO_TARGET_TMPDIR")).join("pki-oracle-classes");
        let sources = ["SmOracle.java", "SmMaker.java"].map(|name| oracles().join(name));
        let mut compiler = Command::new("javac");
        compiler.args(["-encoding", "UTF-8", "-cp", CLASS_PATH, "-d"]).arg(&directory).args(sources);
        let output = compiler.output().unwrap();
        assert!(output.status.success(), "{}", text_of(&output));
        Some(directory)
    });
    let class_path = format!("{CLASS_PATH}:{}", classes.as_ref()?.display());
    let fast_start = ["-Xshare:auto", "-XX:TieredStopAtLevel=1", "-cp", &class_path, program];
    let told = ("BouncyCastle", format!("java {program} {}", arguments.join(" ")));
    Some(workplace.run_as(told, "java", &[&fast_start, arguments].concat()))
}

fn oracles() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../oracles")
}

/// Runs sm-crypto (`oracles/sm_crypto.mjs`); `None` if Node.js or the package is missing.
pub fn sm_crypto(workplace: &Workplace, arguments: &[&str]) -> Option<(bool, String)> {
    let present = oracles().join("node_modules/sm-crypto").exists()
        && Command::new("node").arg("--version").output().is_ok_and(|output| output.status.success());
    if !available("sm-crypto (node, `npm ci` in oracles)", present) {
        return None;
    }
    let script = oracles().join("sm_crypto.mjs");
    let told = ("sm-crypto", format!("node sm_crypto.mjs {}", arguments.join(" ")));
    Some(workplace.run_as(told, "node", &[&[script.to_str()?], arguments].concat()))
}
