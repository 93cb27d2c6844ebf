//! `yinxin doctor`: looks whether everything the product needs is in order, without changing anything, and says how to mend what is not.
//!
//! One line a check, in Chinese and English: ok, a warning (the product runs; somebody should look), or a fault (something that it needs does
//! not work). Exit status 1 when there is a fault.

mod database;
mod findings;
mod machine;

use std::io::Write as _;
use std::process::ExitCode;

use sqlx::Connection as _;

use self::findings::{CONFIGURATION, Findings, Level, both};
use super::{CommandResult, Settings};
use crate::app::Clock;
use crate::config::Config;
use crate::jobs::chain;

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
    machine::directory(&config.data_dir, findings);
    machine::fonts(findings);
    machine::converter(findings);
    let kek = machine::key_encryption_key(config, findings);
    match database::open(config, findings).await {
        Some(mut conn) => {
            database::database(config, &mut conn, kek.as_ref(), now, findings).await;
            // It was for reading only: nothing is lost if it does not close well.
            let _ = conn.close().await;
        }
        None => machine::clock(now, None, findings),
    }
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::findings::*;
    use super::machine::{DISK_FAULT, DISK_WARNING, disk_space};
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
