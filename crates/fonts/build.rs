//! Fetches the font files named in `package-lock.json` through npm and hands their folder to `src/lib.rs`.
//!
//! The files are kept under the target directory in a folder named by the lock file's content, so that they are fetched once for
//! all profiles and fetched anew only when the lock file changes. npm itself checks every package against the digest in the lock.

use std::error::Error;
use std::ffi::OsStr;
use std::fs;
use std::hash::{DefaultHasher, Hash, Hasher};
use std::path::{Path, PathBuf};
use std::process::Command;

/// Package, file inside it, and name under which `src/lib.rs` includes it.
const FILES: [(&str, &str, &str); 5] = [
    ("noto-serif-sc", "400Regular/NotoSerifSC_400Regular.ttf", "serif-regular.ttf"),
    ("noto-serif-sc", "700Bold/NotoSerifSC_700Bold.ttf", "serif-bold.ttf"),
    ("noto-sans-sc", "400Regular/NotoSansSC_400Regular.ttf", "sans-regular.ttf"),
    ("noto-sans-sc", "700Bold/NotoSansSC_700Bold.ttf", "sans-bold.ttf"),
    ("cactus-classical-serif", "400Regular/CactusClassicalSerif_400Regular.ttf", "extended.ttf"),
];

fn main() -> Result<(), Box<dyn Error>> {
    let manifest = PathBuf::from(variable("CARGO_MANIFEST_DIR")?);
    let lock = fs::read(manifest.join("package-lock.json"))?;
    let mut hasher = DefaultHasher::new();
    (&lock, FILES).hash(&mut hasher);

    // OUT_DIR is <target>/<profile>/build/<package>-<hash>/out.
    let out = PathBuf::from(variable("OUT_DIR")?);
    let target = out.ancestors().nth(4).ok_or("OUT_DIR is not inside a target directory")?;
    let fonts = target.join("yinxin-fonts").join(format!("{:016x}", hasher.finish()));
    if !FILES.iter().all(|(_, _, name)| fonts.join(name).is_file()) {
        let scratch = out.join("npm");
        fetch(&manifest, &scratch)?;
        keep(&scratch, &fonts)?;
        fs::remove_dir_all(&scratch)?;
    }

    for name in ["build.rs", "package.json", "package-lock.json"] {
        println!("cargo::rerun-if-changed={name}");
    }
    println!("cargo::rerun-if-changed={}", fonts.display());
    println!("cargo::rustc-env=YINXIN_FONT_FILES={}", fonts.display());
    Ok(())
}

fn variable(name: &str) -> Result<std::ffi::OsString, String> {
    std::env::var_os(name).ok_or_else(|| format!("{name} is not set: run this through cargo"))
}

/// Runs `npm ci` on a copy of the lock file in `scratch`.
fn fetch(manifest: &Path, scratch: &Path) -> Result<(), Box<dyn Error>> {
    if scratch.exists() {
        fs::remove_dir_all(scratch)?;
    }
    fs::create_dir_all(scratch)?;
    for name in ["package.json", "package-lock.json"] {
        fs::copy(manifest.join(name), scratch.join(name))?;
    }
    let npm = if cfg!(windows) { "npm.cmd" } else { "npm" };
    let output = Command::new(npm)
        .args(["ci", "--ignore-scripts", "--no-audit", "--no-fund", "--loglevel=error"].map(OsStr::new))
        .current_dir(scratch)
        .output()
        .map_err(|error| {
            format!(
                "cannot run npm ({error}). The fonts of this program come from npm packages: install Node.js 20 or later, \
                 which brings npm, make sure that `npm --version` works, and build again"
            )
        })?;
    if !output.status.success() {
        return Err(format!(
            "npm could not fetch the font packages of crates/fonts/package-lock.json ({}). Check that an npm registry can be \
             reached (`npm ping`) and build again. npm said:\n{}",
            output.status,
            String::from_utf8_lossy(&output.stderr)
        )
        .into());
    }
    Ok(())
}

/// Moves the wanted files into `fonts`; each appears whole or not at all.
fn keep(scratch: &Path, fonts: &Path) -> Result<(), Box<dyn Error>> {
    fs::create_dir_all(fonts)?;
    for (package, file, name) in FILES {
        let from = scratch.join("node_modules/@expo-google-fonts").join(package).join(file);
        fs::rename(&from, fonts.join(name)).map_err(|error| format!("{}: {error}", from.display()))?;
    }
    Ok(())
}
