//! What comes back over HTTP.

/// A whole response.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FetchResponse {
    status: u16,
    body: Vec<u8>,
}

impl FetchResponse {
    /// A response with this status and body.
    pub fn new(status: u16, body: impl Into<Vec<u8>>) -> Self {
        Self { status, body: body.into() }
    }

    /// The status, such as 200.
    pub fn status(&self) -> u16 {
        self.status
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
