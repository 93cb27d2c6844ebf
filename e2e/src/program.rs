//! The binary as a command that runs and ends: `yinxin demo --exit`, `yinxin verify`.

use std::ffi::OsStr;
use std::path::Path;
use std::process::{Command, Stdio};

use crate::error::{Error, io};

/// How a command ended and what it printed.
#[derive(Clone, Debug)]
pub struct Ended {
    /// Its exit status; none if a signal ended it.
    pub status: Option<i32>,
    /// What it printed on standard output.
    pub said: String,
    /// What it printed on standard error.
    pub complained: String,
}

/// Runs the binary with these arguments in a folder, and waits until it ends.
///
/// # Errors
/// When the binary is not built or cannot be started; any exit status is an answer.
pub fn run_program(folder: &Path, arguments: &[&OsStr]) -> Result<Ended, Error> {
    let mut command = Command::new(crate::server::binary()?);
    let output = command.args(arguments).current_dir(folder).stdin(Stdio::null()).output().map_err(io("run yinxin"))?;
    Ok(Ended {
        status: output.status.code(),
        said: String::from_utf8_lossy(&output.stdout).into_owned(),
        complained: String::from_utf8_lossy(&output.stderr).into_owned(),
    })
}
