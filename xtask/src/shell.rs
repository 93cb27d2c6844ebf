//! Running other programs so that an interrupt leaves nothing behind.
//!
//! Every program runs in a process group of its own. Ctrl-C, SIGTERM and SIGHUP are taken by the workshop, which passes
//! them to the group that runs now and then walks its normal way out, so that whatever a step set up is taken down again.

use std::fmt;
use std::io::{self, BufRead, BufReader};
use std::os::unix::process::CommandExt;
use std::path::Path;
use std::process::{Child, Command, ExitStatus, Stdio};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicI32, Ordering};

use rustix::process::{Pid, Signal, kill_process_group};

/// Why a program did not do its work.
#[derive(Debug, thiserror::Error)]
pub enum ShellError {
    /// The program could not be started.
    #[error("cannot start `{command}`: {source}")]
    Start {
        /// The command line.
        command: String,
        /// What the system said.
        source: io::Error,
    },
    /// Its output could not be read, or its end not waited for.
    #[error("lost `{command}`: {source}")]
    Lost {
        /// The command line.
        command: String,
        /// What the system said.
        source: io::Error,
    },
    /// It ended with a status that is not 0.
    #[error("`{command}` ended with {status}{said}")]
    Failed {
        /// The command line.
        command: String,
        /// Its status.
        status: ExitStatus,
        /// What it said, when that was captured: empty, or starting with a new line.
        said: String,
    },
    /// Somebody asked the workshop to stop.
    #[error("interrupted")]
    Interrupted,
}

/// Runs programs one after the other, and stops the one that runs when the workshop is interrupted.
#[derive(Debug)]
pub struct Shell {
    state: Arc<State>,
}

#[derive(Debug, Default)]
struct State {
    interrupted: AtomicBool,
    /// The process group that runs now; 0 when none does.
    group: AtomicI32,
}

impl State {
    fn pass_on(&self, signal: Signal) {
        if let Some(group) = Pid::from_raw(self.group.load(Ordering::SeqCst)) {
            // The group may just have ended by itself; then there is nobody to tell.
            let _ = kill_process_group(group, signal);
        }
    }
}

impl Shell {
    /// Takes over the interrupt signals; call it once in a process.
    ///
    /// # Errors
    /// When the signals have a handler already.
    pub fn new() -> Result<Self, ctrlc::Error> {
        let state = Arc::new(State::default());
        let told = Arc::clone(&state);
        ctrlc::set_handler(move || {
            let again = told.interrupted.swap(true, Ordering::SeqCst);
            told.pass_on(if again { Signal::KILL } else { Signal::TERM });
        })?;
        Ok(Self { state })
    }

    /// True once somebody asked the workshop to stop.
    pub fn interrupted(&self) -> bool {
        self.state.interrupted.load(Ordering::SeqCst)
    }

    /// Runs a program whose output goes where ours goes.
    ///
    /// # Errors
    /// When it does not start, does not end with 0, or we are interrupted.
    pub fn run(&self, command: &mut Command) -> Result<(), ShellError> {
        self.run_lines(command.stdout(Stdio::inherit()), |_| ())
    }

    /// Runs a program and hands over each line of its standard output, unless the caller sent that elsewhere.
    ///
    /// # Errors
    /// As [`Shell::run`].
    pub fn run_lines(&self, command: &mut Command, mut line: impl FnMut(&str)) -> Result<(), ShellError> {
        let mut child = self.start(command)?;
        let name = display(command);
        let read = match child.stdout.take() {
            Some(output) => read_lines(output, &mut line),
            None => Ok(()),
        };
        let status = child.wait();
        self.state.group.store(0, Ordering::SeqCst);
        if self.interrupted() {
            return Err(ShellError::Interrupted);
        }
        read.map_err(|source| ShellError::Lost { command: name.clone(), source })?;
        match status {
            Ok(status) if status.success() => Ok(()),
            Ok(status) => Err(ShellError::Failed { command: name, status, said: String::new() }),
            Err(source) => Err(ShellError::Lost { command: name, source }),
        }
    }

    fn start(&self, command: &mut Command) -> Result<Child, ShellError> {
        if self.interrupted() {
            return Err(ShellError::Interrupted);
        }
        let child = command
            .stdin(Stdio::null())
            .process_group(0)
            .spawn()
            .map_err(|source| ShellError::Start { command: display(command), source })?;
        self.state.group.store(child.id().cast_signed(), Ordering::SeqCst);
        if self.interrupted() {
            // The signal came between the first look and the line above, and reached nobody.
            self.state.pass_on(Signal::TERM);
        }
        Ok(child)
    }
}

/// Runs a short program and gives back what it printed.
///
/// # Errors
/// When it does not start or does not end with 0; the error then holds what it said.
pub fn capture(command: &mut Command) -> Result<String, ShellError> {
    let output = command
        .stdin(Stdio::null())
        .output()
        .map_err(|source| ShellError::Start { command: display(command), source })?;
    if output.status.success() {
        return Ok(String::from_utf8_lossy(&output.stdout).into_owned());
    }
    let said = format!("\n{}{}", String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
    Err(ShellError::Failed { command: display(command), status: output.status, said: said.trim_end().to_owned() })
}

/// The command line as a person would type it, without the environment and the folder of the program.
pub fn display(command: &Command) -> String {
    struct Line<'a>(&'a Command);
    impl fmt::Display for Line<'_> {
        fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
            let program = Path::new(self.0.get_program());
            write!(f, "{}", program.file_name().unwrap_or(program.as_os_str()).to_string_lossy())?;
            self.0.get_args().try_for_each(|argument| write!(f, " {}", argument.to_string_lossy()))
        }
    }
    Line(command).to_string()
}

fn read_lines(output: impl io::Read, line: &mut impl FnMut(&str)) -> io::Result<()> {
    let mut output = BufReader::new(output);
    let mut bytes = Vec::new();
    loop {
        bytes.clear();
        if output.read_until(b'\n', &mut bytes)? == 0 {
            return Ok(());
        }
        line(String::from_utf8_lossy(&bytes).trim_end_matches('\n'));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shell() -> Shell {
        Shell { state: Arc::default() }
    }

    fn sh(script: &str) -> Command {
        let mut command = Command::new("sh");
        command.args(["-c", script]);
        command
    }

    #[test]
    fn each_line_is_handed_over_and_the_status_told() {
        let mut lines = Vec::new();
        let ended =
            shell().run_lines(sh("echo one; echo two; exit 3").stdout(Stdio::piped()), |l| lines.push(l.to_owned()));
        assert_eq!(lines, ["one", "two"]);
        assert!(matches!(ended, Err(ShellError::Failed { status, .. }) if status.code() == Some(3)));
    }

    #[test]
    fn an_interrupt_ends_the_whole_group_that_runs() {
        let shell = shell();
        let state = Arc::clone(&shell.state);
        // The grandchild would hold the pipe open for a minute if only the child were told.
        let ended = shell.run_lines(sh("echo up; sleep 60 & sleep 60").stdout(Stdio::piped()), |_| {
            state.interrupted.store(true, Ordering::SeqCst);
            state.pass_on(Signal::TERM);
        });
        assert!(matches!(ended, Err(ShellError::Interrupted)));
        assert!(
            matches!(shell.run(&mut sh("true")), Err(ShellError::Interrupted)),
            "nothing starts after an interrupt"
        );
    }

    #[test]
    fn a_captured_failure_says_what_the_program_said() {
        let error = capture(&mut sh("echo reason >&2; exit 1")).expect_err("status 1").to_string();
        assert!(error.contains("reason") && error.contains("sh -c"), "{error}");
    }
}
