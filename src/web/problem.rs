//! What went wrong with a request, as RFC 9457 says it.

use super::credential::Credential;
use super::reply::{self, Reply};
use hyper::StatusCode;
use hyper::header::{ALLOW, CONNECTION, HeaderValue, RETRY_AFTER, WWW_AUTHENTICATE};
use serde_json::json;
use std::borrow::Cow;

/// The seconds after which a request that cannot be answered now may come again.
const RETRY_AFTER_SECONDS: u32 = 10;

/// Why a request is not answered.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Problem {
    status: StatusCode,
    detail: Cow<'static, str>,
    allow: Option<&'static str>,
}

impl Problem {
    pub(super) fn new(status: StatusCode, detail: impl Into<Cow<'static, str>>) -> Self {
        Self { status, detail: detail.into(), allow: None }
    }

    /// The request itself is wrong.
    pub(super) fn bad(detail: impl Into<Cow<'static, str>>) -> Self {
        Self::new(StatusCode::BAD_REQUEST, detail)
    }

    /// There is nothing of that name.
    pub(super) fn not_found(detail: &'static str) -> Self {
        Self::new(StatusCode::NOT_FOUND, detail)
    }

    /// The method is not one of `allow`.
    pub(super) fn method(allow: &'static str) -> Self {
        let problem = Self::new(StatusCode::METHOD_NOT_ALLOWED, "this method is not known here");
        Self { allow: Some(allow), ..problem }
    }

    /// What was shown is not enough for what is asked.
    pub(super) fn refused(credential: &Credential) -> Self {
        match credential.is_none() {
            true => Self::new(StatusCode::UNAUTHORIZED, "this needs a token"),
            false => Self::forbidden(),
        }
    }

    /// The token that was shown permits other things, but not this.
    pub(super) fn forbidden() -> Self {
        Self::new(StatusCode::FORBIDDEN, "the token is not good for this")
    }

    /// The same request may succeed later.
    pub(super) fn later(detail: &'static str) -> Self {
        Self::new(StatusCode::SERVICE_UNAVAILABLE, detail)
    }

    /// The journal has failed, so nothing can be promised any more.
    pub(super) fn journal() -> Self {
        Self::later("the server's journal has failed")
    }

    /// The reply that says so. `error` repeats the detail for Overland, which shows that member.
    pub(super) fn into_reply(self) -> Reply {
        let body = json!({
            "type": "about:blank",
            "title": self.status.canonical_reason().unwrap_or_default(),
            "status": self.status.as_u16(),
            "detail": self.detail,
            "error": self.detail,
        });
        let mut reply = reply::reply(self.status, "application/problem+json", body.to_string());
        if let Some(allow) = self.allow {
            reply::set(&mut reply, ALLOW, allow);
        }
        match self.status {
            StatusCode::SERVICE_UNAVAILABLE => {
                reply.headers_mut().insert(RETRY_AFTER, HeaderValue::from(RETRY_AFTER_SECONDS));
            }
            StatusCode::UNAUTHORIZED => {
                reply::set(&mut reply, WWW_AUTHENTICATE, "Basic realm=\"herd\", charset=\"UTF-8\"");
            }
            // What is left of the body is not worth reading.
            StatusCode::PAYLOAD_TOO_LARGE | StatusCode::REQUEST_TIMEOUT => {
                reply::set(&mut reply, CONNECTION, "close");
            }
            _ => {}
        }
        reply
    }
}
