//! `yinxin demo`: a whole procurement contract on fresh sample data, through the public HTTP API of the running product.

mod award;
mod cast;
mod client;
mod drive;
mod world;

use std::collections::BTreeMap;
use std::fs::{File, TryLockError};
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};

use clap::Args;
use serde_json::{Value, json};
use tokio::signal::unix::{SignalKind, signal};
use yinxin_pdf::verify::{Verdict, VerifyOptions, verify};
use yinxin_pki::x509::Certificate;

use super::{CommandResult, start_logging};
use crate::app::StartError;
use crate::config::Config;
use crate::identity::bootstrap::bootstrap_operator;
use crate::server::Server;
use cast::{Member, Members};
use client::{Client, Machine};

/// The directory of the demo's data, and the file in it that says so.
const DIRECTORY: &str = "./yinxin-demo";
const MARKER: &str = "THIS-IS-DEMO-DATA.txt";
/// Held by the demo that uses the directory, as long as it runs.
const LOCK: &str = "in-use";
/// The operator's phone, and the password of every person of the demo.
const OPERATOR: &str = "13800000000";
const PASSWORD: &str = "Yanshi-2026";
/// The exit status of a refused award.
const REFUSED: u8 = 4;

/// `demo`
#[derive(Args, Clone, Debug)]
pub(super) struct Arguments {
    /// The award to push, instead of the sample.
    #[arg(long, value_name = "FILE.json")]
    award: Option<PathBuf>,
    /// The flow profile, instead of the award's own; what that profile starts from is made up where the award lacks it.
    #[arg(long, value_name = "NAME")]
    profile: Option<String>,
    /// Where contract.pdf, trust.pem and track.json are written; by default `out` in the demo's directory.
    #[arg(long, value_name = "DIR")]
    out: Option<PathBuf>,
    /// Leave when done, on a free port; status 0 only if everything verified.
    #[arg(long)]
    exit: bool,
}

/// Why the demo stops.
#[derive(Debug, thiserror::Error)]
pub(super) enum DemoError {
    /// No answer.
    #[error("the product does not answer")]
    Http(#[from] reqwest::Error),
    /// A refusal that the demo did not expect.
    #[error("{what}: {status} {}", told(.problem))]
    Refused {
        /// Method and path.
        what: String,
        /// HTTP status.
        status: u16,
        /// The problem details.
        problem: Value,
    },
    /// The award is refused; its faults were printed.
    #[error("the award is refused")]
    AwardRefused(Value),
    /// An answer that is not as documented.
    #[error("{0}")]
    Unexpected(String),
    /// No JSON.
    #[error("an answer is no JSON")]
    Json(#[from] serde_json::Error),
    /// A file or directory.
    #[error("{0} cannot be used")]
    File(PathBuf, #[source] std::io::Error),
    /// The contract's file does not verify.
    #[error("contract.pdf is not valid and trusted: {0}")]
    NotVerified(String),
    /// Another directory stands where the demo's data would go.
    #[error(
        "{0} 已存在且不是演示目录：请移走它，或在别的目录运行演示。({0} exists and is not a directory of the demo: move it away, or run the demo elsewhere.)"
    )]
    Taken(PathBuf),
    /// Another demo uses the directory.
    #[error(
        "{0} 中已有一个演示在运行：请先停止它（Ctrl-C），或在别的目录运行。(Another demo runs in {0}: stop it first with Ctrl-C, or run this one in another directory.)"
    )]
    Running(PathBuf),
    /// Somebody listens on the address.
    #[error(
        "地址 {0} 已被占用：请停止占用它的程序，或换一个地址，例如 YINXIN__HTTP__LISTEN=127.0.0.1:8090 yinxin demo；只要结果文件可加 --exit。({0} is in use: stop the program that listens there, or choose another address, for example YINXIN__HTTP__LISTEN=127.0.0.1:8090 yinxin demo; with --exit any free port will do.)"
    )]
    PortTaken(SocketAddr),
}

/// A problem as a person wants it: what it is, where, and its code.
fn told(problem: &Value) -> String {
    let member = |value: &Value, name: &str| value[name].as_str().unwrap_or_default().to_owned();
    let mut told = format!("{} ({}) {}", member(problem, "title"), member(problem, "code"), member(problem, "detail"));
    for fault in problem["faults"].as_array().into_iter().flatten() {
        told.push_str(&format!("; {}: {}", member(fault, "path"), member(fault, "message")));
    }
    told
}

/// Where the play is played, and the counters of its steps and people.
pub(super) struct Stage {
    base: String,
    app: crate::app::App,
    steps: AtomicUsize,
    people: AtomicUsize,
    /// Whether steps are told.
    aloud: AtomicBool,
}

