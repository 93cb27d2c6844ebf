//! The workshop: everything the project checks about itself, behind `cargo xtask`.
//!
//! One file per command. A new command is a module with a `run` function, one variant of [`Task`] and one arm below.

#![expect(
    clippy::disallowed_methods,
    reason = "the workshop is no part of the product: it measures steps with the real clock and reads its environment"
)]

mod bench;
mod interop;
mod shell;
mod test;
mod tidy;

use std::path::Path;
use std::process::ExitCode;

use clap::{Parser, Subcommand};

/// The command line of `cargo xtask`.
#[derive(Debug, Parser)]
#[command(name = "cargo xtask", about = "The workshop: checks the project as a whole.")]
struct Arguments {
    #[command(subcommand)]
    task: Task,
}

/// What the workshop can do.
#[derive(Debug, Subcommand)]
enum Task {
    /// Install what the checks need, then run every check; status 1 and a list if something failed.
    Test(test::Arguments),
    /// Check the conventions of the house: directions, rooms, names, sizes, citations, licences.
    Tidy,
    /// Write the page of what other programs read from what the last whole run of the tests has shown.
    Interop,
    /// Build for release and measure: how fast each level is, beside what was promised.
    Bench(bench::Arguments),
}

fn main() -> ExitCode {
    let arguments = Arguments::parse();
    let root = workspace_root();
    let good = match arguments.task {
        Task::Test(arguments) => test::run(root, &arguments),
        Task::Tidy => tidy::run(root),
        Task::Interop => test::write_interop(root),
        Task::Bench(arguments) => bench::run(root, &arguments),
    };
    if good { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}

/// The folder of the root `Cargo.toml`: the workshop is always built from inside the workspace that it checks.
fn workspace_root() -> &'static Path {
    let here = Path::new(env!("CARGO_MANIFEST_DIR"));
    here.parent().unwrap_or(here)
}
