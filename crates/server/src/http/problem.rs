//! Errors as the outside sees them: RFC 9457 problem details with a stable code, in Chinese or English.
//!
//! Every feature's error enum implements [`PublicError`] with one `match`; `?` in a handler returning
//! `Result<_, Problem>` does the rest. The language and the request id are filled in by the outermost layer, because only
//! it knows the request. What is inside an internal error goes to the log once, here, and never to the client.

use std::borrow::Cow;

use axum::http::header::{CONTENT_TYPE, RETRY_AFTER};
use axum::http::{HeaderValue, StatusCode};
use axum::response::{IntoResponse, Response};
use serde::Serialize;
use serde_json::{Map, Value, json};

/// One text in both languages of the product.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Text {
    /// Chinese, the first language.
    pub zh: Cow<'static, str>,
    /// English.
    pub en: Cow<'static, str>,
}

impl<Z: Into<Cow<'static, str>>, E: Into<Cow<'static, str>>> From<(Z, E)> for Text {
    fn from((zh, en): (Z, E)) -> Self {
        Self { zh: zh.into(), en: en.into() }
    }
}

/// The language of an answer.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub enum Language {
    /// 中文, unless the client prefers English.
    #[default]
    Chinese,
    /// English.
    English,
}

impl Language {
    /// From an `Accept-Language` header: the first of the two languages by weight, else Chinese.
    #[must_use]
    pub fn negotiate(header: Option<&str>) -> Self {
        let weight = |prefix: &str| {
            header
                .unwrap_or_default()
                .split(',')
                .take(20)
                .filter_map(|range| {
                    let mut parts = range.split(';');
                    let tag = parts.next()?.trim();
                    let quality =
                        parts.find_map(|p| p.trim().strip_prefix("q=")).map_or(Some(1.0), |q| q.parse::<f32>().ok())?;
                    (tag.get(..2)?.eq_ignore_ascii_case(prefix)).then_some(quality)
                })
                .fold(0.0, f32::max)
        };
        if weight("en") > weight("zh") { Self::English } else { Self::Chinese }
    }

    fn of(self, text: &Text) -> &str {
        match self {
            Self::Chinese => &text.zh,
            Self::English => &text.en,
        }
    }
}

/// One of several things that are wrong with a request.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fault {
    /// Where: `items[3].amount`.
    pub path: String,
    /// Stable code.
    pub code: Cow<'static, str>,
    /// What is wrong.
    pub message: Text,
    /// What to do.
    pub remedy: Text,
}

/// The public form of an error.
#[derive(Clone, Debug)]
pub struct Public {
    status: StatusCode,
    code: Cow<'static, str>,
    title: Text,
    detail: Text,
    faults: Vec<Fault>,
    retry_after_seconds: Option<i64>,
    members: Map<String, Value>,
}

impl Public {
    /// `code` is stable (`feature.what`); `title` names the kind of problem, `detail` says what happened and what to do. Each is (Chinese, English).
    pub fn new(
        status: StatusCode,
        code: impl Into<Cow<'static, str>>,
        title: impl Into<Text>,
        detail: impl Into<Text>,
    ) -> Self {
        Self {
            status,
            code: code.into(),
            title: title.into(),
            detail: detail.into(),
            faults: Vec::new(),
            retry_after_seconds: None,
            members: Map::new(),
        }
    }

    /// Something inside failed; says nothing about it.
    #[must_use]
    pub fn internal() -> Self {
        Self::new(
            StatusCode::INTERNAL_SERVER_ERROR,
            "server.internal",
            ("服务器内部错误", "Internal error"),
            (
                "系统未能完成本次操作，未作任何更改。请稍后重试；如仍出现，请将请求编号告知平台运营人员。",
                "The operation was not carried out and nothing was changed. Try again later; if it persists, give the request id to the operator.",
            ),
        )
    }

    /// How HTTP tells it.
    pub fn status(&self) -> StatusCode {
        self.status
    }

