//! JSON from outside, and what is wrong with it: where, what, and what to do, in both languages. The parser's own words are English,
//! change with it, and repeat what was sent.

use axum::http::StatusCode;
use serde::de::DeserializeOwned;
use serde_path_to_error::{Path, Segment};
use yinxin_domain::not_json::NotJson;

use super::problem::{Fault, Problem, Public, Text};

/// Reads a JSON text as a `T`.
///
/// # Errors
/// `request.malformed`, with the fault at its path.
pub(crate) fn read<T: DeserializeOwned>(text: &[u8]) -> Result<T, Problem> {
    parse(text).map_err(|fault| malformed(*fault).into())
}

fn parse<T: DeserializeOwned>(text: &[u8]) -> Result<T, Box<Fault>> {
    let fault = |path: String, error: &serde_json::Error| {
        Box::new(match NotJson::new(text, error) {
            Some(not_json) => syntax(&not_json),
            None => refused(path, &error.to_string()),
        })
    };
    let mut deserializer = serde_json::Deserializer::from_slice(text);
    let value = serde_path_to_error::deserialize(&mut deserializer)
        .map_err(|error| fault(named(error.path()), error.inner()))?;
    deserializer.end().map_err(|error| fault(String::new(), &error))?;
    Ok(value)
}

/// What is wrong with the parameters of a query: axum says `limit: invalid digit found in string`.
pub(super) fn bad_query(said: &str) -> Public {
    malformed(parameter(said))
}

fn parameter(said: &str) -> Fault {
    let name = |text: &str| text.bytes().all(|byte| byte.is_ascii_lowercase() || byte == b'_');
    match said.split_once(": ").filter(|(path, _)| name(path)) {
        Some((path, said)) => refused(path.to_owned(), said),
        None => refused(String::new(), said),
    }
}

/// 400: one thing makes the request unreadable.
fn malformed(fault: Fault) -> Public {
    let at = if fault.path.is_empty() {
        (String::new(), String::new())
    } else {
        (format!("{} ", fault.path), format!("{}: ", fault.path))
    };
    Public::new(
        StatusCode::BAD_REQUEST,
        "request.malformed",
        ("请求格式有误", "The request cannot be read"),
        (
            format!("请求内容无法读取：{}{}。{}。", at.0, fault.message.zh, fault.remedy.zh),
            format!("The request cannot be read: {}{}. {}.", at.1, fault.message.en, fault.remedy.en),
        ),
    )
    .faults([fault])
}

/// The request breaks off before its end.
pub(super) fn broken_off() -> Public {
    let message = ("内容没有传完", "the body broke off");
    malformed(fault(String::new(), "request.broken_off", message, ("请重试", "Send it again")))
}

/// A value that is refused for a reason of its own.
pub(crate) fn bad_value(path: &str, message: impl Into<Text>, remedy: impl Into<Text>) -> Public {
    malformed(fault(path.to_owned(), "request.value", message, remedy))
}

/// A value that is none of those allowed.
pub(crate) fn unknown_value(path: &str, allowed: &[&str]) -> Public {
    malformed(one_of(path.to_owned(), allowed))
}

/// A value that must be one of those allowed.
pub(crate) fn known_value(path: &str, value: &str, allowed: &[&str]) -> Result<(), Problem> {
    if allowed.contains(&value) { Ok(()) } else { Err(unknown_value(path, allowed).into()) }
}

fn one_of(path: String, allowed: &[&str]) -> Fault {
    let remedy = if allowed.is_empty() {
        Text::from(("请按接口说明填写", "Write one that the API description lists"))
    } else {
        Text::from((format!("请使用：{}", allowed.join("、")), format!("Use one of: {}", allowed.join(", "))))
    };
    fault(path, "request.unknown_value", ("取值不在允许范围内", "the value is not one of those allowed"), remedy)
}

fn fault(path: String, code: &'static str, message: impl Into<Text>, remedy: impl Into<Text>) -> Fault {
    Fault { path, code: code.into(), message: message.into(), remedy: remedy.into() }
}

fn syntax(NotJson { line, column, zh, en }: &NotJson) -> Fault {
    fault(
        String::new(),
        "request.syntax",
        (
            format!("不是合法的 JSON，第 {line} 行第 {column} 个字处，{zh}"),
            format!("this is not valid JSON, line {line}, character {column}: {en}"),
        ),
        ("请按 UTF-8 编码的标准 JSON 重新生成", "Write standard JSON in UTF-8"),
    )
}

