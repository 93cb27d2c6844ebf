//! `yinxin doctor`: looks whether everything the product needs is in order, without changing anything, and says how to mend what is not.
//!
//! One line a check, in Chinese and English: ok, a warning (the product runs; somebody should look), or a fault (something that it needs does
//! not work). Exit status 1 when there is a fault.

use std::fmt::Write as _;
use std::io::Write as _;
use std::path::Path;
use std::process::{Command, ExitCode, Stdio};

use sqlx::{AnyConnection, Connection as _};
use yinxin_domain::calendar::Date;

use super::{CommandResult, Settings};
use crate::app::Clock;
use crate::certificate::authorities;
use crate::config::Config;
use crate::contract::use_cases as contracts;
use crate::db::files::{Files, FilesError};
use crate::db::migrate::{self, MigrationError};
use crate::db::{self, DbError, events};
use crate::failure::Failure;
use crate::jobs::{chain, dead_by_kind};
use crate::keys::kek::{Kek, KekError};
use crate::signing::use_cases as signing;

/// Below this much free disk nothing is safe; below the second somebody should look. Bytes.
const DISK_FAULT: u64 = 256 << 20;
const DISK_WARNING: u64 = 2 << 30;
/// An authority's certificate should be replaced this long before it ends.
const ENDS_SOON_MICROS: i64 = 90 * 86_400 * 1_000_000;
/// This program was not written before 2026-01-01: a clock that says so is wrong. Microseconds UTC.
const NOT_BEFORE: i64 = 1_767_225_600_000_000;
/// How far the newest event may lie ahead of the clock: other processes' clocks differ.
const AHEAD_MICROS: i64 = 5_000_000;
/// Documents of each kind whose digests are computed again.
const SAMPLE: i64 = 16;
/// Characters that a contract must be able to print: the name of the product, and rare ones of the standard and beyond it.
const PRINTED: &str = "印信㙍䶮𠮷𬀩龘";

/// How a check came out.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Level {
    Ok,
    Warning,
    Fault,
}

impl Level {
    const fn label(self) -> &'static str {
        match self {
            Self::Ok => "[正常 ok]     ",
            Self::Warning => "[注意 warning]",
            Self::Fault => "[故障 FAULT]  ",
        }
    }
}

/// A text in both languages.
type Both = (String, String);

/// One check.
#[derive(Debug)]
struct Finding {
    level: Level,
    /// What was looked at.
    what: (&'static str, &'static str),
    /// What was found.
    found: Both,
    /// What to do; none when nothing is to be done.
    mend: Option<Both>,
}

/// All checks so far.
#[derive(Debug, Default)]
struct Findings(Vec<Finding>);

type What = (&'static str, &'static str);

const CONFIGURATION: What = ("配置", "configuration");
const DIRECTORY: What = ("数据目录", "data directory");
const DISK: What = ("磁盘空间", "disk space");
const DATABASE: What = ("数据库", "database");
const SCHEMA: What = ("数据库结构", "schema");
const KEK: What = ("密钥加密密钥", "key-encryption key");
const AUTHORITIES: What = ("证书颁发层级", "authorities");
const CLOCK: What = ("时钟", "clock");
const FONTS: What = ("字体", "fonts");
const CONVERTER: What = ("文档转换", "converter");
const FILES: What = ("文件库", "document store");
const JOBS: What = ("后台任务", "background jobs");
const PASSWORD_FILE: What = ("初始密码文件", "first password");

fn both(zh: impl Into<String>, en: impl Into<String>) -> Both {
    (zh.into(), en.into())
}

impl Findings {
    fn ok(&mut self, what: What, found: Both) {
        self.0.push(Finding { level: Level::Ok, what, found, mend: None });
    }

    fn warning(&mut self, what: What, found: Both, mend: Both) {
        self.0.push(Finding { level: Level::Warning, what, found, mend: Some(mend) });
    }

    fn fault(&mut self, what: What, found: Both, mend: Both) {
        self.0.push(Finding { level: Level::Fault, what, found, mend: Some(mend) });
    }