impl Stage {
    fn new(server: &Server) -> Self {
        Self {
            base: format!("http://{}", server.address),
            app: server.app.clone(),
            steps: AtomicUsize::new(0),
            people: AtomicUsize::new(0),
            aloud: AtomicBool::new(true),
        }
    }

    /// Tells no more steps.
    fn fall_silent(&self) {
        self.aloud.store(false, Ordering::Relaxed);
    }

    /// The number of the next invented person, from 0.
    fn next_person(&self) -> usize {
        self.people.fetch_add(1, Ordering::Relaxed)
    }

    /// The product's time, microseconds UTC.
    fn now(&self) -> i64 {
        self.app.now()
    }

    /// One progress line.
    fn say(&self, line: &str) {
        if self.aloud.load(Ordering::Relaxed) {
            let step = self.steps.fetch_add(1, Ordering::Relaxed) + 1;
            println!("[{step:>2}] {line}");
        }
    }
}

/// A member of an answer that must be a text.
pub(super) fn text(value: &Value, member: &str) -> Result<String, DemoError> {
    let found = value[member].as_str();
    found.map(str::to_owned).ok_or_else(|| DemoError::Unexpected(format!("{member} is missing in {value}")))
}

/// Starts the product on fresh data, drives the contract, verifies, writes, and serves on or leaves.
pub(super) async fn run(arguments: Arguments) -> CommandResult {
    let award = award::read(arguments.award.as_deref())?;
    let mut config = Config::load(None)?;
    if arguments.exit {
        config.http.listen = SocketAddr::from(([127, 0, 0, 1], 0));
    }
    check_port(config.http.listen)?;
    let directory = PathBuf::from(DIRECTORY);
    // Held until the end.
    let _lock = prepare(&directory)?;
    config.data_dir = directory.join("data");
    config.log.filter = "warn".to_owned();
    start_logging(&config.log)?;
    let server = Server::start(config).await.map_err(|error| match error {
        StartError::Listen { address, source } if source.kind() == std::io::ErrorKind::AddrInUse => {
            DemoError::PortTaken(address).into()
        }
        other => Box::<dyn std::error::Error + Send + Sync>::from(other),
    })?;
    let out = arguments.out.clone().unwrap_or_else(|| directory.join("out"));
    let status = match play(&server, &arguments, award, &out).await {
        Ok(()) => ExitCode::SUCCESS,
        Err(DemoError::AwardRefused(problem)) => {
            print_faults(&problem);
            server.stop().await;
            return Ok(ExitCode::from(REFUSED));
        }
        Err(error) => {
            server.stop().await;
            return Err(error.into());
        }
    };
    if !arguments.exit {
        let mut terminate = signal(SignalKind::terminate())?;
        tokio::select! {
            interrupted = tokio::signal::ctrl_c() => interrupted?,
            _ = terminate.recv() => {}
        }
    }
    server.stop().await;
    Ok(status)
}

/// Whether the address is free, before anything of an earlier demo is removed; binding it later decides.
fn check_port(address: SocketAddr) -> Result<(), DemoError> {
    match std::net::TcpListener::bind(address) {
        Err(error) if error.kind() == std::io::ErrorKind::AddrInUse => Err(DemoError::PortTaken(address)),
        Ok(_) | Err(_) => Ok(()),
    }
}

/// An empty directory for the demo's data, and the lock on it; only an earlier demo's is replaced, and only if that has ended.
fn prepare(directory: &Path) -> Result<File, DemoError> {
    let failed = |error| DemoError::File(directory.to_owned(), error);
    if directory.exists() {
        if !directory.join(MARKER).is_file() {
            return Err(DemoError::Taken(directory.to_owned()));
        }
        lock(directory)?;
        std::fs::remove_dir_all(directory).map_err(failed)?;
    }
    std::fs::create_dir_all(directory).map_err(failed)?;
    std::fs::write(
        directory.join(MARKER),
        "演示数据，可随时删除。Sample data of `yinxin demo`; delete it at any time.\n",
    )
    .map_err(failed)?;
    lock(directory)
}

fn lock(directory: &Path) -> Result<File, DemoError> {
    let path = directory.join(LOCK);
    let failed = |error| DemoError::File(path.clone(), error);
    let file = File::create(&path).map_err(failed)?;
    match file.try_lock() {
        Ok(()) => Ok(file),
        Err(TryLockError::WouldBlock) => Err(DemoError::Running(directory.to_owned())),
        Err(TryLockError::Error(error)) => Err(failed(error)),
    }
}