/// `items[3].amount`; empty for the whole.
fn named(path: &Path) -> String {
    let mut text = String::new();
    for segment in path {
        match segment {
            Segment::Seq { index } => text.push_str(&format!("[{index}]")),
            Segment::Map { key } => push(&mut text, key),
            Segment::Enum { variant } => push(&mut text, variant),
            Segment::Unknown => {}
        }
    }
    text
}

fn push(path: &mut String, name: &str) {
    if !path.is_empty() {
        path.push('.');
    }
    // What was sent is repeated, but not at any length.
    path.extend(name.chars().take(100));
}

/// What a type does not accept. serde gives no kinds, only a sentence that begins in one of these ways.
fn refused(mut path: String, said: &str) -> Fault {
    let quoted: Vec<&str> = said.split('`').skip(1).step_by(2).collect();
    // Both are told of the object, by the name that the type has for it.
    let of_object = [
        (
            "missing field",
            "request.missing",
            ("缺少必填字段", "a required member is missing"),
            ("请补充该字段", "Add it"),
        ),
        (
            "duplicate field",
            "request.duplicate_member",
            ("同一个字段出现了两次", "the member stands twice"),
            ("请只保留一个", "Keep one of them"),
        ),
    ];
    for (begins, code, message, remedy) in of_object {
        if said.starts_with(begins) {
            push(&mut path, quoted.first().copied().unwrap_or_default());
            return fault(path, code, message, remedy);
        }
    }
    if said.starts_with("unknown field") {
        let known = quoted.get(1..).unwrap_or_default();
        let remedy = if known.is_empty() {
            Text::from(("请去掉该字段", "Leave it out"))
        } else {
            Text::from((
                format!("请去掉该字段；可用的字段：{}", known.join("、")),
                format!("Leave it out; known are: {}", known.join(", ")),
            ))
        };
        return fault(path, "request.unknown_member", ("没有这个字段", "there is no such member"), remedy);
    }
    if said.starts_with("unknown variant") {
        return one_of(path, quoted.get(1..).unwrap_or_default());
    }
    // A list where an object belongs has a wrong length to serde.
    let wrong_type = said.starts_with("invalid type") || said.starts_with("invalid length");
    let expected = said.split("expected ").nth(1).and_then(kind).or_else(|| {
        // What reading a number from a query says.
        said.contains("invalid digit").then_some(("整数", "a whole number"))
    });
    match expected {
        Some((zh, en)) if wrong_type || said.contains("invalid digit") => fault(
            path,
            "request.wrong_type",
            (format!("应为{zh}"), format!("expected {en}")),
            (format!("请改为{zh}"), format!("Write {en}")),
        ),
        _ => fault(
            path,
            "request.value",
            ("取值的格式不对", "the value has not the right form"),
            ("请按接口说明填写", "Write it as the API description says"),
        ),
    }
}