    fn worst(&self) -> Level {
        self.0.iter().map(|finding| finding.level).max().unwrap_or(Level::Ok)
    }

    /// As people read it.
    fn text(&self) -> String {
        let mut text = String::new();
        for Finding { level, what, found, mend } in &self.0 {
            let label = level.label();
            // Writing to a String does not fail.
            let _ = writeln!(text, "{label} {} {}：{} / {}", what.0, what.1, found.0, found.1);
            if let Some((zh, en)) = mend {
                let _ = writeln!(text, "               处理：{zh}\n               To do: {en}");
            }
        }
        let count = |level| self.0.iter().filter(|finding| finding.level == level).count();
        let (faults, warnings) = (count(Level::Fault), count(Level::Warning));
        let _ = writeln!(text, "{faults} 项故障，{warnings} 项注意 / {faults} faults, {warnings} warnings");
        text
    }
}

/// Looks at everything and prints it.
pub(super) async fn run(settings: &Settings) -> CommandResult {
    let mut findings = Findings::default();
    match settings.load() {
        Ok(config) => examine(&config, Clock::new(false).now(), &mut findings).await,
        Err(error) => findings.fault(
            CONFIGURATION,
            both("无法读取", chain(&error)),
            both(
                "对照 config.default.toml 改正配置文件或环境变量 YINXIN__…，其余检查需要正确的配置",
                "mend the configuration file or the variables YINXIN__… by config.default.toml; nothing else can be checked before",
            ),
        ),
    }
    match std::io::stdout().write_all(findings.text().as_bytes()) {
        // Whoever reads only the beginning still wants the exit status.
        Err(error) if error.kind() != std::io::ErrorKind::BrokenPipe => return Err(error.into()),
        Ok(()) | Err(_) => {}
    }
    Ok(if findings.worst() == Level::Fault { ExitCode::FAILURE } else { ExitCode::SUCCESS })
}

async fn examine(config: &Config, now: i64, findings: &mut Findings) {
    if config.is_sandbox() {
        findings
            .ok(CONFIGURATION, both("沙箱环境，所出证书与印章不具法律效力", "sandbox: nothing that it issues is real"));
    } else {
        findings.ok(CONFIGURATION, both("生产环境", "production"));
    }
    directory(&config.data_dir, findings);
    fonts(findings);
    converter(findings);
    let kek = key_encryption_key(config, findings);
    match open(config, findings).await {
        Some(mut conn) => {
            database(config, &mut conn, kek.as_ref(), now, findings).await;
            // It was for reading only: nothing is lost if it does not close well.
            let _ = conn.close().await;
        }
        None => clock(now, None, findings),
    }
}

/// A finding about a fact that could not be read.
fn unread(what: What, error: &Failure, findings: &mut Findings) {
    findings.fault(
        what,
        both("无法读取", chain(error)),
        both("数据可能已损坏，请从备份恢复后重试", "the data may be damaged: restore it from the backup"),
    );
}

fn directory(path: &Path, findings: &mut Findings) {
    let shown = path.display();
    if !path.is_dir() {
        findings.fault(
            DIRECTORY,
            both(format!("{shown} 不存在"), format!("{shown} does not exist")),
            both(
                "首次启动 yinxin serve 会创建；如已使用过，请核对 --data 与 data_dir",
                "the first `yinxin serve` makes it; if there was one, check --data and data_dir",
            ),
        );
        return;
    }
    if let Err(error) = tempfile::tempfile_in(path) {
        findings.fault(
            DIRECTORY,
            both(format!("{shown} 不可写"), format!("{shown} cannot be written: {error}")),
            both("请将该目录的属主改为运行印信的用户", "give the directory to the user who runs the product"),
        );
        return;
    }
    findings.ok(DIRECTORY, both(format!("{shown} 可写"), format!("{shown} can be written")));
    match rustix::fs::statvfs(path) {
        Ok(disk) => disk_space(disk.f_bavail.saturating_mul(disk.f_frsize), findings),
        Err(error) => findings.warning(
            DISK,
            both("无法得知", format!("not known: {error}")),
            both("请自行检查剩余空间", "look how much is left"),
        ),
    }
    if path.join("operator-password.txt").exists() {
        findings.warning(
            PASSWORD_FILE,
            both("首位运营人员的初始密码仍在磁盘上", "the first operator's password still lies on the disk"),
            both(
                "登录后用短信验证码重置密码，并删除 operator-password.txt",
                "reset the password by SMS code and delete operator-password.txt",
            ),
        );
    }
}

