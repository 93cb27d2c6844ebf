//! `cargo xtask test`: installs what the checks need and runs them all, as the continuous check does.
//!
//! A failed step does not keep the later ones from running, unless they need what it makes; the list at the end names
//! every step and every test that failed. Whatever a step set up outside the target folder and `.venv` is taken down
//! again, also after a failure or an interrupt.

pub mod postgres;
pub mod tools;

use std::collections::BTreeMap;
use std::env;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use clap::ValueEnum;

use crate::interop::{self, InteropError};
use crate::shell::{Shell, ShellError, capture};
use crate::tidy;
use postgres::{Cluster, ClusterError};
use tools::ToolError;

/// The command line of `cargo xtask test`.
#[derive(Debug, clap::Args)]
pub struct Arguments {
    /// Run only this step, and what it needs.
    #[arg(long, value_name = "STEP")]
    only: Option<Step>,
}

/// The steps, in the order in which they run.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, ValueEnum)]
enum Step {
    /// Programs of the system that the checks call, installed where they are missing and we are root.
    Tools,
    /// What the independent checkers in Python and JavaScript run on.
    Python,
    /// `cargo fmt --check`.
    Fmt,
    /// The conventions of the house.
    Tidy,
    /// The web application: its conventions, types, unit tests, and the bundle within its budgets.
    Web,
    /// `cargo clippy`, every warning an error.
    Clippy,
    /// `cargo doc`, every warning an error.
    Doc,
    /// Unit tests, integration tests and examples in documents.
    Test,
    /// The stories: the real binary on both databases.
    E2e,
    /// The browser stories: the demo's product, used in a real Chromium.
    Browser,
    /// The page of what other programs read, held against what the tests of this run have shown.
    Interop,
}

impl Step {
    const ALL: &'static [Self] = &[
        Self::Tools,
        Self::Python,
        Self::Fmt,
        Self::Tidy,
        Self::Web,
        Self::Clippy,
        Self::Doc,
        Self::Test,
        Self::E2e,
        Self::Browser,
        Self::Interop,
    ];

    /// The steps without which this one cannot run.
    fn needs(self) -> &'static [Self] {
        match self {
            Self::Tools | Self::Fmt | Self::Tidy => &[],
            Self::Python | Self::Clippy | Self::Doc | Self::Web => &[Self::Tools],
            Self::Test | Self::E2e | Self::Browser => &[Self::Tools, Self::Python],
            Self::Interop => &[Self::Tools, Self::Python, Self::Test, Self::E2e],
        }
    }

    fn name(self) -> &'static str {
        match self {
            Self::Tools => "tools",
            Self::Python => "python",
            Self::Fmt => "fmt",
            Self::Tidy => "tidy",
            Self::Clippy => "clippy",
            Self::Doc => "doc",
            Self::Test => "test",
            Self::Web => "web",
            Self::E2e => "e2e",
            Self::Browser => "browser",
            Self::Interop => "interop",
        }
    }
}