/// What serde expected, by its own name for it.
fn kind(expected: &str) -> Option<(&'static str, &'static str)> {
    let begins = |words: &[&str]| words.iter().any(|word| expected.starts_with(word));
    if begins(&["a string", "a borrowed string", "a character", "string"]) {
        Some(("字符串", "a string"))
    } else if begins(&["a boolean"]) {
        Some(("布尔值", "a boolean"))
    } else if begins(&["a sequence", "an array", "tuple"]) {
        Some(("数组", "an array"))
    } else if begins(&["a map", "struct", "internally tagged enum", "adjacently tagged enum"]) {
        Some(("对象", "an object"))
    } else if begins(&["i8", "i16", "i32", "i64", "u8", "u16", "u32", "u64", "usize", "isize"]) {
        Some(("整数", "a whole number"))
    } else if begins(&["f32", "f64"]) {
        Some(("数字", "a number"))
    } else {
        None
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[derive(serde::Deserialize, Debug)]
    #[serde(deny_unknown_fields, rename_all = "snake_case")]
    #[expect(dead_code, reason = "only read")]
    struct Body {
        name: String,
        count: u64,
        mode: Option<Mode>,
        items: Option<Vec<Item>>,
        of: Option<yinxin_domain::ids::ContractId>,
    }

    #[derive(serde::Deserialize, Debug)]
    #[expect(dead_code, reason = "only read")]
    struct Item {
        sure: bool,
        share: Option<f64>,
    }

    #[derive(serde::Deserialize, Debug)]
    #[serde(rename_all = "snake_case")]
    enum Mode {
        Plain,
        Fancy,
    }

    fn told(text: &str) -> (String, String, String, String) {
        let fault = parse::<Body>(text.as_bytes()).unwrap_err();
        (fault.path.clone(), fault.code.to_string(), fault.message.zh.to_string(), fault.remedy.zh.to_string())
    }

    /// serde's sentences are told apart by how they begin; this is what fails when it words them differently.
    #[test]
    fn every_kind_of_fault_is_told_by_path_code_and_remedy() {
        let body = |more: &str| format!("{{\"name\":\"a\",\"count\":1,{more}}}");
        for (text, path, code, message, remedy) in [
            (r#"{"count":1}"#, "name", "request.missing", "缺少必填字段", "请补充该字段"),
            (r#"{"name":1,"count":1}"#, "name", "request.wrong_type", "应为字符串", "请改为字符串"),
            (r#"{"name":"a","count":"1"}"#, "count", "request.wrong_type", "应为整数", "请改为整数"),
            (r#"{"name":"a","count":-1}"#, "count", "request.value", "取值的格式不对", "请按接口说明填写"),
            (r#"{"name":"a","count":1.5}"#, "count", "request.wrong_type", "应为整数", "请改为整数"),
            ("[]", "", "request.wrong_type", "应为对象", "请改为对象"),
            ("7", "", "request.wrong_type", "应为对象", "请改为对象"),
            (&body(r#""name":"b""#), "name", "request.duplicate_member", "同一个字段出现了两次", "请只保留一个"),
            (
                &body(r#""nam":"b""#),
                "nam",
                "request.unknown_member",
                "没有这个字段",
                "请去掉该字段；可用的字段：name、count、mode、items、of",
            ),
            (&body(r#""mode":"x""#), "mode", "request.unknown_value", "取值不在允许范围内", "请使用：plain、fancy"),
            (&body(r#""items":{}"#), "items", "request.wrong_type", "应为数组", "请改为数组"),
            (
                &body(r#""items":[{"sure":true},{"sure":"y"}]"#),
                "items[1].sure",
                "request.wrong_type",
                "应为布尔值",
                "请改为布尔值",
            ),
            (
                &body(r#""items":[{"sure":true,"share":"y"}]"#),
                "items[0].share",
                "request.wrong_type",
                "应为数字",
                "请改为数字",
            ),
            (&body(r#""items":[{}]"#), "items[0].sure", "request.missing", "缺少必填字段", "请补充该字段"),
            (&body(r#""of":"seal_x""#), "of", "request.value", "取值的格式不对", "请按接口说明填写"),
        ] {
            let expected = (path.to_owned(), code.to_owned(), message.to_owned(), remedy.to_owned());
            assert_eq!(told(text), expected, "{text}");
        }
        let (path, code, message, _) = told("{\"name\":\"示\" \"count\":1}");
        assert_eq!((path.as_str(), code.as_str()), ("", "request.syntax"));
        assert_eq!(message, "不是合法的 JSON，第 1 行第 13 个字处，对象中缺少逗号或 }");
        assert_eq!(told("{\"name\":\"a\",\"count\":1} x").1, "request.syntax");
    }

    #[test]
    fn what_was_sent_is_not_repeated() {
        let public = read::<Body>(br#"{"name":["Zhengshu-2026"],"count":1}"#).unwrap_err();
        assert!(!format!("{public:?}").contains("Zhengshu"), "{public:?}");
        assert!(told(&format!("{{\"{}\":1}}", "長".repeat(5_000))).0.chars().count() <= 100);
    }

    #[test]
    fn a_parameter_is_named() {
        let told = |said: &str| (parameter(said).path, parameter(said).code.to_string());
        let expected = |path: &str, code: &str| (path.to_owned(), code.to_owned());
        assert_eq!(told("limit: invalid digit found in string"), expected("limit", "request.wrong_type"));
        assert_eq!(told("unknown field `x`, expected `limit` or `cursor`"), expected("", "request.unknown_member"));
    }
}