fn disk_space(free: u64, findings: &mut Findings) {
    let shown = format!("{:.1} GB", free as f64 / 1e9);
    let found = both(format!("剩余 {shown}"), format!("{shown} free"));
    let mend = both(
        "请清理磁盘或扩容；写满后任何业务都无法提交",
        "free or add space: once it is full nothing can be committed",
    );
    if free < DISK_FAULT {
        findings.fault(DISK, found, mend);
    } else if free < DISK_WARNING {
        findings.warning(DISK, found, mend);
    } else {
        findings.ok(DISK, found);
    }
}

fn key_encryption_key(config: &Config, findings: &mut Findings) -> Option<Kek> {
    let path = config.kek_file();
    let error = match Kek::read(&path) {
        Ok(kek) => {
            findings.ok(KEK, both(format!("{} 可读", path.display()), format!("{} can be read", path.display())));
            return Some(kek);
        }
        Err(error) => error,
    };
    let mend = match &error {
        KekError::Missing(_) if config.is_sandbox() => both(
            "新装的沙箱会在首次启动时生成；已有数据的，请从备份恢复原密钥文件",
            "a new sandbox makes it at the first start; where data exists, restore the file from its copy",
        ),
        KekError::Missing(_) => both(
            "新装时请生成 32 字节随机数（十六进制，权限 0600）并另行备份；已有数据的，请恢复原密钥文件，否则任何私钥都无法打开",
            "new: make 32 random bytes in hex (mode 0600) and keep a copy elsewhere; where data exists, restore the file: without it no key opens",
        ),
        KekError::TooOpen(_) => both("执行 chmod 600", "chmod 600"),
        KekError::NotAKey(_) | KekError::Io { .. } | KekError::DoesNotOpen => {
            both("请从备份恢复密钥文件", "restore the file from its copy")
        }
    };
    findings.fault(KEK, both("不可用", chain(&error)), mend);
    None
}

async fn open(config: &Config, findings: &mut Findings) -> Option<AnyConnection> {
    let kind = if config.database.url.is_empty() { "SQLite" } else { "PostgreSQL" };
    if config.database.url.is_empty() && !config.data_dir.join("yinxin.sqlite").is_file() {
        findings.fault(
            DATABASE,
            both("尚无数据库文件", "there is no database file yet"),
            both(
                "执行 yinxin migrate 或首次启动 yinxin serve；如已使用过，请核对 --data",
                "run `yinxin migrate` or start `yinxin serve`; if there was one, check --data",
            ),
        );
        return None;
    }
    match db::open_read_only(config).await {
        Ok(conn) => {
            findings.ok(DATABASE, both(format!("{kind} 可连接"), format!("{kind} answers")));
            Some(conn)
        }
        Err(error) => {
            let mend = match &error {
                DbError::Address => both(
                    "database.url 应为空或以 postgres:// 开头",
                    "database.url must be empty or begin with postgres://",
                ),
                DbError::Connection(_) | DbError::Migration(_) | DbError::Directory(_) => both(
                    "请检查数据库是否运行、地址与口令是否正确、文件权限是否足够",
                    "check that it runs, its address and password, and the rights on the file",
                ),
            };
            findings.fault(DATABASE, both(format!("{kind} 无法连接"), chain(&error)), mend);
            None
        }
    }
}

