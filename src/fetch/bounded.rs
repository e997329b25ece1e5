//! A limit on requests at a time.

use super::{FetchError, FetchRequest, FetchResponse, Fetcher};
use async_lock::Semaphore;
use async_trait::async_trait;

/// How many requests a source of places gets at a time.
pub const REQUESTS_AT_ONCE_MAX: usize = 32;

/// A [`Fetcher`] that has so many requests under way at a time; others wait their turn.
#[derive(Debug)]
pub struct Bounded<F> {
    permits: Semaphore,
    fetcher: F,
}

impl<F: Fetcher> Bounded<F> {
    /// The same fetcher with at most `requests_max` requests at a time.
    pub fn new(fetcher: F, requests_max: usize) -> Self {
        Self { permits: Semaphore::new(requests_max), fetcher }
    }
}

#[async_trait]
impl<F: Fetcher> Fetcher for Bounded<F> {
    async fn fetch(&self, request: FetchRequest) -> Result<FetchResponse, FetchError> {
        let _permit = self.permits.acquire().await;
        self.fetcher.fetch(request).await
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use futures_lite::future::{block_on, pending, poll_once};

    /// A service that never answers, and counts who waits for it.
    struct Hung;

    #[async_trait]
    impl Fetcher for Hung {
        async fn fetch(&self, request: FetchRequest) -> Result<FetchResponse, FetchError> {
            match request.url().path() {
                "/hang" => pending().await,
                _ => Ok(FetchResponse::new(200, "")),
            }
        }
    }

    fn request(path: &str) -> FetchRequest {
        FetchRequest::get(format!("http://a.test{path}").parse().expect("the URL is good"))
    }

    /// Without it a slow service would get as many requests as there are clients, and be slower.
    #[test]
    fn requests_beyond_the_limit_wait_their_turn() {
        block_on(async {
            let bounded = Bounded::new(Hung, 2);
            let mut first = bounded.fetch(request("/hang"));
            let mut second = bounded.fetch(request("/hang"));
            let mut third = bounded.fetch(request("/"));
            assert_eq!(poll_once(&mut first).await, None);
            assert_eq!(poll_once(&mut second).await, None);
            assert_eq!(poll_once(&mut third).await, None);
            drop(first);
            assert_eq!(poll_once(&mut third).await, Some(Ok(FetchResponse::new(200, ""))));
        });
    }
}
