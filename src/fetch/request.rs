//! A request over HTTP.

use super::asker::AskerId;
use std::fmt;
use url::Url;

/// The method of a request.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Method {
    /// GET: asks for what is at the URL.
    Get,
    /// Sends a body to the URL.
    Post,
}

/// A request: what [`Fetcher::fetch`](super::Fetcher::fetch) sends.
///
/// Its `Debug` names the method and the host only, for the rest may hold keys.
///
/// ```
/// use herd::fetch::FetchRequest;
///
/// let request = FetchRequest::post("http://127.0.0.1:8080/search".parse()?, b"{}".to_vec())
///     .with_header("content-type", "application/json");
/// assert_eq!(format!("{request:?}"), "FetchRequest(Post 127.0.0.1:8080)");
/// # Ok::<(), url::ParseError>(())
/// ```
#[derive(Clone, PartialEq, Eq)]
pub struct FetchRequest {
    method: Method,
    url: Url,
    headers: Vec<(String, String)>,
    body: Vec<u8>,
    asker: AskerId,
}

impl FetchRequest {
    /// Asks for what is at `url`, an `http` or `https` one.
    pub fn get(url: Url) -> Self {
        Self::new(Method::Get, url, Vec::new())
    }

    /// Sends `body` to `url`, an `http` or `https` one.
    pub fn post(url: Url, body: Vec<u8>) -> Self {
        Self::new(Method::Post, url, body)
    }

    fn new(method: Method, url: Url, body: Vec<u8>) -> Self {
        Self { method, url, headers: Vec::new(), body, asker: AskerId::default() }
    }

    /// The same request with one header more. A fetcher sees to `Host` and to the body's length by
    /// itself.
    pub fn with_header(mut self, name: impl Into<String>, value: impl Into<String>) -> Self {
        self.headers.push((name.into(), value.into()));
        self
    }

    /// The same request on behalf of `asker`, of which the other side learns nothing.
    pub fn asked_by(self, asker: AskerId) -> Self {
        Self { asker, ..self }
    }

    /// The method.
    pub fn method(&self) -> Method {
        self.method
    }

    /// The URL.
    pub fn url(&self) -> &Url {
        &self.url
    }

    /// The headers, in the order they were added: names and values.
    pub fn headers(&self) -> &[(String, String)] {
        &self.headers
    }

    /// The body; empty for a GET.
    pub fn body(&self) -> &[u8] {
        &self.body
    }

    /// Who asks.
    pub fn asker(&self) -> AskerId {
        self.asker
    }

    /// The URL's host, with the port unless that is the scheme's own: what errors may name. Empty
    /// where the URL has no host.
    pub fn host(&self) -> String {
        host_of(&self.url)
    }

    pub(super) fn into_body(self) -> Vec<u8> {
        self.body
    }
}

/// A URL's host, and its port where that is not the scheme's own.
pub(super) fn host_of(url: &Url) -> String {
    let host = url.host_str().unwrap_or_default();
    match url.port() {
        Some(port) => format!("{host}:{port}"),
        None => host.to_owned(),
    }
}

impl fmt::Debug for FetchRequest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "FetchRequest({:?} {})", self.method, self.host())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Without it a request that is logged would put the key into the log.
    #[test]
    fn debug_shows_no_place_where_a_key_can_be() {
        let url = "https://user:key@places.test/key/json?key=key".parse().unwrap();
        let request = FetchRequest::get(url).with_header("x-key", "key");
        assert_eq!(format!("{request:?}"), "FetchRequest(Get places.test)");
    }
}