/// Everything that is read from the database.
async fn database(config: &Config, conn: &mut AnyConnection, kek: Option<&Kek>, now: i64, findings: &mut Findings) {
    if !schema(conn, findings).await {
        clock(now, None, findings);
        return;
    }
    hierarchies(config, conn, kek, now, findings).await;
    match events::newest_at(conn).await {
        Ok(newest) => clock(now, newest, findings),
        Err(error) => unread(CLOCK, &error, findings),
    }
    documents(config, conn, findings).await;
    dead_jobs(conn, findings).await;
}

/// Whether the tables are those that this program knows.
async fn schema(conn: &mut AnyConnection, findings: &mut Findings) -> bool {
    let known = migrate::MIGRATIONS.len();
    let (found, mend) = match migrate::pending(conn).await {
        Ok(pending) if pending.is_empty() => {
            findings.ok(SCHEMA, both(format!("最新（{known} 个版本）"), format!("up to date ({known} versions)")));
            return true;
        }
        Ok(pending) => (
            both(format!("缺 {} 个版本", pending.len()), format!("{} versions are missing", pending.len())),
            both("先备份，再执行 yinxin migrate", "make a backup, then run `yinxin migrate`"),
        ),
        Err(error @ MigrationError::FromTheFuture(_)) => {
            (both("数据库由更新版本的程序使用过", chain(&error)), both("请使用更新版本的程序", "run the newer program"))
        }
        Err(error @ MigrationError::Changed(_)) => (
            both("已执行过的结构脚本被改动", chain(&error)),
            both("请使用正式发布的程序", "run a program as it was released"),
        ),
        Err(error @ (MigrationError::Versions(_) | MigrationError::Refused { .. })) => (
            both("没有结构版本表", chain(&error)),
            both(
                "空数据库：执行 yinxin migrate；否则请核对 database.url 是否指向印信的数据库",
                "empty: run `yinxin migrate`; else check that database.url names the product's database",
            ),
        ),
    };
    findings.fault(SCHEMA, found, mend);
    false
}

async fn hierarchies(config: &Config, conn: &mut AnyConnection, kek: Option<&Kek>, now: i64, findings: &mut Findings) {
    let examined = match authorities::examine(conn, kek, now).await {
        Ok(examined) => examined,
        Err(error) => return unread(AUTHORITIES, &error, findings),
    };
    if examined.is_empty() {
        let mend = if config.is_sandbox() || config.ca.private {
            both("首次启动 yinxin serve 时生成", "the first `yinxin serve` makes them")
        } else {
            both(
                "若本单位自建内部 CA，请设置 ca.private 与 ca.name；否则签章使用持牌机构证书",
                "set ca.private and ca.name for a private CA of the organisation, or use certificates of licensed issuers",
            )
        };
        findings.warning(AUTHORITIES, both("尚未建立", "none yet"), mend);
        return;
    }
    let before = findings.0.len();
    if !authorities::is_complete(&examined) {
        findings.fault(
            AUTHORITIES,
            both("不完整", "some are missing"),
            both("请从备份恢复数据库", "restore the database from the backup"),
        );
    }
    for one in &examined {
        let name = &one.name;
        let day = Date::at(one.not_after);
        if !one.signed {
            findings.fault(
                AUTHORITIES,
                both(format!("{name} 的证书链不成立"), format!("the chain of {name} does not hold")),
                both("请从备份恢复数据库", "restore the database from the backup"),
            );
        }
        if let Some(Err(error)) = &one.key {
            findings.fault(
                KEK,
                both(format!("打不开 {name} 的私钥"), format!("the key of {name} does not open: {}", chain(error))),
                both(
                    "密钥加密密钥与数据库不配套：请恢复与该数据库同时使用的密钥文件",
                    "the key-encryption key does not fit this database: restore the one that was used with it",
                ),
            );
        }
        if !one.valid_now {
            findings.fault(
                AUTHORITIES,
                both(
                    format!("{name} 的证书当前无效（至 {day}）"),
                    format!("the certificate of {name} is not valid now (until {day})"),
                ),
                both(
                    "请先核对系统时钟；若确已到期，须更换",
                    "check the clock first; if it has ended it must be replaced",
                ),
            );
        } else if one.not_after.saturating_sub(now) < ENDS_SOON_MICROS {
            findings.warning(
                AUTHORITIES,
                both(format!("{name} 的证书将于 {day} 到期"), format!("the certificate of {name} ends on {day}")),
                both("请安排更换", "plan its replacement"),
            );
        }
    }
    if findings.0.len() == before {
        let first = examined.iter().map(|one| one.not_after).min().unwrap_or(now);
        let (count, day) = (examined.len(), Date::at(first));
        findings.ok(
            AUTHORITIES,
            both(
                format!("{count} 个，链与私钥相符，最早 {day} 到期"),
                format!("{count}, chains and keys hold, the first ends on {day}"),
            ),
        );
    }
}

