//! Answers that were set beforehand.

use super::error::FetchError;
use super::fetcher::Fetcher;
use super::request::FetchRequest;
use super::response::FetchResponse;
use async_trait::async_trait;
use std::collections::VecDeque;
use std::sync::{Mutex, MutexGuard};

/// How many requests a [`CannedFetcher`] keeps; older ones are forgotten.
pub const REQUESTS_KEPT_MAX: usize = 1_000;

/// A [`Fetcher`] that sends nothing and answers what it was told to, for tests and demonstrations.
///
/// ```
/// use herd::fetch::{CannedFetcher, FetchRequest, FetchResponse, Fetcher};
///
/// # async_std::task::block_on(async {
/// let fetcher = CannedFetcher::new()
///     .with_answer("http://places.test/", Ok(FetchResponse::new(503, "")))
///     .with_answer("http://places.test/", Ok(FetchResponse::new(200, "{}")));
/// let request = FetchRequest::get("http://places.test/near?me".parse()?);
/// assert_eq!(fetcher.fetch(request.clone()).await?.status(), 503);
/// assert_eq!(fetcher.fetch(request.clone()).await?.status(), 200);
/// assert_eq!(fetcher.requests(), [request.clone(), request]);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// # }).unwrap();
/// ```
#[derive(Debug, Default)]
pub struct CannedFetcher {
    state: Mutex<State>,
}

#[derive(Debug, Default)]
struct State {
    cans: Vec<Can>,
    requests: VecDeque<FetchRequest>,
}

#[derive(Debug)]
struct Can {
    url_prefix: String,
    answers: VecDeque<Result<FetchResponse, FetchError>>,
}

impl CannedFetcher {
    /// A fetcher that can connect to nobody yet.
    pub fn new() -> Self {
        Self::default()
    }

    /// Adds an answer for URLs that begin with `url_prefix`. Answers for the same prefix are given
    /// one after the other, the last one again and again; of several prefixes that fit, the first
    /// one added counts.
    pub fn with_answer(self, url_prefix: &str, answer: Result<FetchResponse, FetchError>) -> Self {
        let mut state = self.lock();
        match state.cans.iter_mut().find(|can| can.url_prefix == url_prefix) {
            Some(can) => can.answers.push_back(answer),
            None => {
                state.cans.push(Can { url_prefix: url_prefix.to_owned(), answers: [answer].into() })
            }
        }
        drop(state);
        self
    }

    /// The requests that came, oldest first, at most the last [`REQUESTS_KEPT_MAX`].
    pub fn requests(&self) -> Vec<FetchRequest> {
        self.lock().requests.iter().cloned().collect()
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().expect("nothing panics while it holds the lock")
    }
}

impl State {
    fn answer(&mut self, request: FetchRequest) -> Result<FetchResponse, FetchError> {
        let can =
            self.cans.iter_mut().find(|can| request.url().as_str().starts_with(&can.url_prefix));
        let answer = match can {
            Some(can) if can.answers.len() > 1 => can.answers.pop_front(),
            Some(can) => can.answers.front().cloned(),
            None => None,
        };
        let host = request.host();
        if self.requests.len() == REQUESTS_KEPT_MAX {
            self.requests.pop_front();
        }
        self.requests.push_back(request);
        answer.unwrap_or_else(|| {
            Err(FetchError::NotConnected { host, why: "no answer was set for it".to_owned() })
        })
    }
}

#[async_trait]
impl Fetcher for CannedFetcher {
    async fn fetch(&self, request: FetchRequest) -> Result<FetchResponse, FetchError> {
        self.lock().answer(request)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use futures_lite::future::block_on;

    fn fetch(fetcher: &CannedFetcher, url: &str) -> Result<FetchResponse, String> {
        let request = FetchRequest::get(url.parse().expect("the test's URL is good"));
        block_on(fetcher.fetch(request)).map_err(|error| error.to_string())
    }

    /// Without it a test could be answered by the wrong can and prove nothing.
    #[test]
    fn the_first_prefix_that_fits_answers_and_its_last_answer_stays() {
        let broken = FetchError::Broken { host: "a.test".to_owned(), why: "reset".to_owned() };
        let fetcher = CannedFetcher::new()
            .with_answer("http://a.test/x", Err(broken))
            .with_answer("http://a.test/", Ok(FetchResponse::new(200, "all")))
            .with_answer("http://a.test/x", Ok(FetchResponse::new(201, "x")));
        let broken = Err("no whole reply from a.test: reset".to_owned());
        assert_eq!(fetch(&fetcher, "http://a.test/x?1"), broken);
        assert_eq!(fetch(&fetcher, "http://a.test/x?2"), Ok(FetchResponse::new(201, "x")));
        assert_eq!(fetch(&fetcher, "http://a.test/x?3"), Ok(FetchResponse::new(201, "x")));
        assert_eq!(fetch(&fetcher, "http://a.test/y"), Ok(FetchResponse::new(200, "all")));
        let unknown = "could not connect to b.test:81: no answer was set for it".to_owned();
        assert_eq!(fetch(&fetcher, "http://b.test:81/"), Err(unknown));
    }

    /// Without it a long-lived stub would grow for ever.
    #[test]
    fn only_the_last_requests_are_kept() {
        let fetcher = CannedFetcher::new();
        for number in 0..=REQUESTS_KEPT_MAX {
            fetch(&fetcher, &format!("http://a.test/{number}")).expect_err("nothing is set");
        }
        let requests = fetcher.requests();
        assert_eq!(requests.len(), REQUESTS_KEPT_MAX);
        assert_eq!(requests[0].url().path(), "/1");
    }
}
