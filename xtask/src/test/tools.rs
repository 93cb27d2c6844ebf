//! The programs of the system and the Python packages that the checks call.
//!
//! Nothing is installed that is there already. Debian's packages are installed when we are root; anybody else is told
//! the command to run.

use std::env;
use std::ffi::OsString;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::process::Command;

use crate::shell::{Shell, ShellError, capture};

/// Why a tool is not there.
#[derive(Debug, thiserror::Error)]
pub enum ToolError {
    /// Programs are missing and we may not install them.
    #[error("{missing} not found; run as root: apt-get update && apt-get install --no-install-recommends {packages}")]
    NotRoot {
        /// What was looked for.
        missing: String,
        /// The packages that hold it.
        packages: String,
    },
    /// The packages are installed and a program is still not where it should be.
    #[error("{missing} still not found after installing {packages}")]
    StillMissing {
        /// What was looked for.
        missing: String,
        /// The packages that should hold it.
        packages: String,
    },
    /// A program failed.
    #[error(transparent)]
    Shell(#[from] ShellError),
    /// A file of the Python environment could not be read or written.
    #[error("{path}: {source}")]
    File {
        /// Which file.
        path: PathBuf,
        /// What the system said.
        source: io::Error,
    },
}

/// One thing that must be there, and the Debian package that brings it.
struct Need {
    what: What,
    package: &'static str,
}

enum What {
    /// A program on the search path.
    Program(&'static str),
    /// A program of the PostgreSQL server, which Debian keeps off the search path.
    PostgresServer(&'static str),
    /// A module of the system's Python: Debian's has no `venv` that works without one that it packs apart.
    PythonModule(&'static str),
    /// A file.
    File(&'static str),
}

impl Need {
    const fn program(name: &'static str, package: &'static str) -> Self {
        Self { what: What::Program(name), package }
    }

    const fn file(path: &'static str, package: &'static str) -> Self {
        Self { what: What::File(path), package }
    }

    fn met(&self) -> bool {
        match self.what {
            What::Program(name) => find_program(name).is_some(),
            What::PostgresServer(name) => find_postgres(name).is_some(),
            What::PythonModule(name) => capture(Command::new("python3").args([
                "-c",
                "import importlib, sys; importlib.import_module(sys.argv[1])",
                name,
            ]))
            .is_ok(),
            What::File(path) => Path::new(path).is_file(),
        }
    }

    fn name(&self) -> &'static str {
        match self.what {
            What::Program(name) | What::PostgresServer(name) | What::PythonModule(name) | What::File(name) => name,
        }
    }
}

const NEEDS: &[Need] = &[
    Need::program("cc", "build-essential"),
    Need::program("chromium", "chromium"),
    Need::program("git", "git"),
    Need::program("gs", "ghostscript"),
    Need::program("java", "default-jdk-headless"),
    Need::program("javac", "default-jdk-headless"),
    // For the Chinese text of pages in Chromium.
    Need::file("/usr/share/fonts/opentype/noto/NotoSansCJK-Regular.ttc", "fonts-noto-cjk"),
    Need::file("/usr/share/java/bcprov.jar", "libbcprov-java"),
    Need::file("/usr/share/java/bcpkix.jar", "libbcpkix-java"),
    Need::file("/usr/share/java/bcutil.jar", "libbcutil-java"),
    Need::program("node", "nodejs"),
    Need::program("npm", "npm"),
    Need::program("openssl", "openssl"),
    Need::program("pdfsig", "poppler-utils"),
    Need::program("pdftoppm", "poppler-utils"),
    Need::program("pdftotext", "poppler-utils"),
    Need { what: What::PostgresServer("initdb"), package: "postgresql" },
    Need { what: What::PostgresServer("postgres"), package: "postgresql" },
    Need::program("psql", "postgresql-client"),
    Need::program("python3", "python3-venv"),
    Need { what: What::PythonModule("ensurepip"), package: "python3-venv" },
    Need::program("qpdf", "qpdf"),
    Need::program("setpriv", "util-linux"),
];

/// Makes sure that every program the checks call is there.
///
/// # Errors
/// When one is missing and cannot be installed.
pub fn ensure_programs(shell: &Shell) -> Result<(), ToolError> {
    let Some((missing, packages)) = missing(NEEDS) else {
        println!("all {} programs and files are there", NEEDS.len());
        return Ok(());
    };
    println!("missing: {missing}");
    if !rustix::process::geteuid().is_root() {
        return Err(ToolError::NotRoot { missing, packages: packages.join(" ") });
    }
    let apt = || {
        let mut command = Command::new("apt-get");
        command.env("DEBIAN_FRONTEND", "noninteractive");
        command
    };
    shell.run(apt().args(["update", "--quiet"]))?;
    shell.run(apt().args(["install", "--quiet", "--yes", "--no-install-recommends"]).args(&packages))?;
    match self::missing(NEEDS) {
        None => Ok(()),
        Some((missing, packages)) => Err(ToolError::StillMissing { missing, packages: packages.join(" ") }),
    }
}

/// The names of what is missing, and the packages to install, each once.
fn missing(needs: &[Need]) -> Option<(String, Vec<&'static str>)> {
    let unmet: Vec<&Need> = needs.iter().filter(|need| !need.met()).collect();
    let names: Vec<&str> = unmet.iter().map(|need| need.name()).collect();
    let mut packages: Vec<&str> = unmet.iter().map(|need| need.package).collect();
    packages.dedup();
    (!unmet.is_empty()).then(|| (names.join(", "), packages))
}

/// The Python of the workspace's own environment.
pub fn python(root: &Path) -> PathBuf {
    root.join(".venv/bin/python")
}

/// Makes sure that `.venv` holds exactly the packages that `oracles/requirements.txt` pins.
///
/// # Errors
/// When Python or its packages cannot be had.
pub fn ensure_python(shell: &Shell, root: &Path) -> Result<(), ToolError> {
    let wanted_path = root.join("oracles/requirements.txt");
    let wanted =
        fs::read_to_string(&wanted_path).map_err(|source| ToolError::File { path: wanted_path.clone(), source })?;
    // Written last, so that an environment that was left half made is made anew.
    let stamp = root.join(".venv/yinxin-requirements.txt");
    if python(root).is_file() && fs::read_to_string(&stamp).is_ok_and(|has| has == wanted) {
        println!(".venv holds what oracles/requirements.txt pins");
        return Ok(());
    }
    shell.run(Command::new("python3").current_dir(root).args(["-m", "venv", "--clear", ".venv"]))?;
    shell.run(
        Command::new(python(root))
            .current_dir(root)
            .args(["-m", "pip", "install", "--quiet", "--disable-pip-version-check", "--no-deps", "--requirement"])
            .arg(&wanted_path),
    )?;
    shell.run(Command::new(python(root)).args(["-m", "pip", "check", "--disable-pip-version-check"]))?;
    fs::write(&stamp, wanted).map_err(|source| ToolError::File { path: stamp, source })
}

/// Makes sure that `node_modules` holds what `package-lock.json` pins; the build of `yinxin-web` knows the same mark.
///
/// # Errors
/// When the packages cannot be had.
pub fn ensure_node_modules(shell: &Shell, web: &Path) -> Result<(), ToolError> {
    let lock_path = web.join("package-lock.json");
    let lock = fs::read_to_string(&lock_path).map_err(|source| ToolError::File { path: lock_path.clone(), source })?;
    let mark = web.join("node_modules/.yinxin-lock.json");
    if fs::read_to_string(&mark).is_ok_and(|has| has == lock) {
        println!("node_modules holds what package-lock.json pins");
        return Ok(());
    }
    shell.run(Command::new("npm").args(["ci", "--no-audit", "--no-fund", "--loglevel=error"]).current_dir(web))?;
    fs::write(&mark, lock).map_err(|source| ToolError::File { path: mark, source })
}

/// Looks a program up on the search path.
fn find_program(name: &str) -> Option<PathBuf> {
    find_in(env::split_paths(&env::var_os("PATH").unwrap_or_else(|| OsString::from("/usr/bin:/bin"))), name)
}

/// Looks a program of the PostgreSQL server up: on the search path, then in Debian's folders, the newest version first.
pub fn find_postgres(name: &str) -> Option<PathBuf> {
    find_program(name).or_else(|| {
        let mut versions: Vec<(u32, PathBuf)> = fs::read_dir("/usr/lib/postgresql")
            .ok()?
            .filter_map(|entry| {
                let entry = entry.ok()?;
                Some((entry.file_name().to_str()?.parse().ok()?, entry.path().join("bin")))
            })
            .collect();
        versions.sort_by_key(|(version, _)| std::cmp::Reverse(*version));
        find_in(versions.into_iter().map(|(_, folder)| folder), name)
    })
}

fn find_in(mut folders: impl Iterator<Item = PathBuf>, name: &str) -> Option<PathBuf> {
    folders.find_map(|folder| Some(folder.join(name)).filter(|path| path.is_file()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_missing_is_named_with_its_package_once() {
        let needs = [
            Need::program("sh", "dash"),
            Need::program("no-such-program", "one"),
            Need::file("/no/such/file", "one"),
            Need { what: What::PostgresServer("no-such-server"), package: "two" },
            Need { what: What::PythonModule("no_such_module"), package: "three" },
        ];
        let (names, packages) = missing(&needs).expect("four are missing");
        assert_eq!(names, "no-such-program, /no/such/file, no-such-server, no_such_module");
        assert_eq!(packages, ["one", "two", "three"]);
        assert!(missing(&needs[..1]).is_none());
    }
}