fn clock(now: i64, newest: Option<i64>, findings: &mut Findings) {
    let shown = Date::at(now);
    let mend = both(
        "请启用时间同步（NTP）；时钟错误会使时间戳与期限失效",
        "switch on time synchronisation (NTP): a wrong clock spoils timestamps and deadlines",
    );
    if now < NOT_BEFORE {
        findings.fault(
            CLOCK,
            both(format!("显示为 {shown}，不可能"), format!("it says {shown}, which cannot be")),
            mend,
        );
    } else if newest.is_some_and(|newest| newest.saturating_sub(now) > AHEAD_MICROS) {
        let newest = newest.unwrap_or(now);
        let seconds = newest.saturating_sub(now) / 1_000_000;
        // In the sandbox the clock may have been moved by hand, and events keep the time that it said.
        findings.warning(
            CLOCK,
            both(format!("比最近一次记录早 {seconds} 秒"), format!("it is {seconds} s behind the newest record")),
            mend,
        );
    } else {
        findings
            .ok(CLOCK, both(format!("{shown}，不早于最近一次记录"), format!("{shown}, not behind the newest record")));
    }
}

fn fonts(findings: &mut Findings) {
    let missing: String = yinxin_fonts::unprintable(PRINTED).into_iter().collect();
    if missing.is_empty() {
        let faces = yinxin_fonts::faces().len();
        findings.ok(
            FONTS,
            both(
                format!("内置 {faces} 种，常用与生僻字齐全"),
                format!("{faces} bundled, common and rare characters are there"),
            ),
        );
    } else {
        findings.fault(
            FONTS,
            both(format!("缺字：{missing}"), format!("characters are missing: {missing}")),
            both("程序文件不完整，请重新安装", "the program is damaged: install it again"),
        );
    }
}

/// LibreOffice converts what comes as an office file; templates do without it.
fn converter(findings: &mut Findings) {
    let looked = Command::new("sh")
        .args(["-c", "command -v soffice || command -v libreoffice"])
        .stdin(Stdio::null())
        .stderr(Stdio::null())
        .output();
    let found = looked.ok().filter(|output| output.status.success());
    match found.map(|output| String::from_utf8_lossy(&output.stdout).trim().to_owned()) {
        Some(path) => findings.ok(CONVERTER, both(format!("LibreOffice：{path}"), format!("LibreOffice: {path}"))),
        None => findings.ok(
            CONVERTER,
            both("未安装 LibreOffice（可选，范本起草不需要）", "no LibreOffice (optional: templates do without it)"),
        ),
    }
}

