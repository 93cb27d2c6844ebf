//! Looks into the database: its schema, the authorities and their keys, the documents that it names, jobs put aside.

use sqlx::AnyConnection;
use yinxin_domain::calendar::Date;

use super::findings::{AUTHORITIES, CLOCK, DATABASE, FILES, Findings, JOBS, KEK, SCHEMA, both, unread};
use super::machine::clock;
use crate::certificate::authorities;
use crate::config::Config;
use crate::contract::use_cases as contracts;
use crate::db::files::{Files, FilesError};
use crate::db::migrate::{self, MigrationError};
use crate::db::{self, DbError, events};
use crate::failure::Failure;
use crate::jobs::{chain, dead_by_kind};
use crate::keys::kek::Kek;
use crate::signing::use_cases as signing;

/// An authority's certificate should be replaced this long before it ends.
const ENDS_SOON_MICROS: i64 = 90 * 86_400 * 1_000_000;
/// Documents of each kind whose digests are computed again.
const SAMPLE: i64 = 16;
pub(super) async fn open(config: &Config, findings: &mut Findings) -> Option<AnyConnection> {
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
pub(super) async fn database(
    config: &Config,
    conn: &mut AnyConnection,
    kek: Option<&Kek>,
    now: i64,
    findings: &mut Findings,
) {
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
