//! `yinxin demo`: a whole procurement contract on fresh sample data, through the public HTTP API of the running product.

mod cast;
mod client;
mod drive;

use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::sync::Arc;

use clap::Args;
use serde_json::{Value, json};
use yinxin_pdf::verify::{Verdict, VerifyOptions, verify};
use yinxin_pki::x509::Certificate;

use super::{CommandResult, start_logging};
use crate::config::Config;
use crate::identity::bootstrap::bootstrap_operator;
use crate::server::Server;
use client::{Client, Machine};

/// The directory of the demo's data, and the file in it that says so.
const DIRECTORY: &str = "./yinxin-demo";
const MARKER: &str = "THIS-IS-DEMO-DATA.txt";
/// The award that is pushed when none is named.
const AWARD: &str = include_str!("../../../../../samples/awards/goods-devices.json");
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
    /// The flow profile, instead of the award's own.
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
    #[error("{what}: {status} {problem}")]
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
    #[error("{0} exists and is not a directory of the demo: move it away, or run the demo elsewhere")]
    Taken(PathBuf),
}

/// Where the play is played, and the counter of its steps.
pub(super) struct Stage {
    base: String,
    app: crate::app::App,
    steps: std::sync::atomic::AtomicUsize,
}

impl Stage {
    /// The product's time, microseconds UTC.
    fn now(&self) -> i64 {
        self.app.now()
    }

    /// One progress line.
    fn say(&self, line: &str) {
        let step = self.steps.fetch_add(1, std::sync::atomic::Ordering::Relaxed) + 1;
        println!("[{step:>2}] {line}");
    }
}

/// A member of an answer that must be a text.
pub(super) fn text(value: &Value, member: &str) -> Result<String, DemoError> {
    let found = value[member].as_str();
    found.map(str::to_owned).ok_or_else(|| DemoError::Unexpected(format!("{member} is missing in {value}")))
}

/// Starts the product on fresh data, drives the contract, verifies, writes, and serves on or leaves.
pub(super) async fn run(arguments: Arguments) -> CommandResult {
    let directory = PathBuf::from(DIRECTORY);
    let award = award(&arguments)?;
    prepare(&directory)?;
    let mut config = Config::load(None)?;
    config.data_dir = directory.join("data");
    config.log.filter = "warn".to_owned();
    if arguments.exit {
        config.http.listen = SocketAddr::from(([127, 0, 0, 1], 0));
    }
    start_logging(&config.log)?;
    let server = Server::start(config).await?;
    bootstrap_operator(&server.app, OPERATOR, PASSWORD.to_owned().into()).await?;
    let stage = Stage {
        base: format!("http://{}", server.address),
        app: server.app.clone(),
        steps: std::sync::atomic::AtomicUsize::new(0),
    };
    let out = arguments.out.clone().unwrap_or_else(|| directory.join("out"));
    let played = play(&stage, award, &out).await;
    let status = match played {
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
        println!("\n仍在提供服务：{}  （Ctrl-C 结束）", stage.base);
        tokio::signal::ctrl_c().await?;
    }
    server.stop().await;
    Ok(status)
}

/// The award's bytes, with the profile laid over it when one is named.
fn award(arguments: &Arguments) -> Result<Vec<u8>, DemoError> {
    let bytes = match &arguments.award {
        Some(path) => std::fs::read(path).map_err(|error| DemoError::File(path.clone(), error))?,
        None => AWARD.as_bytes().to_vec(),
    };
    let Some(profile) = &arguments.profile else { return Ok(bytes) };
    let mut award: Value = serde_json::from_slice(&bytes)?;
    award["profile"] = json!(profile);
    Ok(serde_json::to_vec(&award)?)
}

/// An empty directory for the demo's data; only an earlier demo's is replaced.
fn prepare(directory: &Path) -> Result<(), DemoError> {
    let failed = |error| DemoError::File(directory.to_owned(), error);
    if directory.exists() {
        if !directory.join(MARKER).is_file() {
            return Err(DemoError::Taken(directory.to_owned()));
        }
        std::fs::remove_dir_all(directory).map_err(failed)?;
    }
    std::fs::create_dir_all(directory).map_err(failed)?;
    std::fs::write(
        directory.join(MARKER),
        "演示数据，可随时删除。Sample data of `yinxin demo`; delete it at any time.\n",
    )
    .map_err(failed)
}

async fn play(stage: &Stage, award: Vec<u8>, out: &Path) -> Result<(), DemoError> {
    let visitor = Client::new(&stage.base)?;
    let operator = visitor.sign_in(OPERATOR, PASSWORD).await?.acting_as("operator");
    stage.say(&format!("印信已启动：{}", stage.base));
    let created =
        operator.post("/api/v1/operator/clients", &json!({ "name": "示例交易系统", "kind": "trading" })).await?;
    let machine = Machine { id: text(&created, "client_id")?, secret: text(&created, "secret")? };
    let (status, pushed) = visitor.push(&machine, "/api/v1/awards", award, stage.now()).await?;
    if !status.is_success() {
        return Err(DemoError::AwardRefused(pushed));
    }
    stage.say(&format!("中标结果已接收：{}", text(&pushed, "award_id")?));
    let organisations = operator.get("/api/v1/operator/organisations?state=unverified&limit=100").await?;
    let mut members = BTreeMap::new();
    for (index, organisation) in organisations["items"].as_array().into_iter().flatten().enumerate() {
        let member = cast::party(stage, &operator, organisation, index).await?;
        members.insert(text(organisation, "id")?, member);
    }
    let contract = drive::contract(stage, &members, &pushed).await?;
    let notices = visitor.get("/api/v1/notices").await?;
    if notices["items"].as_array().is_none_or(|items| items.len() != 1) {
        return Err(DemoError::Unexpected(format!("the notice is not public: {notices}")));
    }
    stage.say("合同公告已公开");
    let Some(member) = members.values().next() else { return Ok(()) };
    let pdf = member.client.bytes(&format!("/api/v1/contracts/{contract}/document.pdf")).await?;
    let trust = visitor.bytes("/api/v1/trust.pem").await?;
    let track = member.client.bytes(&format!("/api/v1/contracts/{contract}/track")).await?;
    std::fs::create_dir_all(out).map_err(|error| DemoError::File(out.to_owned(), error))?;
    for (name, bytes) in [("contract.pdf", &pdf), ("trust.pem", &trust), ("track.json", &track)] {
        let path = out.join(name);
        std::fs::write(&path, bytes).map_err(|error| DemoError::File(path, error))?;
    }
    check(stage, pdf, &trust)?;
    println!("\n文件：{}/contract.pdf、trust.pem、track.json", out.display());
    println!("账号（密码均为 {PASSWORD}，证书密码 {}）：", cast::CERTIFICATE_PASSWORD);
    println!("  平台运营 {OPERATOR}");
    for member in members.values() {
        println!("  {} {}", member.name, member.phone);
    }
    println!("公告 {0}/api/v1/notices  接口 {0}/openapi.json  短信 {0}/api/v1/sandbox/messages?phone=…", stage.base);
    Ok(())
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
