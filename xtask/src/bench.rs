//! `cargo xtask bench`: what the product does in which time, beside what was promised (the plan's table of speed).
//!
//! It builds for release, runs the programs that print one row a line (`crates/server/examples/bench_engines` and `lists_at_scale`,
//! `e2e/examples/bench_load`, `e2e/browser/run.mjs --bench`), and prints the table. It judges nothing but the figures: a missed target is no failure, because
//! figures depend on the machine; a program that ends badly is.

use std::env;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use clap::ValueEnum;
use serde_json::Value;

use crate::shell::{Shell, ShellError, capture};
use crate::test::postgres::{Cluster, ClusterError};
use crate::test::{cargo, tools};

/// The command line of `cargo xtask bench`.
#[derive(Debug, clap::Args)]
pub struct Arguments {
    /// Measure only this row (may be given more than once).
    #[arg(long, value_name = "ROW")]
    only: Vec<Level>,
    /// Fewer rounds: the order of magnitude within a minute or two.
    #[arg(long)]
    quick: bool,
    /// No PostgreSQL.
    #[arg(long)]
    sqlite_only: bool,
}

/// The rows.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum Level {
    /// Sign a PDF in memory.
    #[value(name = "L1")]
    L1,
    /// The same with a seal.
    #[value(name = "L2")]
    L2,
    /// Verify a PDF.
    #[value(name = "L3")]
    L3,
    /// Sign steps over HTTP.
    #[value(name = "L4")]
    L4,
    /// Whole contracts.
    #[value(name = "L5")]
    L5,
    /// Typesetting.
    #[value(name = "T")]
    T,
    /// The first page of a long contract in Chromium, and lists with many contracts.
    #[value(name = "UI")]
    Ui,
}

impl Level {
    const ALL: &'static [Self] = &[Self::L1, Self::L2, Self::L3, Self::L4, Self::L5, Self::T, Self::Ui];

    fn name(self) -> &'static str {
        match self {
            Self::L1 => "L1",
            Self::L2 => "L2",
            Self::L3 => "L3",
            Self::L4 => "L4",
            Self::L5 => "L5",
            Self::T => "T",
            Self::Ui => "UI",
        }
    }

    fn is_load(self) -> bool {
        matches!(self, Self::L4 | Self::L5)
    }
}

