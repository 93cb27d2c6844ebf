//! `yinxin verify`: every signature, seal, timestamp and later change of a PDF, without a server.
//!
//! Exit status: 0 valid and trusted, 1 not valid, 2 unreadable, 3 valid but a chain does not end in a `--trust` root.

use std::io::{Read as _, Write as _};
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::sync::Arc;

use clap::{Args, ValueEnum};
use yinxin_pdf::verify::{Limits, Report, Verdict, VerifyOptions, verify};
use yinxin_pki::x509::Certificate;

use super::CommandResult;
use crate::app::Clock;
use crate::verification::Verified;

/// What is verified, and whom to trust.
#[derive(Args)]
pub(super) struct Arguments {
    /// The PDF.
    file: PathBuf,
    /// Prints the whole report as JSON (docs/guides/verification-report.md).
    #[arg(long)]
    json: bool,
    /// A file of root certificates in PEM; may be given several times. Certificates inside the PDF never become roots.
    #[arg(long, value_name = "PEM")]
    trust: Vec<PathBuf>,
    /// The language of the lines.
    #[arg(long, value_enum, default_value_t = Language::Zh)]
    lang: Language,
}

#[derive(Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Language {
    Zh,
    En,
}

/// Status for a file, or a list of roots, that cannot be read.
const UNREADABLE: u8 = 2;

/// Verifies and prints.
pub(super) fn run(arguments: &Arguments) -> CommandResult {
    let judged = roots(&arguments.trust).and_then(|roots| {
        let limits = Limits::default();
        let bytes = read_file(&arguments.file, limits.bytes)?;
        let options = VerifyOptions { roots, at_micros: Clock::new(false).now(), limits };
        let bytes: Arc<[u8]> = Arc::from(bytes);
        let report = verify(bytes.clone(), &options).map_err(|error| format!("{}: {error}", arguments.file.display()));
        report.map(|report| (bytes, report))
    });
    let (bytes, report) = match judged {
        Ok(judged) => judged,
        Err(reason) => {
            eprintln!("yinxin: {reason}");
            eprintln!(
                "请给出签署后未经转换的 PDF 原文件和 PEM 格式的信任证书。(Give the PDF as it was signed, not converted, and trust anchors in PEM.)"
            );
            return Ok(ExitCode::from(UNREADABLE));
        }
    };
    let verdict = report.verdict;
    let text = if arguments.json {
        serde_json::to_string_pretty(&Verified::of(bytes, report))? + "\n"
    } else {
        lines(&report, arguments.lang)
    };
    match std::io::stdout().write_all(text.as_bytes()) {
        // Whoever reads only the beginning still wants the exit status.
        Err(error) if error.kind() != std::io::ErrorKind::BrokenPipe => return Err(error.into()),
        _ => {}
    }
    Ok(ExitCode::from(match verdict {
        Verdict::ValidTrusted => 0,
        Verdict::Invalid | Verdict::Indeterminate => 1,
        Verdict::ValidUntrusted => 3,
    }))
}

/// A file of at most `limit` bytes; one byte more is read to tell.
fn read_file(path: &Path, limit: usize) -> Result<Vec<u8>, String> {
    let failed = |error: std::io::Error| format!("{}: {error}", path.display());
    let mut bytes = Vec::new();
    let file = std::fs::File::open(path).map_err(failed)?;
    file.take(limit as u64 + 1).read_to_end(&mut bytes).map_err(failed)?;
    Ok(bytes)
}

/// The certificates of all PEM files.
fn roots(paths: &[PathBuf]) -> Result<Vec<Certificate>, String> {
    let mut roots = Vec::new();
    for path in paths {
        let text = std::fs::read_to_string(path).map_err(|error| format!("{}: {error}", path.display()))?;
        let found = Certificate::from_pem(&text).map_err(|error| format!("{}: {error}", path.display()))?;
        roots.extend(found);
    }
    Ok(roots)
}

/// One line per signature with its faults below, then the forbidden changes, then the verdict on the file.
fn lines(report: &Report, language: Language) -> String {
    let chosen = |zh: String, en: String| if language == Language::Zh { zh } else { en };
    let mut lines = Vec::new();
    for (index, signature) in report.signatures.iter().enumerate() {
        let reason = signature.reason.as_deref().map_or(String::new(), |reason| format!(" [{reason}]"));
        let summary = chosen(signature.summary.zh.clone(), signature.summary.en.clone());
        lines.push(format!("{}. {summary}{reason}", index + 1));
        let faults = signature.faults.iter();
        lines.extend(faults.map(|fault| format!("   - {} ({})", chosen(fault.zh(), fault.en()), fault.code())));
    }
    for (index, revision) in report.revisions.iter().enumerate() {
        for change in revision.changes.iter().filter(|change| !change.is_allowed()) {
            let number = index + 1;
            let zh = format!("   ! 第 {number} 个修订版本：{}", change.zh());
            lines.push(chosen(zh, format!("   ! revision {number}: {}", change.en())));
        }
    }
    lines.push(chosen(report.summary.zh.clone(), report.summary.en.clone()));
    lines.iter().map(|line| printable(line) + "\n").collect()
}

/// Names and reasons are the file's own: control characters in them must not reach the terminal.
fn printable(line: &str) -> String {
    line.chars().map(|letter| if letter.is_control() { char::REPLACEMENT_CHARACTER } else { letter }).collect()
}
