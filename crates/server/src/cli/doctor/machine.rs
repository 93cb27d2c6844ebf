//! Looks at the machine: directory, disk, key file, clock, fonts, converter.

use std::path::Path;
use std::process::{Command, Stdio};

use yinxin_domain::calendar::Date;

use super::findings::{CLOCK, CONVERTER, DIRECTORY, DISK, FONTS, Findings, KEK, PASSWORD_FILE, both};
use crate::config::Config;
use crate::jobs::chain;
use crate::keys::kek::{Kek, KekError};

/// Below this much free disk nothing is safe; below the second somebody should look. Bytes.
pub(super) const DISK_FAULT: u64 = 256 << 20;
pub(super) const DISK_WARNING: u64 = 2 << 30;
/// This program was not written before 2026-01-01: a clock that says so is wrong. Microseconds UTC.
const NOT_BEFORE: i64 = 1_767_225_600_000_000;
/// How far the newest event may lie ahead of the clock: other processes' clocks differ.
const AHEAD_MICROS: i64 = 5_000_000;
/// Characters that a contract must be able to print: the name of the product, and rare ones of the standard and beyond it.
const PRINTED: &str = "印信㙍䶮𠮷𬀩龘";

pub(super) fn directory(path: &Path, findings: &mut Findings) {
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

pub(super) fn disk_space(free: u64, findings: &mut Findings) {
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

pub(super) fn key_encryption_key(config: &Config, findings: &mut Findings) -> Option<Kek> {
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

pub(super) fn clock(now: i64, newest: Option<i64>, findings: &mut Findings) {
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

pub(super) fn fonts(findings: &mut Findings) {
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
pub(super) fn converter(findings: &mut Findings) {
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