    /// The stable code.
    pub fn code(&self) -> &Cow<'static, str> {
        &self.code
    }

    /// What happened and what to do.
    pub fn detail(&self) -> &Text {
        &self.detail
    }

    /// Adds everything that is wrong.
    #[must_use]
    pub fn faults(mut self, faults: impl IntoIterator<Item = Fault>) -> Self {
        self.faults.extend(faults);
        self
    }

    /// Adds a member of its own, such as who edited meanwhile.
    #[must_use]
    pub fn with(mut self, name: &str, value: impl Into<Value>) -> Self {
        self.members.insert(name.to_owned(), value.into());
        self
    }

    /// Tells the client when to try again.
    #[must_use]
    pub fn retry_after(mut self, seconds: i64) -> Self {
        self.retry_after_seconds = Some(seconds.max(1));
        self
    }

    fn body(&self, language: Language, request_id: Option<&str>) -> Value {
        let mut body = self.members.clone();
        body.insert("type".into(), format!("urn:yinxin:error:{}", self.code).into());
        body.insert("title".into(), language.of(&self.title).into());
        body.insert("status".into(), self.status.as_u16().into());
        body.insert("code".into(), self.code.as_ref().into());
        body.insert("detail".into(), language.of(&self.detail).into());
        if !self.faults.is_empty() {
            let faults = self.faults.iter().map(|fault| {
                json!({ "path": fault.path, "code": fault.code, "message": language.of(&fault.message), "remedy": language.of(&fault.remedy) })
            });
            body.insert("faults".into(), faults.collect());
        }
        if let Some(id) = request_id {
            body.insert("request_id".into(), id.into());
        }
        Value::Object(body)
    }

    /// The answer in one language.
    pub(super) fn respond(&self, language: Language, request_id: Option<&str>) -> Response {
        let mut response = (self.status, self.body(language, request_id).to_string()).into_response();
        let headers = response.headers_mut();
        headers.insert(CONTENT_TYPE, HeaderValue::from_static("application/problem+json"));
        if let Some(seconds) = self.retry_after_seconds {
            headers.insert(RETRY_AFTER, HeaderValue::from(seconds));
        }
        response
    }
}

/// An error that may reach a client.
pub trait PublicError: std::error::Error + Send + Sync + 'static {
    /// Its public form: one `match` over the enum.
    fn public(&self) -> Public;
}

/// What a handler returns when it does not succeed. Made by `?` from any [`PublicError`].
#[derive(Debug)]
pub struct Problem(Box<Public>);

impl<E: PublicError> From<E> for Problem {
    fn from(error: E) -> Self {
        let public = error.public();
        if public.status.is_server_error() {
            tracing::error!(code = %public.code, error = %crate::jobs::chain(&error), "a request failed");
        }
        Self(Box::new(public))
    }
}

impl From<Public> for Problem {
    fn from(public: Public) -> Self {
        Self(Box::new(public))
    }
}

/// Left in the response for the outermost layer, which knows language and request id.
#[derive(Clone)]
pub(super) struct Unrendered(pub(super) Public);

impl IntoResponse for Problem {
    fn into_response(self) -> Response {
        let mut response = self.0.respond(Language::Chinese, None);
        response.extensions_mut().insert(Unrendered(*self.0));
        response
    }
}

/// The shape of a problem, for the description of the API.
#[derive(Serialize, utoipa::ToSchema)]
#[schema(as = Problem)]
pub struct ProblemSchema {
    /// `urn:yinxin:error:<code>`
    pub r#type: String,
    /// The kind of problem.
    pub title: String,
    /// The HTTP status again.
    pub status: u16,
    /// Stable code.
    pub code: String,
    /// What happened and what to do.
    pub detail: String,
    /// Everything that is wrong with the request, if it is several things.
    pub faults: Option<Vec<FaultSchema>>,
    /// Give it to the operator when asking for help.
    pub request_id: Option<String>,
}

/// One fault, for the description of the API.
#[derive(Serialize, utoipa::ToSchema)]
#[schema(as = Fault)]
pub struct FaultSchema {
    /// Where.
    pub path: String,
    /// Stable code.
    pub code: String,
    /// What is wrong.
    pub message: String,
    /// What to do.
    pub remedy: String,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn english_only_when_it_is_preferred() {
        for (header, language) in [
            (None, Language::Chinese),
            (Some("en"), Language::English),
            (Some("zh-CN,zh;q=0.9,en;q=0.8"), Language::Chinese),
            (Some("en-US,en;q=0.9,zh;q=0.2"), Language::English),
            (Some("fr"), Language::Chinese),
            (Some("é,;q=,en;q=x"), Language::Chinese),
        ] {
            assert_eq!(Language::negotiate(header), language, "{header:?}");
        }
    }

    #[test]
    fn a_problem_has_the_shape_of_rfc_9457() {
        let public = Public::new(StatusCode::CONFLICT, "a.b", ("题", "Title"), ("述", "Detail")).with("who", "x");
        let body = public.body(Language::English, Some("req_1"));
        assert_eq!(
            body,
            json!({ "type": "urn:yinxin:error:a.b", "title": "Title", "status": 409, "code": "a.b", "detail": "Detail", "request_id": "req_1", "who": "x" })
        );
    }
}
