//! Why a text is not JSON, in words for people: the parser's own are English and change with it.

use serde_json::error::Category;

/// Where a text stops being JSON, and why.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct NotJson {
    /// Line, from 1.
    pub line: usize,
    /// Character in the line, from 1.
    pub column: usize,
    /// Why, in Chinese.
    pub zh: &'static str,
    /// Why, in English.
    pub en: &'static str,
}

/// How the parser begins what it says, and what we say. A text that it words differently one day gets the general reason.
const REASONS: [(&str, &str, &str); 17] = [
    ("EOF while parsing a list", "数组没有结束，缺少 ]", "an array is not closed by ]"),
    ("EOF while parsing an object", "对象没有结束，缺少 }", "an object is not closed by }"),
    ("EOF while parsing a string", "字符串没有结束，缺少双引号", "a string is not closed by a double quote"),
    ("EOF while parsing", "内容不完整，此处应有一个值", "the text ends where a value belongs"),
    ("expected `:`", "字段名之后缺少冒号", "a colon is missing after the name of a member"),
    ("expected `,` or `]`", "数组中缺少逗号或 ]", "a comma or ] is missing in an array"),
    ("expected `,` or `}`", "对象中缺少逗号或 }", "a comma or } is missing in an object"),
    ("trailing comma", "最后一项之后多了逗号", "a comma stands after the last entry"),
    ("trailing characters", "JSON 结束之后还有内容", "something follows the end of the JSON text"),
    ("key must be a string", "字段名须用双引号括起", "the name of a member stands in double quotes"),
    (
        "control character",
        "字符串中有换行或控制字符，须写成转义形式",
        "a string holds a line break or control character, which must be escaped",
    ),
    ("invalid escape", "字符串中的反斜杠转义有误", "a backslash in a string escapes nothing that JSON knows"),
    ("lone leading surrogate", "\\u 转义只有一半", "an escape \\u is half of a pair"),
    ("unexpected end of hex escape", "\\u 转义只有一半", "an escape \\u is half of a pair"),
    ("invalid unicode code point", "含有不是 UTF-8 编码的字节", "some bytes are not UTF-8"),
    ("number out of range", "数字超出范围", "a number is out of range"),
    ("recursion limit exceeded", "嵌套层级过多", "it is nested too deeply"),
];

impl NotJson {
    /// Puts what the parser said of this text into words; nothing if the text is JSON and only its content was refused.
    #[must_use]
    pub fn new(text: &[u8], error: &serde_json::Error) -> Option<Self> {
        if error.classify() == Category::Data {
            return None;
        }
        let said = error.to_string();
        let known = REASONS.iter().find(|(begins, ..)| said.starts_with(begins));
        let (zh, en) = if text.starts_with(b"\xef\xbb\xbf") {
            ("文件开头有字节顺序标记（BOM），须去掉", "it begins with a byte order mark, which must go")
        } else {
            known.map_or(("此处不是 JSON 的值", "this is no JSON value"), |(_, zh, en)| (zh, en))
        };
        // The parser counts bytes, and an editor characters.
        let line = text.split(|byte| *byte == b'\n').nth(error.line().saturating_sub(1)).unwrap_or_default();
        let before = String::from_utf8_lossy(&line[..error.column().min(line.len())]);
        Some(Self { line: error.line(), column: before.chars().count().max(1), zh, en })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn why(text: &[u8]) -> Option<NotJson> {
        NotJson::new(text, &serde_json::from_slice::<serde_json::Value>(text).unwrap_err())
    }

    #[test]
    fn every_reason_is_one_that_the_parser_gives() {
        let deep = "[".repeat(200);
        let texts: [&[u8]; 17] = [
            b"[1",
            b"{\"a\":1",
            b"\"a",
            b"",
            b"{\"a\" 1}",
            b"[1 2]",
            b"{\"a\":1 \"b\":2}",
            b"[1,]",
            b"{} {}",
            b"{a:1}",
            b"\"a\nb\"",
            br#""\q""#,
            br#""\ud800a""#,
            br#""\ud800\u0041""#,
            b"\"\xff\"",
            b"1e999",
            deep.as_bytes(),
        ];
        for (text, (begins, zh, en)) in texts.into_iter().zip(REASONS) {
            let said = why(text).unwrap();
            assert_eq!((said.zh, said.en), (zh, en), "{begins}: {}", String::from_utf8_lossy(text));
        }
        assert_eq!(why(b"nul").unwrap().en, "the text ends where a value belongs");
        assert_eq!(why(b"[x]").unwrap().zh, "此处不是 JSON 的值");
        assert!(why(b"\xef\xbb\xbf{}").unwrap().zh.contains("BOM"));
    }

    #[test]
    fn the_place_is_counted_in_characters() {
        let said = why("{\n  \"名称\": \"示例\" x\n}".as_bytes()).unwrap();
        assert_eq!((said.line, said.column), (2, 14));
    }

    #[test]
    fn a_refused_content_is_no_fault_of_the_text() {
        let error = serde_json::from_str::<u64>("\"a\"").unwrap_err();
        assert_eq!(NotJson::new(b"\"a\"", &error), None);
    }
}
