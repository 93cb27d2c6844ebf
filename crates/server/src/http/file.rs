//! Files as answers: entity tags, and ranges of bytes, so that a browser shows the first page of a long document before it has the last
//! (RFC 9110, 13 and 14).

use axum::body::{Body, Bytes};
use axum::http::header::{
    ACCEPT_RANGES, CACHE_CONTROL, CONTENT_LENGTH, CONTENT_RANGE, CONTENT_TYPE, ETAG, IF_NONE_MATCH, IF_RANGE, RANGE,
};
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Response};

/// How long the browser of who asked may keep a file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Keep {
    /// It asks each time whether it is still the same.
    Ask,
    /// What stands under the address never changes.
    Forever,
}

/// What of a file is asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Asked {
    /// All of it.
    Whole,
    /// From a byte to a byte, both included.
    Part(usize, usize),
    /// Bytes that it has not.
    Beyond,
}

/// Reads a `Range` header; several ranges, other units and what cannot be read ask for the whole, as the standard allows.
fn asked(range: Option<&str>, length: usize) -> Asked {
    let Some(range) = range.and_then(|range| range.strip_prefix("bytes=")) else { return Asked::Whole };
    let Some((first, last)) = range.split_once('-') else { return Asked::Whole };
    let (first, last) = (first.trim(), last.trim());
    let number =
        |text: &str| text.bytes().all(|byte| byte.is_ascii_digit()).then(|| text.parse::<usize>().ok()).flatten();
    match (first.is_empty(), last.is_empty()) {
        (true, true) => Asked::Whole,
        (true, false) => match number(last) {
            Some(0) => Asked::Beyond,
            Some(count) if length > 0 => Asked::Part(length.saturating_sub(count), length - 1),
            Some(_) => Asked::Beyond,
            None => Asked::Whole,
        },
        (false, open) => match (number(first), if open { Some(usize::MAX) } else { number(last) }) {
            (Some(first), Some(last)) if last < first => Asked::Whole,
            (Some(first), Some(_)) if first >= length => Asked::Beyond,
            (Some(first), Some(last)) => Asked::Part(first, last.min(length - 1)),
            _ => Asked::Whole,
        },
    }
}

/// Whether a list of entity tags holds this one, or any.
pub(super) fn names(header: Option<&str>, tag: &str) -> bool {
    header.is_some_and(|header| {
        header.split(',').map(str::trim).any(|one| one == "*" || one.strip_prefix("W/").unwrap_or(one) == tag)
    })
}

/// Answers with a file, a part of it, or that it is still the same.
pub(crate) fn answer(headers: &HeaderMap, bytes: Bytes, kind: &'static str, digest: &str, keep: Keep) -> Response {
    let text = |name| headers.get(name).and_then(|value: &axum::http::HeaderValue| value.to_str().ok());
    let tag = format!("\"{digest}\"");
    let cache = match keep {
        Keep::Ask => "private, no-cache",
        Keep::Forever => "private, max-age=31536000, immutable",
    };
    let common = [(CACHE_CONTROL, cache.to_owned()), (ETAG, tag.clone()), (ACCEPT_RANGES, "bytes".to_owned())];
    if names(text(IF_NONE_MATCH), &tag) {
        return (StatusCode::NOT_MODIFIED, common).into_response();
    }
    // A part is given of the file that was asked for, or the whole of what there is now.
    let same = text(IF_RANGE).is_none_or(|wanted| wanted == tag);
    let length = bytes.len();
    match asked(text(RANGE).filter(|_| same), length) {
        Asked::Whole => (common, [(CONTENT_TYPE, kind)], bytes).into_response(),
        Asked::Beyond => {
            (StatusCode::RANGE_NOT_SATISFIABLE, common, [(CONTENT_RANGE, format!("bytes */{length}"))]).into_response()
        }
        Asked::Part(first, last) => {
            let part = bytes.slice(first..=last);
            let range = [
                (CONTENT_TYPE, kind.to_owned()),
                (CONTENT_RANGE, format!("bytes {first}-{last}/{length}")),
                (CONTENT_LENGTH, part.len().to_string()),
            ];
            (StatusCode::PARTIAL_CONTENT, common, range, Body::from(part)).into_response()
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ranges_are_read_as_the_standard_says() {
        assert_eq!(asked(None, 10), Asked::Whole);
        assert_eq!(asked(Some("bytes=0-3"), 10), Asked::Part(0, 3));
        assert_eq!(asked(Some("bytes=8-100"), 10), Asked::Part(8, 9));
        assert_eq!(asked(Some("bytes=4-"), 10), Asked::Part(4, 9));
        assert_eq!(asked(Some("bytes=-4"), 10), Asked::Part(6, 9));
        assert_eq!(asked(Some("bytes=-40"), 10), Asked::Part(0, 9));
        for beyond in ["bytes=10-", "bytes=10-20", "bytes=-0"] {
            assert_eq!(asked(Some(beyond), 10), Asked::Beyond, "{beyond}");
        }
        for whole in ["items=0-3", "bytes=3-0", "bytes=a-b", "bytes=0-1,3-4", "bytes=-", "bytes=+1-2", "bytes"] {
            assert_eq!(asked(Some(whole), 10), Asked::Whole, "{whole}");
        }
        assert_eq!(asked(Some("bytes=0-"), 0), Asked::Beyond);
        assert_eq!(asked(Some("bytes=-1"), 0), Asked::Beyond);
        assert_eq!(asked(Some("bytes=99999999999999999999-"), 10), Asked::Whole);
    }

    #[test]
    fn tags_are_compared_weakly() {
        assert!(names(Some("\"a\", W/\"b\""), "\"b\""));
        assert!(names(Some("*"), "\"b\""));
        assert!(!names(Some("\"a\""), "\"b\""));
        assert!(!names(None, "\"b\""));
    }
}
