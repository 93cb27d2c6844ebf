//! A PostgreSQL cluster of our own for one run of the tests: made in a temporary folder, gone afterwards.
//!
//! The server refuses to run as root, so root lends it an account without rights. `setpriv --pdeathsig` ties it to our
//! life: even if we are killed outright, the kernel stops it. Its text order is that of Chinese, as on many a user's
//! machine: a column that has not the order of its bytes then fails here and not there. Durability stays on, because the
//! kill tests mean it.

use std::fs;
use std::io::{self, BufRead, BufReader, Write};
use std::net::{Ipv4Addr, TcpListener};
use std::os::unix::fs::{DirBuilderExt, OpenOptionsExt, chown};
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStderr, Command, Stdio};
use std::sync::mpsc;
use std::thread;
use std::time::Duration;

use rustix::process::{Pid, Signal, kill_process};

use super::tools::find_postgres;
use crate::shell::{ShellError, capture};

/// Why there is no cluster.
#[derive(Debug, thiserror::Error)]
pub enum ClusterError {
    /// PostgreSQL's server is not installed.
    #[error("PostgreSQL's server programs are not installed: run `cargo xtask test --only tools`")]
    NotInstalled,
    /// We are root and there is no account to lend to the server.
    #[error("neither an account `postgres` nor `nobody` exists to run PostgreSQL under")]
    NoAccount,
    /// A file or socket of ours failed.
    #[error("{what}: {source}")]
    Io {
        /// What was tried.
        what: &'static str,
        /// What the system said.
        source: io::Error,
    },
    /// The system gave no randomness for the password.
    #[error("no randomness: {0}")]
    Random(#[from] getrandom::Error),
    /// `initdb` failed.
    #[error(transparent)]
    Shell(#[from] ShellError),
    /// The server ended, or said nothing for a minute.
    #[error("PostgreSQL did not come up; it said:\n{said}")]
    NotReady {
        /// The last lines of its log.
        said: String,
    },
}

const USER: &str = "yinxin";
const READY: &str = "database system is ready to accept connections";

/// A running cluster; it ends, and its folder goes, when this is dropped.
#[derive(Debug)]
pub struct Cluster {
    server: Child,
    port: u16,
    password: String,
    // Fields are dropped after `Drop::drop`, which waits for the server: the folder goes when nobody uses it.
    _folder: Folder,
}

impl Cluster {
    /// Makes a cluster and waits until it takes connections on 127.0.0.1.
    ///
    /// # Errors
    /// When PostgreSQL is not installed, or does not come up.
    pub fn start() -> Result<Self, ClusterError> {
        let (Some(initdb), Some(postgres)) = (find_postgres("initdb"), find_postgres("postgres")) else {
            return Err(ClusterError::NotInstalled);
        };
        let account = Account::choose()?;
        let mut random = [0; 16];
        getrandom::fill(&mut random)?;
        let password = hex::encode(random);
        let folder = Folder::make(&account, &password)?;
        let data = folder.path.join("data");
        let secret = folder.path.join("password");
        capture(
            account
                .command(&initdb)
                .arg(format!("--username={USER}"))
                .args(["--auth=scram-sha-256", "--pwfile"])
                .arg(&secret)
                .args(["--encoding=UTF8", "--locale=C.UTF-8", "--locale-provider=icu", "--icu-locale=zh-Hans-CN"])
                .arg("--no-sync")
                .arg("--pgdata")
                .arg(&data),
        )?;
        // Somebody may take the free port before the server does: then it says so and ends, and we choose another.
        let mut tries = 3;
        loop {
            tries -= 1;
            let port = free_port()?;
            match serve(&account, &postgres, &data, &folder.path, port) {
                Ok(server) => return Ok(Self { server, port, password, _folder: folder }),
                Err(ClusterError::NotReady { said }) if tries > 0 && said.contains("Address already in use") => {}
                Err(error) => return Err(error),
            }
        }
    }

    /// Where tests connect, as a user that may create databases: `postgres://user:password@host:port/postgres`.
    pub fn url(&self) -> String {
        format!("postgres://{USER}:{}@127.0.0.1:{}/postgres", self.password, self.port)
    }
}

impl Drop for Cluster {
    fn drop(&mut self) {
        // SIGINT is PostgreSQL's fast shutdown: it ends open sessions. If it has ended already there is nobody to tell.
        if let Some(pid) = Pid::from_raw(self.server.id().cast_signed()) {
            let _ = kill_process(pid, Signal::INT);
        }
        let _ = self.server.wait();
    }
}

fn serve(account: &Account, postgres: &Path, data: &Path, sockets: &Path, port: u16) -> Result<Child, ClusterError> {
    let mut server = account
        .command(postgres)
        .arg("-D")
        .arg(data)
        .args(["-p", &port.to_string()])
        .args(["-c", "listen_addresses=127.0.0.1"])
        .args(["-c", "max_connections=300"])
        // Errors are what tests provoke; they see them as clients.
        .args(["-c", "log_min_messages=log", "-c", "log_min_error_statement=panic"])
        .arg("-c")
        .arg(format!("unix_socket_directories={}", sockets.display()))
        .env("LC_ALL", "C.UTF-8")
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::piped())
        .process_group(0)
        .spawn()
        .map_err(|source| ClusterError::Io { what: "start postgres", source })?;
    let Some(log) = server.stderr.take() else {
        return Ok(server);
    };
    let (tell, told) = mpsc::channel();
    thread::spawn(move || watch(log, &tell));
    match told.recv_timeout(Duration::from_secs(60)) {
        Ok(Ok(())) => Ok(server),
        Ok(Err(said)) => {
            let _ = server.wait();
            Err(ClusterError::NotReady { said })
        }
        Err(_) => {
            let _ = server.kill();
            let _ = server.wait();
            Err(ClusterError::NotReady { said: "(nothing for a minute)".to_owned() })
        }
    }
}

/// Reads the server's log for as long as it lives; tells once when it is ready, or what it said if it ends before.
fn watch(log: ChildStderr, tell: &mpsc::Sender<Result<(), String>>) {
    let mut before = Vec::new();
    let mut ready = false;
    for line in BufReader::new(log).lines().map_while(Result::ok) {
        if ready {
            if line.contains("PANIC:") {
                eprintln!("postgres: {line}");
            }
        } else if line.contains(READY) {
            ready = true;
            // The receiver is gone only if it gave up waiting.
            let _ = tell.send(Ok(()));
        } else {
            before.push(line);
        }
    }
    if !ready {
        let _ = tell.send(Err(before.join("\n")));
    }
}

/// The account that the server runs under.
#[derive(Debug)]
enum Account {
    /// Ours, which has no special rights.
    Own,
    /// One that root lends it.
    Lent { user: u32, group: u32 },
}

impl Account {
    fn choose() -> Result<Self, ClusterError> {
        if !rustix::process::geteuid().is_root() {
            return Ok(Self::Own);
        }
        let number = |flag: &str, name: &str| capture(Command::new("id").args([flag, name])).ok()?.trim().parse().ok();
        ["postgres", "nobody"]
            .into_iter()
            .find_map(|name| Some(Self::Lent { user: number("-u", name)?, group: number("-g", name)? }))
            .ok_or(ClusterError::NoAccount)
    }

