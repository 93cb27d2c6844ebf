//! `yinxin demo --exit`: a whole contract from award data to public notice, for every sample, for both profiles, and for awards nobody foresaw.
//!
//! The demo starts the product on a data directory of its own with SQLite.

use std::ffi::OsStr;
use std::fs;
use std::path::{Path, PathBuf};

use e2e::{Ended, Error, Scratch, checkers, run_program};
use serde_json::{Value, json};

use crate::ink;
use crate::scene::{array, judge, sample, sample_path};

/// A finished demo and where its files lie.
pub struct Finished {
    _folder: Scratch,
    /// contract.pdf
    pub contract: PathBuf,
    /// trust.pem
    pub trust: PathBuf,
}

/// Runs the demo in a folder of its own.
fn demo(folder: &Path, arguments: &[&OsStr]) -> Result<Ended, Error> {
    let common = ["demo", "--exit", "--out", "out"].map(OsStr::new);
    run_program(folder, &[&common[..], arguments].concat())
}

/// Runs the demo for an award, which must conclude, and looks at what it leaves.
pub fn concluded(award: &Path, profile: Option<&str>) -> Result<Finished, Error> {
    let folder = Scratch::new()?;
    let mut arguments = vec![OsStr::new("--award"), award.as_os_str()];
    if let Some(profile) = profile {
        arguments.extend([OsStr::new("--profile"), OsStr::new(profile)]);
    }
    let ended = demo(folder.path(), &arguments)?;
    assert_eq!(ended.status, Some(0), "{}{}", ended.said, ended.complained);
    assert!(ended.said.lines().filter(|line| line.starts_with('[')).count() > 10, "a line per step: {}", ended.said);
    let out = folder.path().join("out");
    let track: Value = serde_json::from_slice(&fs::read(out.join("track.json")).expect("track.json")).expect("JSON");
    let kinds: Vec<&str> = track.as_array().into_iter().flatten().filter_map(|event| event["kind"].as_str()).collect();
    assert_eq!(kinds.first(), Some(&"contract.started"), "{kinds:?}");
    assert!(kinds.iter().filter(|kind| **kind == "contract.sealed").count() >= 2, "{kinds:?}");
    for kind in ["contract.concluded", "contract.filing_accepted", "contract.notice_published"] {
        assert!(kinds.contains(&kind), "{kind}: {kinds:?}");
    }
    let places = track.as_array().into_iter().flatten().map(|event| event["seq"].as_u64());
    assert!(places.eq((1..=kinds.len() as u64).map(Some)), "no event is left out: {track}");
    let (contract, trust) = (out.join("contract.pdf"), out.join("trust.pem"));
    Ok(Finished { _folder: folder, contract, trust })
}

/// Everything that must hold of a demo's files: independent checkers, both credit codes, amount and names in the text, our own verifier.
fn look_at(finished: &Finished, award: &Value) -> Result<(), Error> {
    judge(&finished.contract, &finished.trust)?;
    let mut parties = vec![&award["purchaser"]];
    parties.extend(array(award, "suppliers"));
    if let Some(said) = checkers::check_pdf(&finished.contract, &[&finished.trust])? {
        assert_eq!(said.matches("SES-v4").count(), parties.len(), "a seal of each party: {said}");
        for party in &parties {
            let code = party["uscc"].as_str().expect("a credit code");
            assert!(said.lines().any(|line| line.contains("SES-v4") && line.contains(code)), "{code}: {said}");
        }
    }
    if let Some(words) = checkers::pdf_text(&finished.contract)? {
        let words: String = words.split_whitespace().collect();
        for party in &parties {
            let name: String = party["name"].as_str().expect("a name").split_whitespace().collect();
            assert!(words.contains(&name), "{name}");
        }
        assert!(words.contains("第一条") && words.contains("争议") && words.contains("人民币"), "clauses");
    }
    let verify = |arguments: &[&OsStr]| run_program(Path::new("."), &[&[OsStr::new("verify")][..], arguments].concat());
    let file = finished.contract.as_os_str();
    let trusted = verify(&[file, OsStr::new("--trust"), finished.trust.as_os_str()])?;
    assert_eq!(trusted.status, Some(0), "{}", trusted.said);
    let untrusted = verify(&[file])?;
    assert_eq!(untrusted.status, Some(3), "without roots nothing is trusted: {}", untrusted.said);
    Ok(())
}

/// Issue 2: every sample with its own profile and with the other one.
fn a_sample_concludes(name: &str, capitals: &str, profiles: [Option<&str>; 2]) -> Result<(), Error> {
    let award = sample(name)?;
    for profile in profiles {
        let finished = concluded(&sample_path(name), profile)?;
        look_at(&finished, &award)?;
        if let Some(words) = checkers::pdf_text(&finished.contract)? {
            let words: String = words.split_whitespace().collect();
            assert!(words.contains(capitals), "the amount in capitals: {capitals}");
        }
    }
    Ok(())
}

#[test]
fn goods_conclude_with_both_profiles() -> Result<(), Error> {
    a_sample_concludes("goods-devices", "肆拾捌万陆仟叁佰伍拾元整", [None, Some("henan-mall")])
}

