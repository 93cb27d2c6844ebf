//! The real binary, running for one story.

use std::collections::HashMap;
use std::ffi::OsString;
use std::fs::{self, File, OpenOptions};
use std::io::{BufRead, BufReader, Write};
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdout, Command, ExitStatus, Output, Stdio};
use std::sync::mpsc::{self, Receiver, RecvTimeoutError, Sender};
use std::thread;
use std::time::{Duration, Instant};
use std::{env, io as std_io};

use rustix::process::{Pid, Signal, kill_process};

use crate::database::{Database, Kind};
use crate::error::{Error, io};
use crate::sandbox::OPERATOR_PHONE;
use crate::scratch::Scratch;

/// How long a server may take to come up, on a machine that does much else.
const TO_START: Duration = Duration::from_secs(60);
/// How long it may take to finish what it is doing when asked to stop.
const TO_STOP: Duration = Duration::from_secs(30);
/// How much of the log an error shows.
const LOG_SHOWN: usize = 8_000;

/// The real binary on a free port with its own data directory and database; killed when dropped.
///
/// When the story fails, the folder with its data and `server.log` is kept, and the end of the log shown.
#[derive(Debug)]
pub struct Server {
    program: Program,
    /// None between [`Server::kill`] or [`Server::stop`] and [`Server::restart`].
    child: Option<Child>,
    url: String,
    /// How many short messages to each phone have been read.
    read: HashMap<String, usize>,
    /// Seconds by which the story has moved the server's clock forward.
    ahead: i64,
    // Fields are dropped in this order: the database before the folder, both after the process has ended.
    database: Database,
    folder: Scratch,
}

/// What is started; the harness's own tests put a stand-in here.
#[derive(Debug)]
struct Program {
    path: PathBuf,
    arguments: Vec<OsString>,
    to_start: Duration,
}

impl Server {
    /// Starts `yinxin serve` on a fresh data directory and database, and waits until `/readyz` says so.
    ///
    /// `config` is the text of its configuration file, without the tables `[database]` and `[bootstrap]`; empty for the
    /// defaults.
    ///
    /// # Errors
    /// When the binary is not built, the database cannot be made, or the server ends or is not ready within a minute.
    pub fn start(kind: Kind, config: &str) -> Result<Self, Error> {
        let path = binary()?;
        let database = Database::fresh(kind)?;
        let folder = Scratch::new()?;
        let config_path = folder.path().join("config.toml");
        let bootstrap = format!("[bootstrap]\noperator_phone = \"{OPERATOR_PHONE}\"\n");
        fs::write(&config_path, format!("{config}\n{bootstrap}{}", database.config()))
            .map_err(io("write the configuration"))?;
        let arguments: Vec<OsString> = vec![
            "serve".into(),
            "--config".into(),
            config_path.into(),
            "--data".into(),
            folder.path().join("data").into(),
            "--listen".into(),
            "127.0.0.1:0".into(),
        ];
        Self::run(Program { path, arguments, to_start: TO_START }, database, folder)
    }

    fn run(program: Program, database: Database, folder: Scratch) -> Result<Self, Error> {
        let mut server =
            Self { program, child: None, url: String::new(), read: HashMap::new(), ahead: 0, database, folder };
        server.restart()?;
        Ok(server)
    }

    /// The URL it listens on, without a slash at the end: `http://127.0.0.1:PORT`. A restart changes it.
    pub fn url(&self) -> &str {
        &self.url
    }

    /// Its data directory.
    pub fn data(&self) -> PathBuf {
        self.folder.path().join("data")
    }

    /// A folder for what the story itself writes; it goes with the server.
    pub fn folder(&self) -> &Path {
        self.folder.path()
    }

    /// Everything it has logged and printed so far.
    pub fn log(&self) -> String {
        fs::read_to_string(self.log_path()).unwrap_or_default()
    }

