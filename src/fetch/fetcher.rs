//! HTTP as a trait.

use super::error::FetchError;
use super::request::FetchRequest;
use super::response::FetchResponse;
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