async fn play(server: &Server, arguments: &Arguments, award: Vec<u8>, out: &Path) -> Result<(), DemoError> {
    let stage = Stage::new(server);
    let made = bootstrap_operator(&server.app, OPERATOR, PASSWORD.to_owned().into()).await;
    made.map_err(|error| DemoError::Unexpected(format!("no operator: {error}")))?;
    let visitor = Client::new(&stage.base)?;
    let operator = visitor.sign_in(OPERATOR, PASSWORD).await?.acting_as("operator");
    stage.say(&format!("印信已启动：{}", stage.base));
    let award = match &arguments.profile {
        Some(profile) => award::with_profile(&stage, award, profile),
        None => award,
    };
    let trading = machine(&operator, "示例交易系统", "trading").await?;
    let (status, pushed) = visitor.push(&trading, "/api/v1/awards", award, stage.now()).await?;
    if !status.is_success() {
        return Err(DemoError::AwardRefused(pushed));
    }
    let award = text(&pushed, "award_id")?;
    stage.say(&format!("中标结果已接收：{award}"));
    let mut members = Members::new();
    cast::parties(&stage, &operator, &mut members).await?;
    let parties: Vec<&Member> = members.values().collect();
    let contract = drive::contract(&stage, &parties, &award).await?;
    let notices = visitor.get("/api/v1/notices").await?;
    if notices["items"].as_array().is_none_or(|items| items.len() != 1) {
        return Err(DemoError::Unexpected(format!("the notice is not public: {notices}")));
    }
    stage.say("合同公告已公开");
    let Some(member) = parties.first() else { return Ok(()) };
    let pdf = member.client.bytes(&format!("/api/v1/contracts/{contract}/document.pdf")).await?;
    let trust = visitor.bytes("/api/v1/trust.pem").await?;
    let track = whole_track(&parties, &contract).await?;
    std::fs::create_dir_all(out).map_err(|error| DemoError::File(out.to_owned(), error))?;
    for (name, bytes) in [("contract.pdf", &pdf), ("trust.pem", &trust), ("track.json", &track)] {
        let path = out.join(name);
        std::fs::write(&path, bytes).map_err(|error| DemoError::File(path, error))?;
    }
    check(&stage, pdf, &trust)?;
    stage.say(&format!("文件已写入 {}：contract.pdf、trust.pem、track.json", out.display()));
    if !arguments.exit {
        stage.say("准备其余演示数据……");
        stage.fall_silent();
        let logins = world::furnish(&stage, &operator, &trading, members).await?;
        world::print(&stage, &logins);
    }
    Ok(())
}

/// The whole track, in order. Each party sees its own private acts and where it acted from only, so that all their views together are it.
async fn whole_track(parties: &[&Member], contract: &str) -> Result<Vec<u8>, DemoError> {
    let mut events = BTreeMap::new();
    for member in parties {
        let seen = member.client.get(&format!("/api/v1/contracts/{contract}/track")).await?;
        for event in seen.as_array().into_iter().flatten() {
            let place = event["seq"].as_i64().unwrap_or_default();
            if !event["ip"].is_null() || !events.contains_key(&place) {
                events.insert(place, event.clone());
            }
        }
    }
    Ok(serde_json::to_vec_pretty(&events.into_values().collect::<Vec<_>>())?)
}

/// Another system that pushes.
async fn machine(operator: &Client, name: &str, kind: &str) -> Result<Machine, DemoError> {
    let created = operator.post("/api/v1/operator/clients", &json!({ "name": name, "kind": kind })).await?;
    Ok(Machine { id: text(&created, "client_id")?, secret: text(&created, "secret")? })
}

/// Our own verifier with the roots that were written.
fn check(stage: &Stage, pdf: Vec<u8>, trust: &[u8]) -> Result<(), DemoError> {
    let roots = Certificate::from_pem(&String::from_utf8_lossy(trust))
        .map_err(|error| DemoError::NotVerified(error.to_string()))?;
    let options = VerifyOptions { roots, at_micros: stage.now(), limits: yinxin_pdf::verify::Limits::default() };
    let report = verify(Arc::from(pdf), &options).map_err(|error| DemoError::NotVerified(error.to_string()))?;
    if report.verdict == Verdict::ValidTrusted {
        stage.say(&format!("验证：{}", report.summary.zh));
        Ok(())
    } else {
        Err(DemoError::NotVerified(report.summary.zh))
    }
}

fn print_faults(problem: &Value) {
    println!(
        "中标结果被拒收：{} ({})",
        problem["detail"].as_str().unwrap_or_default(),
        problem["code"].as_str().unwrap_or_default()
    );
    for fault in problem["faults"].as_array().into_iter().flatten() {
        println!(
            "  {}  {}  {}  {}",
            fault["path"].as_str().unwrap_or_default(),
            fault["code"].as_str().unwrap_or_default(),
            fault["message"].as_str().unwrap_or_default(),
            fault["remedy"].as_str().unwrap_or_default()
        );
    }
}