/// Reads the newest documents again and compares their digests.
async fn documents(config: &Config, conn: &mut AnyConnection, findings: &mut Findings) {
    let named = async {
        let mut named = contracts::newest_documents(conn, SAMPLE).await?;
        named.extend(signing::newest_documents(conn, SAMPLE).await?);
        Ok::<_, Failure>(named)
    };
    let mut named = match named.await {
        Ok(named) => named,
        Err(error) => return unread(FILES, &error, findings),
    };
    named.sort_unstable();
    named.dedup();
    if named.is_empty() {
        findings.ok(FILES, both("尚无文件", "no document yet"));
        return;
    }
    let mend = both(
        "请立即停止写入，从备份恢复该文件（文件名即其 SM3 摘要）",
        "stop writing and restore the file from the backup (its name is its SM3 digest)",
    );
    let before = findings.0.len();
    let files = match Files::open(config.data_dir.join("files")) {
        Ok(files) => files,
        Err(error) => return findings.fault(FILES, both("不可用", chain(&error)), mend),
    };
    for digest in &named {
        if let Err(error) = files.get(*digest).await {
            let zh = match &error {
                FilesError::NotFound(_) => format!("缺失 {digest}"),
                FilesError::Damaged(_) => format!("已损坏 {digest}"),
                FilesError::TooLarge(_) | FilesError::Io(_) | FilesError::Task(_) => format!("读不出 {digest}"),
            };
            findings.fault(FILES, both(zh, chain(&error)), mend.clone());
        }
    }
    if findings.0.len() == before {
        let count = named.len();
        findings.ok(
            FILES,
            both(format!("最近 {count} 个文件的摘要相符"), format!("the digests of the newest {count} documents fit")),
        );
    }
}

