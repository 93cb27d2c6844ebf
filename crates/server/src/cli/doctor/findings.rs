//! What the doctor found: one line a check, in both languages.

use std::fmt::Write as _;

use crate::failure::Failure;
use crate::jobs::chain;

/// How a check came out.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Level {
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
pub(super) type Both = (String, String);

/// One check.
#[derive(Debug)]
pub(super) struct Finding {
    pub(super) level: Level,
    /// What was looked at.
    pub(super) what: What,
    /// What was found.
    found: Both,
    /// What to do; none when nothing is to be done.
    mend: Option<Both>,
}

/// All checks so far.
#[derive(Debug, Default)]
pub(super) struct Findings(pub(super) Vec<Finding>);

/// What a check looks at, in both languages.
pub(super) type What = (&'static str, &'static str);

pub(super) const CONFIGURATION: What = ("配置", "configuration");
pub(super) const DIRECTORY: What = ("数据目录", "data directory");
pub(super) const DISK: What = ("磁盘空间", "disk space");
pub(super) const DATABASE: What = ("数据库", "database");
pub(super) const SCHEMA: What = ("数据库结构", "schema");
pub(super) const KEK: What = ("密钥加密密钥", "key-encryption key");
pub(super) const AUTHORITIES: What = ("证书颁发层级", "authorities");
pub(super) const CLOCK: What = ("时钟", "clock");
pub(super) const FONTS: What = ("字体", "fonts");
pub(super) const CONVERTER: What = ("文档转换", "converter");
pub(super) const FILES: What = ("文件库", "document store");
pub(super) const JOBS: What = ("后台任务", "background jobs");
pub(super) const PASSWORD_FILE: What = ("初始密码文件", "first password");

pub(super) fn both(zh: impl Into<String>, en: impl Into<String>) -> Both {
    (zh.into(), en.into())
}

impl Findings {
    pub(super) fn ok(&mut self, what: What, found: Both) {
        self.0.push(Finding { level: Level::Ok, what, found, mend: None });
    }

    pub(super) fn warning(&mut self, what: What, found: Both, mend: Both) {
        self.0.push(Finding { level: Level::Warning, what, found, mend: Some(mend) });
    }

    pub(super) fn fault(&mut self, what: What, found: Both, mend: Both) {
        self.0.push(Finding { level: Level::Fault, what, found, mend: Some(mend) });
    }

    pub(super) fn worst(&self) -> Level {
        self.0.iter().map(|finding| finding.level).max().unwrap_or(Level::Ok)
    }

    /// As people read it.
    pub(super) fn text(&self) -> String {
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

/// A finding about a fact that could not be read.
pub(super) fn unread(what: What, error: &Failure, findings: &mut Findings) {
    findings.fault(
        what,
        both("无法读取", chain(error)),
        both("数据可能已损坏，请从备份恢复后重试", "the data may be damaged: restore it from the backup"),
    );
}