    /// Processor time that it has used since it was started, in seconds (to a hundredth); 0 when it does not run.
    pub fn cpu_seconds(&self) -> f64 {
        let pid = self.child.as_ref().map(Child::id);
        let stat = pid.and_then(|pid| fs::read_to_string(format!("/proc/{pid}/stat")).ok()).unwrap_or_default();
        // proc(5): behind the name in brackets, utime and stime are the 12th and 13th, in hundredths of a second.
        let behind = stat.rsplit_once(')').map_or("", |(_, behind)| behind);
        let ticks = behind.split_whitespace().skip(11).take(2).filter_map(|field| field.parse::<u32>().ok());
        f64::from(ticks.sum::<u32>()) / 100.0
    }

    /// Starts it again on the same data and database; kills it before, if it still runs.
    ///
    /// # Errors
    /// As [`Server::start`].
    pub fn restart(&mut self) -> Result<(), Error> {
        self.kill()?;
        self.ahead = 0;
        let log = self.open_log()?;
        let errors = log.try_clone().map_err(io("share the log"))?;
        let mut child = Command::new(&self.program.path)
            .args(&self.program.arguments)
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(errors)
            .spawn()
            .map_err(io(format!("start {}", self.program.path.display())))?;
        let output = child.stdout.take();
        self.child = Some(child);
        let (tell, told) = mpsc::channel();
        if let Some(output) = output {
            thread::spawn(move || watch(output, log, &tell));
        }
        let deadline = Instant::now() + self.program.to_start;
        self.url = self.wait_for_url(&told, deadline)?;
        self.wait_until_ready(deadline)
    }

    /// Runs another command of the program (`doctor`) on the same configuration and data.
    ///
    /// # Errors
    /// When it cannot be started.
    pub fn command(&self, name: &str) -> Result<Output, Error> {
        let settings = self.program.arguments.iter().skip(1).take(4);
        let mut command = Command::new(&self.program.path);
        command.arg(name).args(settings).stdin(Stdio::null()).output().map_err(io(format!("run yinxin {name}")))
    }

    /// Kills it outright (SIGKILL), as a power failure would; nothing happens if it does not run.
    ///
    /// # Errors
    /// When the system refuses.
    pub fn kill(&mut self) -> Result<(), Error> {
        if let Some(mut child) = self.child.take() {
            child.kill().map_err(io("kill the server"))?;
            child.wait().map_err(io("wait for the server"))?;
        }
        Ok(())
    }

    /// Asks it to stop (SIGTERM) and waits until it has; none if it did not run.
    ///
    /// # Errors
    /// When it has not stopped after half a minute; it is killed then.
    pub fn stop(&mut self) -> Result<Option<ExitStatus>, Error> {
        let Some(child) = &mut self.child else { return Ok(None) };
        if let Some(pid) = Pid::from_raw(child.id().cast_signed()) {
            kill_process(pid, Signal::TERM).map_err(|e| io("tell the server to stop")(std_io::Error::from(e)))?;
        }
        let deadline = Instant::now() + TO_STOP;
        while Instant::now() < deadline {
            if let Some(status) = child.try_wait().map_err(io("wait for the server"))? {
                self.child = None;
                return Ok(Some(status));
            }
            thread::sleep(Duration::from_millis(10));
        }
        self.kill()?;
        Err(self.too_late("stop", TO_STOP))
    }

    /// Waits until PostgreSQL has ended what a killed process had begun there; nothing to wait for on SQLite.
    ///
    /// # Errors
    /// When it has not after half a minute.
    pub fn wait_for_database(&self) -> Result<(), Error> {
        let deadline = Instant::now() + TO_STOP;
        while self.database.is_in_use()? {
            if Instant::now() >= deadline {
                return Err(self.too_late("let go of its database", TO_STOP));
            }
            thread::sleep(Duration::from_millis(10));
        }
        Ok(())
    }

    /// An error that shows the log: it did not do something in time.
    pub fn too_slow(&self, what: &'static str, time: Duration) -> Error {
        self.too_late(what, time)
    }

    /// Where its database is, as arguments of `oracles/check_store.py`.
    pub(crate) fn store_arguments(&self) -> [OsString; 2] {
        match self.database.address() {
            Some(url) => ["--postgres".into(), url.into()],
            None => ["--sqlite".into(), self.data().join("yinxin.sqlite").into()],
        }
    }

