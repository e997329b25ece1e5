//! What comes back over HTTP.

use super::retry_after::RetryAfter;

/// A whole response.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FetchResponse {
    status: u16,
    retry_after: Option<RetryAfter>,
    body: Vec<u8>,
}

impl FetchResponse {
    /// A response with this status and body.
    pub fn new(status: u16, body: impl Into<Vec<u8>>) -> Self {
        Self { status, retry_after: None, body: body.into() }
    }

    /// The same response, which says when the service wants to be asked again.
    pub fn with_retry_after(self, retry_after: RetryAfter) -> Self {
        Self { retry_after: Some(retry_after), ..self }
    }

    /// The status, such as 200.
    pub fn status(&self) -> u16 {
        self.status
    }

    /// When the service wants to be asked again, if it says so.
    pub fn retry_after(&self) -> Option<RetryAfter> {
        self.retry_after
    }

    /// The body.
    pub fn body(&self) -> &[u8] {
        &self.body
    }

    /// The body, without a copy.
    pub fn into_body(self) -> Vec<u8> {
        self.body
    }
}