/// Why a step failed.
#[derive(Debug, thiserror::Error)]
enum StepError {
    #[error(transparent)]
    Shell(#[from] ShellError),
    #[error(transparent)]
    Tool(#[from] ToolError),
    #[error(transparent)]
    Cluster(#[from] ClusterError),
    #[error("the conventions above are broken")]
    Tidy,
    #[error("{0} did not succeed, and this step needs it")]
    Needs(&'static str),
    #[error("the package `e2e` has no story: nothing would be tested")]
    NoStory,
    #[error("cannot read what `cargo metadata` says: {0}")]
    Metadata(#[from] serde_json::Error),
    #[error(transparent)]
    Interop(#[from] InteropError),
}

/// What happened to one step.
struct Outcome {
    step: Step,
    took: Duration,
    error: Option<StepError>,
}

/// Runs the steps asked for and prints what became of them; true if all succeeded.
pub fn run(root: &Path, arguments: &Arguments) -> bool {
    let shell = match Shell::new() {
        Ok(shell) => shell,
        Err(error) => {
            eprintln!("cannot watch for interrupts: {error}");
            return false;
        }
    };
    if let Err(error) = Package::e2e(root).and_then(|package| Ok(interop::forget(&package.target)?)) {
        eprintln!("cannot begin: {error}");
        return false;
    }
    let mut bench = Bench { root, shell, cluster: None, tally: Tally::default() };
    let mut outcomes: Vec<Outcome> = Vec::new();
    for step in chosen(arguments.only) {
        println!("\n==== {}", step.name());
        let begun = Instant::now();
        let failed = |needed: &&Step| outcomes.iter().any(|o| o.step == **needed && o.error.is_some());
        let result = match step.needs().iter().find(failed) {
            Some(needed) => Err(StepError::Needs(needed.name())),
            None => bench.step(step),
        };
        let took = begun.elapsed();
        match &result {
            Ok(()) => println!("==== {}: ok in {}", step.name(), seconds(took)),
            Err(error) => println!("==== {}: FAILED after {}: {error}", step.name(), seconds(took)),
        }
        outcomes.push(Outcome { step, took, error: result.err() });
        if bench.shell.interrupted() {
            break;
        }
    }
    let tally = bench.tear_down();
    report(&outcomes, &tally)
}

/// The steps to run: all, or one with everything it needs before it.
fn chosen(only: Option<Step>) -> Vec<Step> {
    match only {
        None => Step::ALL.to_vec(),
        Some(step) => Step::ALL.iter().copied().filter(|s| *s == step || step.needs().contains(s)).collect(),
    }
}

/// Prints the table, then everything that failed, then the line that counts; true if nothing failed.
fn report(outcomes: &[Outcome], tally: &Tally) -> bool {
    println!("\n==== steps");
    for outcome in outcomes {
        let result = if outcome.error.is_some() { "FAILED" } else { "ok" };
        println!("  {:<8} {result:<7} {:>10}", outcome.step.name(), seconds(outcome.took));
    }
    let total: Duration = outcomes.iter().map(|o| o.took).sum();
    println!("  {:<8} {:<7} {:>10}", "all", "", seconds(total));
    let failed: Vec<&Outcome> = outcomes.iter().filter(|o| o.error.is_some()).collect();
    if !failed.is_empty() {
        println!("\n==== failed");
        for outcome in &failed {
            if let Some(error) = &outcome.error {
                println!("  {}: {error}", outcome.step.name());
            }
        }
        for name in &tally.failures {
            println!("  test: {name}");
        }
    }
    if tally.passed + tally.failed + tally.ignored > 0 {
        println!("\n{} passed, {} failed, {} skipped", tally.passed, tally.failed, tally.ignored);
    }
    failed.is_empty()
}

fn seconds(time: Duration) -> String {
    format!("{:.1} s", time.as_secs_f64())
}

/// What the steps share.
struct Bench<'a> {
    root: &'a Path,
    shell: Shell,
    /// Made by the first step that needs it.
    cluster: Option<Cluster>,
    tally: Tally,
}

impl Bench<'_> {
    fn step(&mut self, step: Step) -> Result<(), StepError> {
        match step {
            Step::Tools => Ok(tools::ensure_programs(&self.shell)?),
            Step::Python => {
                tools::ensure_python(&self.shell, self.root)?;
                Ok(tools::ensure_node_modules(&self.shell, &self.root.join("oracles"))?)
            }
            Step::Fmt => self.cargo(&["fmt", "--all", "--check"], &[]),
            Step::Tidy => tidy::run(self.root).then_some(()).ok_or(StepError::Tidy),
            Step::Clippy => self.cargo(
                &["clippy", "--locked", "--keep-going", "--workspace", "--all-targets", "--", "-D", "warnings"],
                &[],
            ),
            Step::Doc => self.cargo(
                &["doc", "--locked", "--keep-going", "--workspace", "--no-deps"],
                &[("RUSTDOCFLAGS", "-D warnings".into())],
            ),
            Step::Web => self.web(),
            Step::Test => self.test(&["--no-fail-fast"], &[]),
            Step::E2e => self.stories(),
            Step::Browser => self.browser(),
            Step::Interop => Ok(interop::check(self.root, &Package::e2e(self.root)?.target)?),
        }
    }

    fn web(&self) -> Result<(), StepError> {
        let web = self.root.join("web");
        tools::ensure_node_modules(&self.shell, &web)?;
        for arguments in [&["check"][..], &["test"], &["build", "--", "--logLevel", "warn"]] {
            self.shell.run(Command::new("npm").args(["run", "--silent"]).args(arguments).current_dir(&web))?;
        }
        Ok(())
    }

    fn stories(&mut self) -> Result<(), StepError> {
        // All targets of the whole workspace, so that cargo unifies features as the tests above did and builds nothing twice.
        self.cargo(&["build", "--locked", "--workspace", "--all-targets"], &[])?;
        let package = Package::e2e(self.root)?;
        if package.stories.is_empty() {
            return Err(StepError::NoStory);
        }
        let mut arguments = vec!["--no-fail-fast".to_owned()];
        arguments.extend(package.stories.iter().flat_map(|name| ["--test".to_owned(), name.clone()]));
        let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
        let binary = package.target.join("debug").join("yinxin");
        self.test(&arguments, &[("YINXIN_BIN", binary.display().to_string())])
    }

    fn browser(&mut self) -> Result<(), StepError> {
        self.cargo(&["build", "--locked", "--workspace", "--all-targets"], &[])?;
        let folder = self.root.join("e2e/browser");
        tools::ensure_node_modules(&self.shell, &folder)?;
        let mut command = Command::new("node");
        command
            .arg("run.mjs")
            .current_dir(&folder)
            .env("YINXIN_BIN", Package::e2e(self.root)?.target.join("debug").join("yinxin"))
            .env("YINXIN_PYTHON", tools::python(self.root))
            .stdout(Stdio::piped());
        let tally = &mut self.tally;
        Ok(self.shell.run_lines(&mut command, |line| {
            println!("{line}");
            tally.read(line);
        })?)
    }

    /// `cargo test --workspace` with the places of the database and the checkers in its environment.
    fn test(&mut self, arguments: &[&str], more: &[(&str, String)]) -> Result<(), StepError> {
        let postgres = match &self.cluster {
            Some(cluster) => cluster.url(),
            None => {
                let cluster = Cluster::start()?;
                self.cluster.insert(cluster).url()
            }
        };
        let notes = interop::notes(&Package::e2e(self.root)?.target);
        let mut command = self.cargo_command(&["test", "--locked", "--workspace"]);
        command
            .args(arguments)
            .env("YINXIN_INTEROP", notes)
            .env("YINXIN_TEST_POSTGRES", postgres)
            .env("YINXIN_PYTHON", tools::python(self.root))
            .env("YINXIN_ORACLES", "required")
            .envs(more.iter().map(|(name, value)| (name, value)))
            .stdout(Stdio::piped());
        let tally = &mut self.tally;
        Ok(self.shell.run_lines(&mut command, |line| {
            println!("{line}");
            tally.read(line);
        })?)
    }

    fn cargo(&self, arguments: &[&str], more: &[(&str, String)]) -> Result<(), StepError> {
        let mut command = self.cargo_command(arguments);
        Ok(self.shell.run(command.envs(more.iter().map(|(name, value)| (name, value))))?)
    }

    fn cargo_command(&self, arguments: &[&str]) -> Command {
        let mut command = cargo(self.root);
        command.args(arguments);
        command
    }

    /// Ends what the steps started.
    fn tear_down(self) -> Tally {
        drop(self.cluster);
        self.tally
    }
}

/// Writes the page of what other programs read, from the notes that the last run left; true if that was a whole run.
pub fn write_interop(root: &Path) -> bool {
    let written = Package::e2e(root).and_then(|package| Ok(interop::write(root, &package.target)?));
    written.inspect_err(|error| eprintln!("{error}")).is_ok()
}

/// The cargo that runs us, to be run at the root of the workspace.
pub fn cargo(root: &Path) -> Command {
    let mut command = Command::new(env::var_os("CARGO").unwrap_or_else(|| "cargo".into()));
    command.current_dir(root);
    command
}

/// What `cargo metadata` says about the stories.
struct Package {
    stories: Vec<String>,
    target: PathBuf,
}

impl Package {
    fn e2e(root: &Path) -> Result<Self, StepError> {
        let text = capture(cargo(root).args(["metadata", "--format-version", "1", "--no-deps", "--locked"]))?;
        let metadata: serde_json::Value = serde_json::from_str(&text)?;
        let list = |value: &serde_json::Value| value.as_array().cloned().unwrap_or_default();
        let stories = list(&metadata["packages"])
            .iter()
            .filter(|package| package["name"] == "e2e")
            .flat_map(|package| list(&package["targets"]))
            .filter(|target| list(&target["kind"]).iter().any(|kind| kind == "test"))
            .filter_map(|target| target["name"].as_str().map(str::to_owned))
            .collect();
        let target = metadata["target_directory"].as_str().unwrap_or("target").into();
        Ok(Self { stories, target })
    }
}

/// What the runs of `cargo test` said, added up; the browser stories end with a line of the same form.
#[derive(Debug, Default, PartialEq, Eq)]
struct Tally {
    passed: u64,
    failed: u64,
    ignored: u64,
    /// The names of the tests that failed, each once.
    failures: Vec<String>,
}

impl Tally {
    /// Takes note of one line that `cargo test` printed.
    fn read(&mut self, line: &str) {
        if let Some(rest) = line.strip_prefix("test result: ") {
            let counts: BTreeMap<&str, u64> = rest
                .split([';', '.'])
                .filter_map(|part| part.trim().split_once(' '))
                .filter_map(|(count, word)| Some((word, count.parse().ok()?)))
                .collect();
            let count = |word| counts.get(word).copied().unwrap_or(0);
            self.passed += count("passed");
            self.failed += count("failed");
            self.ignored += count("ignored");
        } else if let Some(name) = line.strip_prefix("test ").and_then(|rest| rest.strip_suffix(" ... FAILED")) {
            self.failures.push(name.to_owned());
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_step_alone_brings_what_it_needs_and_nothing_else() {
        assert_eq!(chosen(Some(Step::Fmt)), [Step::Fmt]);
        assert_eq!(chosen(Some(Step::E2e)), [Step::Tools, Step::Python, Step::E2e]);
        assert_eq!(chosen(Some(Step::Browser)), [Step::Tools, Step::Python, Step::Browser]);
        let interop = [Step::Tools, Step::Python, Step::Test, Step::E2e, Step::Interop];
        assert_eq!(chosen(Some(Step::Interop)), interop);
        assert_eq!(chosen(None), Step::ALL);
    }

    #[test]
    fn every_step_runs_after_those_it_needs() {
        for (place, step) in Step::ALL.iter().enumerate() {
            assert!(step.needs().iter().all(|needed| Step::ALL[..place].contains(needed)), "{step:?}");
        }
    }

    #[test]
    fn the_results_of_all_test_programs_are_added_up() {
        let mut tally = Tally::default();
        for line in [
            "running 3 tests",
            "test shell::tests::one ... ok",
            "test seal::round ... FAILED",
            "test result: FAILED. 2 passed; 1 failed; 0 ignored; 0 measured; 0 filtered out; finished in 0.01s",
            "test result: ok. 5 passed; 0 failed; 4 ignored; 0 measured; 9 filtered out; finished in 1.20s",
        ] {
            tally.read(line);
        }
        assert_eq!(tally, Tally { passed: 7, failed: 1, ignored: 4, failures: vec!["seal::round".to_owned()] });
    }
}
