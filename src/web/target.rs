//! What a request is about: its path and its parameters.

use super::parameters::{Parameters, percent_decoded};
use hyper::Uri;

/// The path, still encoded, and the parameters of the query.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Target {
    path: String,
    pub(super) parameters: Parameters,
}

impl Target {
    pub(super) fn parse(uri: &Uri) -> Self {
        let parameters = Parameters::parse(uri.query().unwrap_or_default().as_bytes());
        Self { path: uri.path().to_owned(), parameters }
    }

    /// The path without a slash at its end, except for the path `/`.
    pub(super) fn path(&self) -> &str {
        match self.path.trim_end_matches('/') {
            "" => "/",
            path => path,
        }
    }

    /// What follows `prefix`, decoded; None if the path does not begin so, or nothing follows.
    pub(super) fn behind(&self, prefix: &str) -> Option<Vec<u8>> {
        let rest = self.path.strip_prefix(prefix).filter(|rest| !rest.is_empty())?;
        Some(percent_decoded(rest.as_bytes()))
    }

    /// Takes `/t/TOKEN` off the path's beginning.
    pub(super) fn take_token(&mut self) -> Option<String> {
        let rest = self.path.strip_prefix("/t/")?;
        let (token, path) = rest.split_at(rest.find('/').unwrap_or(rest.len()));
        let token = String::from_utf8_lossy(&percent_decoded(token.as_bytes())).into_owned();
        self.path = if path.is_empty() { "/".to_owned() } else { path.to_owned() };
        Some(token)
    }
}
