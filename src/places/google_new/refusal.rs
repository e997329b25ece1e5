//! Google's errors in the statuses of Nearby Search.

use crate::places::answer::Answer;
use crate::places::json_text::read_json;
use crate::places::lenient::Lenient;
use serde::Deserialize;

/// The reply for an HTTP status that is an error, with Google's own message where there is one; None
/// where Nearby Search has no status for it.
pub(super) fn answer(http_status: u16, json: &[u8]) -> Option<Answer> {
    let Body { error } = read_json("error", json).unwrap_or_default();
    let status = match http_status {
        400 if error.is_about_the_key() => "REQUEST_DENIED",
        400 => "INVALID_REQUEST",
        401 | 403 => "REQUEST_DENIED",
        429 => "OVER_QUERY_LIMIT",
        500..=599 => "UNKNOWN_ERROR",
        _ => return None,
    };
    let message = match error.message {
        Some(message) => message,
        None => format!("the places service answered {http_status}"),
    };
    Some(Answer::refusal(status, &message))
}

#[derive(Default, Deserialize)]
struct Body {
    #[serde(default)]
    error: Status,
}

/// A `google.rpc.Status`.
#[derive(Default, Deserialize)]
struct Status {
    message: Option<String>,
    #[serde(default)]
    details: Lenient<Detail>,
}

/// One of its details; those of type `google.rpc.ErrorInfo` have a reason.
#[derive(Deserialize)]
struct Detail {
    reason: Option<String>,
}

impl Status {
    fn is_about_the_key(&self) -> bool {
        self.details.0.iter().any(|detail| detail.reason.as_deref() == Some("API_KEY_INVALID"))
    }
}