/// Why nothing, or not everything, was measured.
#[derive(Debug, thiserror::Error)]
enum BenchError {
    #[error("cannot watch for interrupts: {0}")]
    Interrupts(#[from] ctrlc::Error),
    #[error(transparent)]
    Shell(#[from] ShellError),
    #[error(transparent)]
    Cluster(#[from] ClusterError),
    #[error("cannot read what `cargo metadata` says: {0}")]
    Metadata(#[from] serde_json::Error),
    #[error("cannot make a folder for the peers: {0}")]
    Folder(#[from] std::io::Error),
}

/// One measured row, as the programs print it.
#[derive(Clone, Debug, PartialEq)]
struct Row {
    level: String,
    work: String,
    measured: f64,
    unit: String,
    sense: Sense,
    target: Option<f64>,
    note: String,
}

/// Which way the target lies.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Sense {
    AtMost,
    AtLeast,
    /// Nothing was promised.
    Tell,
}

impl Row {
    fn read(line: &str) -> Option<Self> {
        let row: Value = serde_json::from_str(line).ok()?;
        let text = |member: &str| row[member].as_str().map(str::to_owned);
        Some(Self {
            level: text("level")?,
            work: text("work")?,
            measured: row["measured"].as_f64()?,
            unit: text("unit")?,
            sense: match row["sense"].as_str()? {
                "at_most" => Sense::AtMost,
                "at_least" => Sense::AtLeast,
                _ => Sense::Tell,
            },
            target: row["target"].as_f64(),
            note: text("note")?,
        })
    }

    fn verdict(&self) -> &'static str {
        match (self.sense, self.target) {
            (Sense::AtMost, Some(target)) if self.measured <= target => "met",
            (Sense::AtLeast, Some(target)) if self.measured >= target => "met",
            (Sense::AtMost | Sense::AtLeast, Some(_)) => "MISSED",
            (Sense::Tell, _) | (_, None) => "",
        }
    }

    fn columns(&self) -> [String; 5] {
        let figure = |value: f64| match value.abs() {
            large if large >= 100.0 => format!("{value:.0}"),
            middle if middle >= 10.0 => format!("{value:.1}"),
            _ => format!("{value:.2}"),
        };
        let sign = if self.sense == Sense::AtLeast { "≥" } else { "≤" };
        let target = self.target.map(|target| format!("{sign} {target}")).unwrap_or_default();
        let measured = format!("{} {}", figure(self.measured), self.unit);
        [self.level.clone(), self.work.clone(), measured, target, self.verdict().to_owned()]
    }
}

/// Measures what is asked for and prints the table; true if every program ended well.
pub fn run(root: &Path, arguments: &Arguments) -> bool {
    let mut rows = Vec::new();
    let result = measure(root, arguments, &mut rows);
    if !rows.is_empty() {
        print(&rows);
    }
    match result {
        Ok(()) => true,
        Err(error) => {
            eprintln!("bench: {error}");
            false
        }
    }
}

fn measure(root: &Path, arguments: &Arguments, rows: &mut Vec<Row>) -> Result<(), BenchError> {
    let shell = Shell::new()?;
    let wanted = if arguments.only.is_empty() { Level::ALL } else { arguments.only.as_slice() };
    let (load, others): (Vec<Level>, Vec<Level>) = wanted.iter().partition(|level| level.is_load());
    let (pages, engines): (Vec<Level>, Vec<Level>) = others.into_iter().partition(|level| *level == Level::Ui);
    let mut build = cargo(root);
    build.args(["build", "--release", "--locked", "--package", "yinxin-server", "--package", "e2e"]);
    build.args([
        "--bin",
        "yinxin",
        "--example",
        "bench_engines",
        "--example",
        "bench_load",
        "--example",
        "lists_at_scale",
        "--example",
        "verify_file",
    ]);
    shell.run(&mut build)?;
    let programs = release_folder(root)?;
    let quick = arguments.quick.then_some("--quick");
    if !engines.is_empty() {
        let mut command = Command::new(programs.join("examples/bench_engines"));
        command.args(engines.iter().map(|level| level.name())).args(quick);
        collect(&shell, &mut command, rows)?;
    }
    if engines.iter().any(|level| matches!(level, Level::L1 | Level::L2 | Level::L3)) {
        peers(root, &shell, &programs, quick.is_some(), rows)?;
    }
    if !load.is_empty() {
        let mut command = Command::new(programs.join("examples/bench_load"));
        command.args(load.iter().map(|level| level.name())).args(quick).env("YINXIN_BIN", programs.join("yinxin"));
        // Kept until the program has ended.
        let _cluster = with_postgres(arguments.sqlite_only, &mut command)?;
        collect(&shell, &mut command, rows)?;
    }
    if !pages.is_empty() {
        collect(&shell, Command::new(programs.join("examples/lists_at_scale")).args(quick), rows)?;
        in_browser(root, &shell, &programs, rows)?;
    }
    Ok(())
}

/// What a person waits for, in real Chromium.
fn in_browser(root: &Path, shell: &Shell, programs: &Path, rows: &mut Vec<Row>) -> Result<(), BenchError> {
    let folder = root.join("e2e/browser");
    shell.run(Command::new("npm").args(["ci", "--no-audit", "--no-fund"]).current_dir(&folder))?;
    let mut command = Command::new("node");
    command.args(["run.mjs", "--bench"]).current_dir(&folder).env("YINXIN_BIN", programs.join("yinxin"));
    collect(shell, &mut command, rows)
}

/// A cluster of our own, unless the environment names one or none is wanted.
fn with_postgres(sqlite_only: bool, command: &mut Command) -> Result<Option<Cluster>, BenchError> {
    if sqlite_only {
        command.arg("--sqlite-only");
        return Ok(None);
    }
    if env::var_os("YINXIN_TEST_POSTGRES").is_some() {
        return Ok(None);
    }
    match Cluster::start() {
        Ok(cluster) => {
            command.env("YINXIN_TEST_POSTGRES", cluster.url());
            Ok(Some(cluster))
        }
        Err(error @ ClusterError::NotInstalled) => {
            println!("without PostgreSQL: {error}");
            command.arg("--sqlite-only");
            Ok(None)
        }
        Err(error) => Err(error.into()),
    }
}

/// pyHanko, pdfsig and LibPDF on the same file in the same run. What is missing and cannot be installed is said and left out.
fn peers(root: &Path, shell: &Shell, programs: &Path, quick: bool, rows: &mut Vec<Row>) -> Result<(), BenchError> {
    let python = env::var_os("YINXIN_PYTHON").map_or_else(|| tools::python(root), PathBuf::from);
    if !python.is_file() {
        println!("without peers: `cargo xtask test --only python` makes the environment of pyHanko");
        return Ok(());
    }
    let rounds = ["--rounds", if quick { "10" } else { "50" }];
    let (pdf, folder) = (programs.join("bench-peer.pdf"), programs.join("bench-peers"));
    fs::create_dir_all(&folder)?;
    shell.run(Command::new(programs.join("examples/bench_engines")).arg(format!("--write-pdf={}", pdf.display())))?;
    let mut command = Command::new(python);
    command.arg(root.join("oracles/peer_pyhanko.py")).arg(&pdf).arg(&folder).args(rounds);
    collect(shell, &mut command, rows)?;
    let mut ours = Command::new(programs.join("examples/verify_file"));
    ours.args([folder.join("five.pdf"), folder.join("root.pem")]).arg(if quick { "20" } else { "200" });
    collect(shell, &mut ours, rows)?;

    let libpdf = root.join("oracles/peer_libpdf");
    if let Err(error) = tools::ensure_node_modules(shell, &libpdf) {
        println!("without LibPDF as a peer: {error}");
        return Ok(());
    }
    let mut command = Command::new("node");
    command.arg("peer.mjs").arg(&pdf).arg(&folder).args(rounds).current_dir(&libpdf);
    collect(shell, &mut command, rows)
}

/// Runs a program and keeps its rows; what is none goes through.
fn collect(shell: &Shell, command: &mut Command, rows: &mut Vec<Row>) -> Result<(), BenchError> {
    shell.run_lines(command.stdout(Stdio::piped()), |line| match Row::read(line) {
        Some(row) => {
            println!("{}", row.columns().join("  "));
            rows.push(row);
        }
        None => println!("{line}"),
    })?;
    Ok(())
}

fn print(rows: &[Row]) {
    println!("\n| level | work | measured | target | | |\n|---|---|---|---|---|---|");
    let mut sorted: Vec<&Row> = rows.iter().collect();
    sorted.sort_by_key(|row| Level::ALL.iter().position(|level| level.name() == row.level));
    for row in sorted {
        println!("| {} | {} |", row.columns().join(" | "), row.note);
    }
}

fn release_folder(root: &Path) -> Result<PathBuf, BenchError> {
    let text = capture(cargo(root).args(["metadata", "--format-version", "1", "--no-deps", "--locked"]))?;
    let metadata: Value = serde_json::from_str(&text)?;
    Ok(Path::new(metadata["target_directory"].as_str().unwrap_or("target")).join("release"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn row(measured: f64, sense: &str, target: Option<f64>) -> Row {
        let line = serde_json::json!({ "level": "L1", "work": "w", "measured": measured, "unit": "ms", "sense": sense, "target": target, "note": "n" });
        Row::read(&line.to_string()).expect("a row")
    }

    #[test]
    fn a_row_is_judged_by_its_target() {
        assert_eq!(row(0.9, "at_most", Some(1.0)).verdict(), "met");
        assert_eq!(row(1.1, "at_most", Some(1.0)).verdict(), "MISSED");
        assert_eq!(row(299.0, "at_least", Some(300.0)).verdict(), "MISSED");
        assert_eq!(row(300.0, "at_least", Some(300.0)).verdict(), "met");
        assert_eq!(row(5.0, "tell", None).verdict(), "");
        assert_eq!(row(12.34, "at_least", Some(20.0)).columns()[2..4], ["12.3 ms".to_owned(), "≥ 20".to_owned()]);
    }

    #[test]
    fn what_is_no_row_is_not_taken_for_one() {
        assert_eq!(Row::read("cast in 3 s"), None);
        assert_eq!(Row::read("{\"level\":\"L1\"}"), None);
    }
}
