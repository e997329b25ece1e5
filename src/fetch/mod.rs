//! HTTP as a trait, so that a source of places can be real or stubbed.
//!
//! This room owns how a question travels: connections, TLS, time and size limits. It knows nothing
//! of places, and its errors never hold a URL's query or a header, where keys are.

mod bounded;
mod breaker;
mod canned;
mod careful;
mod connection;
mod dialer;
mod error;
mod pool;
mod request;
mod response;
mod retrying;
mod roots;
mod surf;
mod time_limited;
mod transport;

pub use self::bounded::{Bounded, REQUESTS_AT_ONCE_MAX};
pub use self::breaker::{Breaker, FAILURES_MAX, PROBE_SPAN};
pub use self::canned::{CannedFetcher, REQUESTS_KEPT_MAX};
pub use self::careful::careful;
pub use self::connection::{BODY_BYTES_MAX, HEAD_BYTES_MAX};
pub use self::error::FetchError;
pub use self::pool::{IDLE_CONNECTIONS_MAX, IDLE_SPAN_MAX};
pub use self::request::{FetchRequest, Method};
pub use self::response::FetchResponse;
pub use self::retrying::{RETRY_SPAN_MAX, RETRY_SPAN_MIN, Retrying};
pub use self::roots::{InvalidRoots, Roots};
pub use self::surf::{FETCH_TIMEOUT, SurfFetcher};
pub use self::time_limited::TimeLimited;
pub use url::Url;

use async_trait::async_trait;
use std::sync::Arc;

/// Something that can ask over HTTP.
#[async_trait]
pub trait Fetcher: Send + Sync + 'static {
    /// Sends a request and waits for the whole response. Any status is a response, and a redirect
    /// is one too: nobody is asked but the URL's own host, for the request may hold a key.
    ///
    /// # Errors
    /// When no whole response came, or it broke a limit.
    async fn fetch(&self, request: FetchRequest) -> Result<FetchResponse, FetchError>;
}

#[async_trait]
impl<F: Fetcher + ?Sized> Fetcher for Arc<F> {
    async fn fetch(&self, request: FetchRequest) -> Result<FetchResponse, FetchError> {
        (**self).fetch(request).await
    }
}