    /// A command that runs `program` under this account and is interrupted by the kernel when we die.
    fn command(&self, program: &Path) -> Command {
        let mut command = Command::new("setpriv");
        command.args(["--pdeathsig", "INT"]);
        if let Self::Lent { user, group } = self {
            command.arg(format!("--reuid={user}")).arg(format!("--regid={group}")).arg("--clear-groups");
        }
        // A folder that the account may enter; ours may be closed to it.
        command.current_dir("/").arg(program);
        command
    }
}

/// A temporary folder that only the account can read, removed when dropped.
#[derive(Debug)]
struct Folder {
    path: PathBuf,
}

impl Folder {
    fn make(account: &Account, password: &str) -> Result<Self, ClusterError> {
        let io = |what| move |source| ClusterError::Io { what, source };
        let path = std::env::temp_dir().join(format!("yinxin-postgres-{}", std::process::id()));
        fs::DirBuilder::new().mode(0o700).create(&path).map_err(io("make the cluster's folder"))?;
        let folder = Self { path };
        let secret = folder.path.join("password");
        fs::OpenOptions::new()
            .write(true)
            .create_new(true)
            .mode(0o600)
            .open(&secret)
            .and_then(|mut file| file.write_all(password.as_bytes()))
            .map_err(io("write the cluster's password"))?;
        if let Account::Lent { user, group } = *account {
            for path in [&secret, &folder.path] {
                chown(path, Some(user), Some(group)).map_err(io("hand the cluster's folder over"))?;
            }
        }
        Ok(folder)
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        if let Err(error) = fs::remove_dir_all(&self.path) {
            eprintln!("left behind {}: {error}", self.path.display());
        }
    }
}

fn free_port() -> Result<u16, ClusterError> {
    TcpListener::bind((Ipv4Addr::LOCALHOST, 0))
        .and_then(|listener| Ok(listener.local_addr()?.port()))
        .map_err(|source| ClusterError::Io { what: "find a free port", source })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cluster_answers_in_chinese_order_and_leaves_nothing() {
        let cluster = match Cluster::start() {
            Err(ClusterError::NotInstalled) if std::env::var_os("YINXIN_ORACLES").is_none() => {
                println!("skipped: {}", ClusterError::NotInstalled);
                return;
            }
            cluster => cluster.expect("it comes up"),
        };
        let folder = cluster._folder.path.clone();
        let ask = |sql: &str| capture(Command::new("psql").args([&cluster.url(), "--no-psqlrc", "-At", "-c", sql]));
        // By code point 一 (U+4E00) comes before 八 (U+516B); by sound bā comes before yī.
        assert_eq!(ask("SELECT '八' < '一', '八' COLLATE \"C\" < '一' COLLATE \"C\"").expect("an answer"), "t|f\n");
        assert_eq!(ask("SHOW fsync").expect("an answer"), "on\n");
        drop(cluster);
        assert!(!folder.exists());
    }
}