    pub(crate) fn messages_read(&self, phone: &str) -> usize {
        self.read.get(phone).copied().unwrap_or(0)
    }

    pub(crate) fn note_messages_read(&mut self, phone: &str, count: usize) {
        self.read.insert(phone.to_owned(), count);
    }

    pub(crate) fn clock_ahead(&self) -> i64 {
        self.ahead
    }

    pub(crate) fn note_clock(&mut self, seconds: i64) {
        self.ahead = self.ahead.saturating_add(seconds);
    }

    fn wait_for_url(&mut self, told: &Receiver<String>, deadline: Instant) -> Result<String, Error> {
        match told.recv_timeout(deadline.saturating_duration_since(Instant::now())) {
            Ok(url) => Ok(url),
            Err(RecvTimeoutError::Timeout) => Err(self.too_late("print its URL", self.program.to_start)),
            // Its output ended without one: it has ended, or is about to.
            Err(RecvTimeoutError::Disconnected) => Err(self.ended()?),
        }
    }

    fn wait_until_ready(&mut self, deadline: Instant) -> Result<(), Error> {
        let ready = format!("{}/readyz", self.url);
        let http = crate::client::http(Duration::from_secs(5))?;
        while Instant::now() < deadline {
            // An error or another status only means: not yet.
            if http.get(&ready).send().is_ok_and(|reply| reply.status().is_success()) {
                return Ok(());
            }
            if let Some(child) = &mut self.child
                && child.try_wait().map_err(io("wait for the server"))?.is_some()
            {
                return Err(self.ended()?);
            }
            thread::sleep(Duration::from_millis(20));
        }
        Err(self.too_late("get ready", self.program.to_start))
    }

    fn ended(&mut self) -> Result<Error, Error> {
        let Some(mut child) = self.child.take() else { return Ok(self.too_late("start", self.program.to_start)) };
        // Its output is closed but it may still live: whoever closes it is of no use to a story.
        child.kill().map_err(io("kill the server"))?;
        let status = child.wait().map_err(io("wait for the server"))?;
        Ok(Error::Ended { status, log: self.end_of_log() })
    }

    fn too_late(&self, what: &'static str, time: Duration) -> Error {
        Error::TooLate { what, seconds: time.as_secs(), log: self.end_of_log() }
    }

    fn log_path(&self) -> PathBuf {
        self.folder.path().join("server.log")
    }

    fn open_log(&self) -> Result<File, Error> {
        OpenOptions::new().create(true).append(true).open(self.log_path()).map_err(io("open the server's log"))
    }

    fn end_of_log(&self) -> String {
        let log = self.log();
        let start = log.ceil_char_boundary(log.len().saturating_sub(LOG_SHOWN));
        log[start..].to_owned()
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        if let Err(error) = self.kill() {
            eprintln!("{error}");
        }
        if thread::panicking() {
            eprintln!("---- the server's log\n{}----", self.end_of_log());
        }
    }
}

/// Copies the server's output into its log, and tells the first URL in it.
fn watch(output: ChildStdout, mut log: File, tell: &Sender<String>) {
    let mut told = false;
    for line in BufReader::new(output).lines().map_while(Result::ok) {
        // A full disk must not block the server: its output is read to the end in any case.
        let _ = writeln!(log, "{line}");
        if !told && let Some(url) = url_in(&line) {
            told = true;
            // The receiver is gone only if it gave up waiting.
            let _ = tell.send(url);
        }
    }
}

/// The first URL on this machine in a line, without what follows the port.
fn url_in(line: &str) -> Option<String> {
    const START: &str = "http://127.0.0.1:";
    let rest = &line[line.find(START)? + START.len()..];
    let port: String = rest.chars().take_while(char::is_ascii_digit).collect();
    (!port.is_empty() && port != "0").then(|| format!("{START}{port}"))
}

/// The binary that `YINXIN_BIN` names, else the one in the target folder that holds this test program.
pub(crate) fn binary() -> Result<PathBuf, Error> {
    let path = match env::var_os("YINXIN_BIN") {
        Some(path) => PathBuf::from(path),
        None => {
            let own = env::current_exe().map_err(io("find the test program"))?;
            // target/debug/deps/stories-… -> target/debug/yinxin
            own.parent().and_then(Path::parent).unwrap_or(&own).join("yinxin")
        }
    };
    if path.is_file() { Ok(path) } else { Err(Error::NoBinary(path)) }
}

