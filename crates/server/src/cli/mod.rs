//! The command line: `yinxin COMMAND`. Each command is one file here with its arguments and a `run`.

mod demo;
mod doctor;
mod migrate;
mod serve;
mod sign;
mod verify;

use std::path::PathBuf;
use std::process::ExitCode;

use clap::{Args, Parser, Subcommand};
use tracing_subscriber::EnvFilter;

use crate::config::{self, Config, ConfigError, LogFormat};

/// Concludes contracts online so that seals and signatures stay provable.
#[derive(Parser)]
#[command(name = "yinxin", version)]
struct Cli {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Serves the product over HTTP.
    Serve(serve::Arguments),
    /// Verifies every signature and seal of a PDF.
    Verify(verify::Arguments),
    /// Signs a PDF with a key from a file.
    Sign(sign::Arguments),
    /// Concludes a whole contract on sample data and keeps serving.
    Demo(demo::Arguments),
    /// Looks whether everything the product needs is in order, and says how to mend what is not.
    Doctor(Settings),
    /// Brings the database's schema up to date and leaves.
    Migrate(Settings),
}

/// Where the settings come from; the same for every command that needs the data.
#[derive(Args, Clone, Debug)]
pub struct Settings {
    /// A configuration file laid over the defaults (see config.default.toml).
    #[arg(long, value_name = "FILE")]
    config: Option<PathBuf>,
    /// The data directory, instead of the configured one.
    #[arg(long, value_name = "DIR")]
    data: Option<PathBuf>,
}

impl Settings {
    /// The configuration with the arguments laid over it.
    ///
    /// # Errors
    /// See [`ConfigError`].
    pub fn load(&self) -> Result<Config, ConfigError> {
        let mut config = Config::load(self.config.as_deref())?;
        if let Some(data) = &self.data {
            config.data_dir.clone_from(data);
        }
        Ok(config)
    }
}

/// Runs the command line and gives the exit status.
#[must_use]
pub fn main() -> ExitCode {
    let cli = Cli::parse();
    let runtime = match tokio::runtime::Builder::new_multi_thread().enable_all().build() {
        Ok(runtime) => runtime,
        Err(error) => return failed(&error),
    };
    let result = runtime.block_on(async {
        match cli.command {
            Command::Serve(arguments) => serve::run(arguments).await,
            Command::Verify(arguments) => verify::run(&arguments),
            Command::Sign(arguments) => sign::run(arguments).await,
            Command::Demo(arguments) => demo::run(arguments).await,
            Command::Doctor(settings) => doctor::run(&settings).await,
            Command::Migrate(settings) => migrate::run(settings).await,
        }
    });
    match result {
        Ok(code) => code,
        Err(error) => failed(error.as_ref()),
    }
}

/// What a command answers: an exit status, or an error printed with all its causes and status 1.
pub type CommandResult = Result<ExitCode, Box<dyn std::error::Error + Send + Sync>>;

fn failed(error: &(dyn std::error::Error + 'static)) -> ExitCode {
    eprintln!("yinxin: {}", crate::jobs::chain(error));
    ExitCode::FAILURE
}

/// Sends log lines to standard error as configured.
pub(crate) fn start_logging(log: &config::Log) -> Result<(), Box<dyn std::error::Error + Send + Sync>> {
    let filter = EnvFilter::try_new(&log.filter)?;
    let builder = tracing_subscriber::fmt().with_env_filter(filter).with_writer(std::io::stderr);
    match log.format {
        LogFormat::Text => builder.with_ansi(false).try_init(),
        LogFormat::Json => builder.json().flatten_event(true).try_init(),
    }
}
