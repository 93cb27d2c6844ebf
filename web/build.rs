//! Has npm make the bundle and lists its files for `crate/lib.rs`.
//!
//! Only the sources are watched, so that a build without a change runs nothing. The packages are fetched when the lock file differs
//! from what `node_modules` was made from; afterwards no registry is needed. The bundle goes to OUT_DIR, so that builds with
//! different target folders do not meet.

use std::error::Error;
use std::fmt::Write as _;
use std::fs;
use std::hash::{DefaultHasher, Hash as _, Hasher as _};
use std::path::{Path, PathBuf};
use std::process::Command;

/// What the bundle is made from.
const SOURCES: [&str; 10] = [
    "build.rs",
    "bundle.ts",
    "index.html",
    "package-lock.json",
    "package.json",
    "pdfjs-assets.ts",
    "public",
    "src",
    "tsconfig.json",
    "vite.config.ts",
];

fn main() -> Result<(), Box<dyn Error>> {
    let here = PathBuf::from(variable("CARGO_MANIFEST_DIR")?);
    let out = PathBuf::from(variable("OUT_DIR")?);
    for name in SOURCES {
        println!("cargo::rerun-if-changed={name}");
    }
    install(&here)?;
    let bundle = out.join("dist");
    npm(&here, &["run", "--silent", "build", "--", "--logLevel", "warn", "--emptyOutDir", "--outDir", text(&bundle)?])?;
    let mut paths = Vec::new();
    walk(&bundle, &mut paths)?;
    fs::write(out.join("files.rs"), list(&bundle, &paths)?)?;
    Ok(())
}

fn variable(name: &str) -> Result<std::ffi::OsString, String> {
    std::env::var_os(name).ok_or_else(|| format!("{name} is not set: run this through cargo"))
}

fn text(path: &Path) -> Result<&str, String> {
    path.to_str().ok_or_else(|| format!("{} is not UTF-8", path.display()))
}

/// Runs `npm ci` if `node_modules` was not made from this lock file (`cargo xtask test` leaves the same mark).
fn install(here: &Path) -> Result<(), Box<dyn Error>> {
    let lock = fs::read_to_string(here.join("package-lock.json"))?;
    // Written last, so that a folder that was left half made is made anew.
    let mark = here.join("node_modules/.yinxin-lock.json");
    if fs::read_to_string(&mark).is_ok_and(|has| has == lock) {
        return Ok(());
    }
    npm(here, &["ci", "--no-audit", "--no-fund", "--loglevel=error"])?;
    fs::write(mark, lock)?;
    Ok(())
}

fn npm(here: &Path, arguments: &[&str]) -> Result<(), Box<dyn Error>> {
    let program = if cfg!(windows) { "npm.cmd" } else { "npm" };
    let output = Command::new(program).args(arguments).current_dir(here).output().map_err(|error| {
        format!(
            "cannot run npm ({error}). The web application is built by it: install Node.js 20.19 or later, which brings npm, \
             make sure that `npm --version` works, and build again"
        )
    })?;
    if output.status.success() {
        return Ok(());
    }
    Err(format!(
        "`npm {}` failed in web/ ({}). If it could not fetch packages, check that an npm registry can be reached (`npm ping`). It said:\n{}{}",
        arguments.first().unwrap_or(&""),
        output.status,
        String::from_utf8_lossy(&output.stdout),
        String::from_utf8_lossy(&output.stderr)
    )
    .into())
}

fn walk(folder: &Path, found: &mut Vec<PathBuf>) -> std::io::Result<()> {
    for entry in fs::read_dir(folder)? {
        let entry = entry?;
        if entry.file_type()?.is_dir() {
            walk(&entry.path(), found)?;
        } else {
            found.push(entry.path());
        }
    }
    Ok(())
}

/// The table of all files as Rust: each with its encodings, ordered by path.
fn list(bundle: &Path, paths: &[PathBuf]) -> Result<String, Box<dyn Error>> {
    let mut names = Vec::new();
    for path in paths {
        let name = text(path.strip_prefix(bundle)?)?.replace('\\', "/");
        if !name.ends_with(".br") && !name.ends_with(".gz") {
            names.push((name, path));
        }
    }
    names.sort();
    let mut table = String::from("static FILES: &[File] = &[\n");
    for (name, path) in names {
        let packed = |ending: &str| -> Result<String, Box<dyn Error>> {
            let packed = PathBuf::from(format!("{}.{ending}", path.display()));
            Ok(if packed.is_file() { format!("Some({})", body(&packed)?) } else { "None".to_owned() })
        };
        // The bundler puts a digest into the names it makes; pdf.js' own files keep theirs.
        let immutable = name.starts_with("assets/") && !name.starts_with("assets/pdfjs/");
        writeln!(
            table,
            "    File {{ path: {name:?}, content_type: {:?}, immutable: {immutable}, plain: {}, brotli: {}, gzip: {} }},",
            content_type(&name)?,
            body(path)?,
            packed("br")?,
            packed("gz")?
        )?;
    }
    table.push_str("];\n");
    Ok(table)
}

fn body(path: &Path) -> Result<String, Box<dyn Error>> {
    let mut hasher = DefaultHasher::new();
    fs::read(path)?.hash(&mut hasher);
    let etag = format!("\"{:016x}\"", hasher.finish());
    Ok(format!("Body {{ bytes: include_bytes!({:?}), etag: {etag:?} }}", text(path)?))
}

fn content_type(name: &str) -> Result<&'static str, String> {
    let ending = name.rsplit_once('.').map_or("", |(_, ending)| ending);
    Ok(match ending {
        "html" => "text/html; charset=utf-8",
        "js" | "mjs" => "text/javascript; charset=utf-8",
        "css" => "text/css; charset=utf-8",
        "svg" => "image/svg+xml",
        "png" => "image/png",
        "json" => "application/json",
        "webmanifest" => "application/manifest+json",
        "ttf" => "font/ttf",
        "woff2" => "font/woff2",
        "bcmap" | "pfb" | "icc" => "application/octet-stream",
        _ => return Err(format!("{name}: say its content type in build.rs")),
    })
}