#[cfg(test)]
mod tests {
    use std::io::Read;
    use std::net::TcpListener;

    use super::*;

    /// A server whose program is a shell script; it has two seconds to come up.
    fn stand_in(script: &str) -> Result<Server, Error> {
        let arguments = ["-c", script].map(OsString::from).to_vec();
        let program = Program { path: "/bin/sh".into(), arguments, to_start: Duration::from_secs(2) };
        Server::run(program, Database::Sqlite, Scratch::new()?)
    }

    /// Answers every request on a free port with the statuses in turn, the last one for ever; gives the port.
    fn answering(statuses: &'static [u16]) -> u16 {
        let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
        let port = listener.local_addr().expect("bound").port();
        thread::spawn(move || {
            for (place, stream) in listener.incoming().enumerate() {
                let mut stream = stream.expect("a connection");
                let _ = stream.read(&mut [0; 1024]);
                let status = statuses[place.min(statuses.len() - 1)];
                let _ = write!(stream, "HTTP/1.1 {status} x\r\nconnection: close\r\ncontent-length: 0\r\n\r\n");
            }
        });
        port
    }

    #[test]
    fn a_server_is_up_once_it_says_it_is_ready() {
        let port = answering(&[503, 503, 200]);
        let mut server =
            stand_in(&format!("echo starting; echo listening on http://127.0.0.1:{port}/ now; exec sleep 60"))
                .expect("it becomes ready");
        assert_eq!(server.url(), format!("http://127.0.0.1:{port}"));
        assert!(server.log().contains("starting"));
        let folder = server.folder().to_owned();
        let pid = server.child.as_ref().map(Child::id).expect("it runs");
        server.restart().expect("it comes up again");
        assert!(!Path::new(&format!("/proc/{pid}")).exists(), "the first process is gone");
        drop(server);
        assert!(!folder.exists(), "a story that went well leaves nothing");
    }

    #[test]
    fn a_server_that_ends_early_is_reported_with_its_log() {
        let error = stand_in("echo the disk is full >&2; exit 3").expect_err("it ended");
        assert!(
            matches!(&error, Error::Ended { status, log } if status.code() == Some(3) && log.contains("disk is full")),
            "{error}"
        );
        let port = answering(&[503]);
        let script = format!("echo http://127.0.0.1:{port}; exit 4");
        assert!(matches!(stand_in(&script), Err(Error::Ended { status, .. }) if status.code() == Some(4)));
    }

    #[test]
    fn a_server_that_is_never_ready_is_given_up() {
        let port = answering(&[503]);
        assert!(matches!(stand_in("echo hello; exec sleep 60"), Err(Error::TooLate { what: "print its URL", .. })));
        let script = format!("echo http://127.0.0.1:{port}; exec sleep 60");
        assert!(matches!(stand_in(&script), Err(Error::TooLate { what: "get ready", .. })));
    }

    #[test]
    fn a_server_asked_to_stop_tells_how_it_ended() {
        let port = answering(&[200]);
        let script = format!("trap 'exit 7' TERM; echo http://127.0.0.1:{port}; while :; do sleep 0.05; done");
        let mut server = stand_in(&script).expect("it becomes ready");
        assert_eq!(server.stop().expect("it stops").and_then(|status| status.code()), Some(7));
        assert!(server.stop().expect("nothing to stop").is_none());
    }

    #[test]
    fn a_url_is_found_wherever_it_stands_in_a_line() {
        for (line, wanted) in [
            ("http://127.0.0.1:8080", Some("http://127.0.0.1:8080")),
            ("{\"message\":\"listening\",\"url\":\"http://127.0.0.1:41/\"}", Some("http://127.0.0.1:41")),
            ("http://127.0.0.1:0", None),
            ("http://127.0.0.1:", None),
            ("starting", None),
        ] {
            assert_eq!(url_in(line).as_deref(), wanted, "{line}");
        }
    }
}
