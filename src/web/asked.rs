//! A request, taken apart.

use super::credential::Credential;
use super::parameters::Parameters;
use hyper::HeaderMap;
use hyper::body::Incoming;

/// What is left of a request once its path has said where it goes, and its credential was taken out.
pub(super) struct Asked {
    pub(super) parameters: Parameters,
    pub(super) headers: HeaderMap,
    pub(super) credential: Credential,
    pub(super) body: Incoming,
}

impl Asked {
    /// The text of a header; None if there is none, or it is not ASCII.
    pub(super) fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name)?.to_str().ok()
    }
}