#[test]
fn a_mall_order_concludes_with_both_profiles() -> Result<(), Error> {
    a_sample_concludes("mall-order", "玖仟捌佰柒拾陆元伍角整", [None, Some("jiaozuo")])
}

#[test]
fn services_conclude_with_both_profiles() -> Result<(), Error> {
    a_sample_concludes("services-greenbelt", "壹佰零贰万伍仟捌佰贰拾陆元柒角叁分", [None, Some("henan-mall")])
}

/// Names and texts that are markup to somebody, rare characters, a long name, hundreds of lines in groups, and three suppliers.
#[test]
fn an_award_that_nobody_foresaw_concludes_and_is_a_document_one_would_print() -> Result<(), Error> {
    let folder = Scratch::new()?;
    let mut award = sample("goods-devices")?;
    award["project"]["code"] = json!("示例-2026-㙍䶮𠮷𬀩龘");
    award["project"]["name"] = json!("㙍䶮𠮷𬀩龘 *设备* #panic(\"x\") $x^2$ <b>&amp;</b> 采购项目");
    award["lots"] = json!([{ "code": "一", "name": "甲" }, { "code": "二", "name": "乙" }]);
    award["purchaser"]["name"] = json!(
        "示例省示例市示例区高新技术产业开发区科技创新与产业发展服务中心人才公共服务与就业促进办公室第一分中心示例一二三四有限公司"
    );
    award["suppliers"][0]["name"] = json!("𠮷田示例（㙍䶮𬀩龘）科技股份有限公司");
    award["pricing"] = json!({ "kind": "measured" });
    let mut items = vec![json!({ "no": "一", "name": "全部设备", "group": true, "amount": "3993.00" })];
    for number in 1..=398 {
        items.push(
            json!({ "no": format!("1.{number}"), "name": format!("配件 {number} _<i>_"), "parent": "一", "unit": "个",
            "quantity": "1", "unit_price": "10.00", "amount": "10.00" }),
        );
    }
    items.push(json!({ "no": "1.399", "name": "无数量的一行", "parent": "一", "quantity": "", "unit_price": "", "amount": "13.00" }));
    award["items"] = json!(items);
    award["amount"] = json!("3993.00");
    let path = folder.path().join("award.json");
    fs::write(&path, award.to_string()).expect("the folder can be written");
    let finished = concluded(&path, None)?;
    look_at(&finished, &award)?;
    if let Some(words) = checkers::pdf_text(&finished.contract)? {
        let words: String = words.split_whitespace().collect();
        for literal in ["㙍䶮𠮷𬀩龘*设备*#panic(\"x\")$x^2$<b>&amp;</b>采购项目", "叁仟玖佰玖拾叁元整", "1.399"]
        {
            assert!(words.contains(literal), "{literal}");
        }
        assert!(words.matches("单价（元）").count() > 8, "the head of the price table stands on every page of it");
    }
    ink::look_at_seals(&finished.contract, 2)?;
    Ok(())
}

/// A refused award: status 4, with all its faults.
#[test]
fn a_refused_award_ends_with_its_own_status_and_all_faults() -> Result<(), Error> {
    let folder = Scratch::new()?;
    let mut award = sample("goods-devices")?;
    award["profile"] = json!("nowhere");
    award["amount"] = json!("1.00");
    award["purchaser"]["uscc"] = json!("11410821MB00010113");
    let path = folder.path().join("award.json");
    for (content, codes) in [
        (award.to_string(), &["award.unknown_profile", "amount.total_mismatch", "purchaser.uscc"][..]),
        ("[]".to_owned(), &["award.wrong_type"][..]),
        ("{".to_owned(), &["award.syntax"][..]),
    ] {
        fs::write(&path, content).expect("the folder can be written");
        for profile in [&[][..], &[OsStr::new("--profile"), OsStr::new("nowhere")][..]] {
            let arguments = [&[OsStr::new("--award"), path.as_os_str()][..], profile].concat();
            let ended = demo(folder.path(), &arguments)?;
            assert_eq!(ended.status, Some(4), "{}{}", ended.said, ended.complained);
            for code in codes {
                assert!(ended.said.contains(code), "{code}: {}", ended.said);
            }
        }
    }
    let ended = demo(folder.path(), &[OsStr::new("--award"), OsStr::new("nowhere.json")])?;
    assert!(ended.status == Some(1) && ended.complained.contains("nowhere.json"), "{}", ended.complained);
    Ok(())
}

/// Only its own directory is replaced.
#[test]
fn a_directory_that_is_not_the_demos_is_left_alone() -> Result<(), Error> {
    let folder = Scratch::new()?;
    let own = folder.path().join("yinxin-demo");
    fs::create_dir(&own).expect("the folder can be written");
    fs::write(own.join("precious"), "x").expect("the folder can be written");
    let ended = demo(folder.path(), &[])?;
    assert_eq!(ended.status, Some(1), "{}", ended.said);
    assert!(ended.complained.contains("yinxin-demo") && own.join("precious").is_file(), "{}", ended.complained);
    Ok(())
}
