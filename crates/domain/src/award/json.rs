//! A JSON tree that remembers duplicate members: which of two `amount`s counts must never depend on a parser.

use serde::de::{DeserializeSeed, Deserializer, Error as _, MapAccess, SeqAccess, Visitor};
use std::fmt;

use super::fault::Problem;
use crate::not_json::NotJson;

/// Members that one object may have: a million would make looking for duplicates slow, and no award has so many.
const MOST_MEMBERS: usize = 1_000;

/// A JSON value. Depth is bounded by the parser (128), size by the caller.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Json {
    Null,
    Bool(bool),
    /// A whole number that fits 64 bits.
    Integer(i64),
    /// Any other number; the format has no use for one.
    OtherNumber,
    Text(String),
    Array(Vec<Json>),
    /// Members in the order they were written, duplicates included.
    Object(Vec<(String, Json)>),
}

/// Reads a whole JSON text.
pub(super) fn parse(bytes: &[u8]) -> Result<Json, Problem> {
    let mut deserializer = serde_json::Deserializer::from_slice(bytes);
    let json = Tree.deserialize(&mut deserializer).and_then(|json| deserializer.end().map(|()| json));
    json.map_err(|error| match NotJson::new(bytes, &error) {
        Some(NotJson { line, column, zh, en }) => Problem::Syntax {
            zh: format!("第 {line} 行第 {column} 个字处，{zh}"),
            en: format!("line {line}, character {column}: {en}"),
        },
        // The tree takes every value; what it refuses is too many members.
        None => Problem::Syntax {
            zh: format!("一个对象的字段超过 {MOST_MEMBERS} 个"),
            en: format!("an object has more than {MOST_MEMBERS} members"),
        },
    })
}

impl Json {
    pub(super) const fn kind(&self) -> (&'static str, &'static str) {
        match self {
            Self::Null => ("null", "null"),
            Self::Bool(_) => ("布尔值", "a boolean"),
            Self::Integer(_) | Self::OtherNumber => ("数字", "a number"),
            Self::Text(_) => ("字符串", "a string"),
            Self::Array(_) => ("数组", "an array"),
            Self::Object(_) => ("对象", "an object"),
        }
    }
}

struct Tree;

impl<'de> DeserializeSeed<'de> for Tree {
    type Value = Json;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Json, D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Tree {
    type Value = Json;

    fn expecting(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str("a JSON value")
    }

    fn visit_unit<E>(self) -> Result<Json, E> {
        Ok(Json::Null)
    }

    fn visit_bool<E>(self, value: bool) -> Result<Json, E> {
        Ok(Json::Bool(value))
    }

    fn visit_i64<E>(self, value: i64) -> Result<Json, E> {
        Ok(Json::Integer(value))
    }

    fn visit_u64<E>(self, value: u64) -> Result<Json, E> {
        Ok(i64::try_from(value).map_or(Json::OtherNumber, Json::Integer))
    }

    fn visit_f64<E>(self, _: f64) -> Result<Json, E> {
        Ok(Json::OtherNumber)
    }

    fn visit_str<E>(self, value: &str) -> Result<Json, E> {
        Ok(Json::Text(value.to_owned()))
    }

    fn visit_string<E>(self, value: String) -> Result<Json, E> {
        Ok(Json::Text(value))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut access: A) -> Result<Json, A::Error> {
        let mut elements = Vec::new();
        while let Some(element) = access.next_element_seed(Tree)? {
            elements.push(element);
        }
        Ok(Json::Array(elements))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut access: A) -> Result<Json, A::Error> {
        let mut members = Vec::new();
        while let Some(name) = access.next_key::<String>()? {
            if members.len() == MOST_MEMBERS {
                return Err(A::Error::custom("too many members"));
            }
            members.push((name, access.next_value_seed(Tree)?));
        }
        Ok(Json::Object(members))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn duplicates_are_kept() {
        let json = parse(br#"{"a":1,"a":2}"#).unwrap();
        assert_eq!(json, Json::Object(vec![("a".into(), Json::Integer(1)), ("a".into(), Json::Integer(2))]));
    }

    #[test]
    fn what_is_not_one_json_text_is_refused() {
        for text in ["", "{", "{} {}", "{\"a\":}", "[1,]", "nul", "\u{feff}{}"] {
            assert!(parse(text.as_bytes()).is_err(), "{text}");
        }
        assert!(parse(&[b'"', 0xff, b'"']).is_err());
        assert!(parse("[".repeat(100_000).as_bytes()).is_err(), "hostile depth is refused, not followed");
    }
}