async fn dead_jobs(conn: &mut AnyConnection, findings: &mut Findings) {
    match dead_by_kind(conn).await {
        Ok(dead) if dead.is_empty() => findings.ok(JOBS, both("没有搁置的任务", "none is put aside")),
        Ok(dead) => {
            let list = dead.iter().map(|(kind, count)| format!("{kind} × {count}")).collect::<Vec<_>>().join(", ");
            findings.warning(
                JOBS,
                both(format!("有搁置的任务：{list}"), format!("some are put aside: {list}")),
                both(
                    "以平台运营身份查看 GET /api/v1/operator/outbox，排除原因后 POST …/{id}/redrive 重新执行",
                    "as operator look at GET /api/v1/operator/outbox, remove the cause, then POST …/{id}/redrive",
                ),
            );
        }
        Err(error) => unread(JOBS, &error, findings),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::app::App;
    use crate::jobs::{Message, store as outbox};
    use crate::server::Server;

    fn config(directory: &Path, more: &[(&str, &str)]) -> Config {
        let own = [
            ("YINXIN__DATA_DIR", directory.display().to_string()),
            ("YINXIN__HTTP__LISTEN", "127.0.0.1:0".to_owned()),
            ("YINXIN__IDENTITY__ARGON2_MEMORY_KIB", "64".to_owned()),
        ];
        let more = more.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned()));
        Config::from_parts(None, own.map(|(name, value)| (name.to_owned(), value)).into_iter().chain(more)).unwrap()
    }

    async fn looked(config: &Config) -> Findings {
        let mut findings = Findings::default();
        examine(config, Clock::new(false).now(), &mut findings).await;
        findings
    }

    /// The level of the worst finding about something.
    fn level(findings: &Findings, what: What) -> Option<Level> {
        findings.0.iter().filter(|finding| finding.what == what).map(|finding| finding.level).max()
    }

    async fn started(directory: &Path) -> Config {
        let config = config(directory, &[]);
        Server::start(config.clone()).await.unwrap().stop().await;
        config
    }

    #[tokio::test]
    async fn a_sound_installation_has_no_faults_and_is_left_as_it_was() {
        let directory = tempfile::tempdir().unwrap();
        let config = started(directory.path()).await;
        let before = std::fs::read(directory.path().join("yinxin.sqlite")).unwrap();
        let findings = looked(&config).await;
        // How much disk is left is the machine's affair.
        let well = |finding: &&Finding| finding.level == Level::Ok || finding.what == DISK;
        assert_eq!(findings.0.iter().filter(well).count(), findings.0.len(), "{}", findings.text());
        for what in
            [CONFIGURATION, DIRECTORY, DISK, DATABASE, SCHEMA, KEK, AUTHORITIES, CLOCK, FONTS, CONVERTER, FILES, JOBS]
        {
            assert!(level(&findings, what).is_some(), "{what:?} was not looked at");
        }
        assert!(findings.text().contains("0 faults"), "{}", findings.text());
        assert_eq!(std::fs::read(directory.path().join("yinxin.sqlite")).unwrap(), before);
    }

    #[tokio::test]
    async fn an_empty_place_is_told_what_to_do_first_and_stays_empty() {
        let directory = tempfile::tempdir().unwrap();
        let findings = looked(&config(directory.path(), &[])).await;
        assert_eq!(level(&findings, DATABASE), Some(Level::Fault));
        assert_eq!(level(&findings, KEK), Some(Level::Fault));
        assert!(findings.text().contains("yinxin migrate"), "{}", findings.text());
        assert_eq!(std::fs::read_dir(directory.path()).unwrap().count(), 0);
        let findings = looked(&config(&directory.path().join("nowhere"), &[])).await;
        assert_eq!(level(&findings, DIRECTORY), Some(Level::Fault));
    }

    #[tokio::test]
    async fn another_key_encryption_key_or_one_that_others_can_read_is_a_fault() {
        use std::os::unix::fs::PermissionsExt as _;
        let directory = tempfile::tempdir().unwrap();
        let config = started(directory.path()).await;
        let path = config.kek_file();
        std::fs::write(&path, "00".repeat(32)).unwrap();
        let findings = looked(&config).await;
        assert_eq!(level(&findings, KEK), Some(Level::Fault));
        assert!(findings.text().contains("does not fit this database"), "{}", findings.text());
        std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o644)).unwrap();
        assert!(looked(&config).await.text().contains("chmod 600"));
    }

    #[tokio::test]
    async fn a_database_that_was_not_migrated_or_cannot_be_reached_is_a_fault() {
        let directory = tempfile::tempdir().unwrap();
        std::fs::write(directory.path().join("yinxin.sqlite"), b"").unwrap();
        let findings = looked(&config(directory.path(), &[])).await;
        assert_eq!((level(&findings, DATABASE), level(&findings, SCHEMA)), (Some(Level::Ok), Some(Level::Fault)));
        let away = config(directory.path(), &[("YINXIN__DATABASE__URL", "postgres://u:geheim@127.0.0.1:1/d")]);
        let findings = looked(&away).await;
        assert_eq!(level(&findings, DATABASE), Some(Level::Fault));
        assert!(!findings.text().contains("geheim"), "{}", findings.text());
    }

    #[tokio::test]
    async fn dead_jobs_and_a_clock_that_went_back_are_warnings() {
        let directory = tempfile::tempdir().unwrap();
        let config = started(directory.path()).await;
        let app = App::start(config.clone()).await.unwrap();
        let message = (Message::new("test.kind", "1", serde_json::json!({})), app.chance.id_bytes());
        app.db
            .bookkeep(message, |(message, id), conn| {
                Box::pin(async move {
                    outbox::insert(conn, message, 0, *id).await?;
                    let job = outbox::claim(conn, i64::MAX, 1, 1).await?.remove(0);
                    let dead = outbox::Outcome::Dead { error: "示例".into() };
                    Ok(outbox::finish(conn, &job.id, job.token, &dead).await?)
                })
            })
            .await
            .unwrap();
        app.db.close().await;
        let findings = looked(&config).await;
        assert_eq!(level(&findings, JOBS), Some(Level::Warning));
        assert!(findings.text().contains("test.kind × 1"), "{}", findings.text());
        let mut findings = Findings::default();
        let now = Clock::new(false).now();
        examine(&config, now - 3_600_000_000, &mut findings).await;
        assert_eq!(level(&findings, CLOCK), Some(Level::Warning), "{}", findings.text());
        let mut findings = Findings::default();
        examine(&config, 0, &mut findings).await;
        assert_eq!((level(&findings, CLOCK), level(&findings, AUTHORITIES)), (Some(Level::Fault), Some(Level::Fault)));
    }

    #[test]
    fn little_disk_is_told_before_it_is_full() {
        let of = |free| {
            let mut findings = Findings::default();
            disk_space(free, &mut findings);
            findings.worst()
        };
        assert_eq!(
            [of(DISK_WARNING), of(DISK_WARNING - 1), of(DISK_FAULT - 1)],
            [Level::Ok, Level::Warning, Level::Fault]
        );
    }
}
