//! The real fetcher: surf, over connections of the runtime's.

use super::dialer::Dialer;
use super::error::FetchError;
use super::fetcher::Fetcher;
use super::proxy::Proxies;
use super::request::{FetchRequest, Method};
use super::response::FetchResponse;
use super::retry_after::RetryAfter;
use crate::runtime::Runtime;
use crate::tls::{ClientSide, Roots};
use ::surf::http::headers::{HeaderName, HeaderValue, RETRY_AFTER};
use ::surf::http::{Error, Method as SurfMethod};
use async_trait::async_trait;
use std::fmt;
use std::marker::PhantomData;

/// A [`Fetcher`] that asks over the network: HTTP/1.1, plain or over TLS 1.2 and 1.3.
///
/// A connection is kept for the next request to the same origin. Redirects are not followed, and
/// bodies come as they are, never compressed. It has no limit on time: put it into a
/// [`Careful`](super::Careful), which has.
pub struct SurfFetcher<R: Runtime> {
    client: ::surf::Client,
    runtime: PhantomData<fn() -> R>,
}

impl<R: Runtime> SurfFetcher<R> {
    /// A fetcher that trusts the certificate authorities that the platform trusts. It reads the platform's certificates, which
    /// blocks for some milliseconds.
    pub fn new(runtime: R) -> Self {
        Self::trusting(runtime, Roots::platform())
    }

    /// A fetcher that trusts these authorities only.
    pub fn trusting(runtime: R, roots: Roots) -> Self {
        Self::with_proxies(runtime, roots, Proxies::default())
    }

    /// A fetcher that trusts these authorities only, and asks through these proxies.
    pub fn with_proxies(runtime: R, roots: Roots, proxies: Proxies) -> Self {
        let dialer = Dialer::new(runtime.clone(), ClientSide::new(roots, None, &runtime), proxies);
        Self { client: ::surf::Client::with_http_client(dialer), runtime: PhantomData }
    }

    async fn exchange(&self, request: ::surf::Request) -> Result<FetchResponse, Error> {
        let mut response = self.client.send(request).await?;
        let body = response.body_bytes().await?;
        let fetched = FetchResponse::new(response.status().into(), body);
        let retry_after = response.header(RETRY_AFTER).and_then(|all| {
            let last: &HeaderValue = all.last();
            RetryAfter::parse(last.as_str())
        });
        Ok(match retry_after {
            Some(retry_after) => fetched.with_retry_after(retry_after),
            None => fetched,
        })
    }
}

#[async_trait]
impl<R: Runtime> Fetcher for SurfFetcher<R> {
    async fn fetch(&self, request: FetchRequest) -> Result<FetchResponse, FetchError> {
        let host = request.host();
        self.exchange(surf_request(request)?).await.map_err(|error| {
            // Only the dialer makes errors, and of the one kind; an unknown text stays here.
            let unknown = |_| FetchError::Broken { host, why: "surf failed".to_owned() };
            error.downcast().unwrap_or_else(unknown)
        })
    }
}

/// The request in surf's words.
fn surf_request(request: FetchRequest) -> Result<::surf::Request, FetchError> {
    let method = match request.method() {
        Method::Get => SurfMethod::Get,
        Method::Post => SurfMethod::Post,
    };
    let mut surf_request = ::surf::Request::new(method, request.url().clone());
    for (name, value) in request.headers() {
        let invalid = |_| FetchError::InvalidRequest(format!("header {name:?} is not ASCII"));
        let key = HeaderName::from_bytes(name.clone().into_bytes()).map_err(invalid)?;
        let value = HeaderValue::from_bytes(value.clone().into_bytes()).map_err(invalid)?;
        surf_request.append_header(key, value);
    }
    // A body of surf's brings a content type along, which a GET has no use for.
    if request.method() == Method::Post {
        surf_request.set_body(request.into_body());
    }
    Ok(surf_request)
}

impl<R: Runtime> fmt::Debug for SurfFetcher<R> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SurfFetcher").finish_non_exhaustive()
    }
}
