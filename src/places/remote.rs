//! A source of places on the network.

use super::answer::Answer;
use super::places_error::PlacesError;
use super::question::Question;
use super::service::Service;
use super::source::Places;
use crate::fetch::{FetchError, FetchResponse, Fetcher};
use async_trait::async_trait;
use std::sync::Arc;

/// The longest response, in bytes, that is read on the server's own thread. A longer one is read on
/// another thread, if threads are allowed, because other connections should not wait for it.
const INLINE_BYTES_MAX: usize = 64 * 1024;

/// A [`Service`] that is asked through a [`Fetcher`]: a source of places.
///
/// If the fetcher refuses to send a request, because a limit is reached or the service wants a
/// pause, the answer is `OVER_QUERY_LIMIT`.
///
/// ```
/// use herd::fetch::{Careful, FETCH_TIMEOUT, SurfFetcher};
/// use herd::places::{Photon, Remote};
/// use herd::runtime::AsyncStd;
///
/// let runtime = AsyncStd::new();
/// let fetcher = Careful::new(runtime.clone(), SurfFetcher::new(runtime), FETCH_TIMEOUT);
/// let places = Remote::new(fetcher, Photon::new()).with_threads();
/// ```
#[derive(Clone, Debug)]
pub struct Remote<F, S> {
    fetcher: F,
    service: Arc<S>,
    reading: Reading,
}

/// Where long responses are read.
#[derive(Clone, Copy, Debug)]
enum Reading {
    /// Where the fetcher is waited for.
    Inline,
    /// On a thread that may block.
    OnThread,
}

impl<F: Fetcher, S: Service> Remote<F, S> {
    /// The service, asked through this fetcher.
    pub fn new(fetcher: F, service: S) -> Self {
        Self { fetcher, service: Arc::new(service), reading: Reading::Inline }
    }

    /// The same, but long responses are read on threads for blocking work, so that nobody else
    /// waits meanwhile. A simulated world has no threads and does not use this.
    pub fn with_threads(self) -> Self {
        Self { reading: Reading::OnThread, ..self }
    }

    async fn read(
        &self,
        question: &Question,
        response: FetchResponse,
    ) -> Result<Answer, PlacesError> {
        match self.reading {
            Reading::OnThread if response.body().len() > INLINE_BYTES_MAX => {
                let (service, question) = (Arc::clone(&self.service), *question);
                blocking::unblock(move || service.answer(&question, response)).await
            }
            Reading::OnThread | Reading::Inline => self.service.answer(question, response),
        }
    }

    /// An error's text as clients may see it.
    fn tell(&self, error: &FetchError) -> String {
        let text = format!("no answer from the places service: {error}");
        let text = self.service.redact(text.into_bytes());
        String::from_utf8_lossy(&text).into_owned()
    }
}

#[async_trait]
impl<F: Fetcher, S: Service> Places for Remote<F, S> {
    async fn nearby(&self, question: &Question) -> Result<Answer, PlacesError> {
        let Some(request) = self.service.request(question) else {
            return Ok(Answer::zero_results());
        };
        match self.fetcher.fetch(request.asked_by(question.asker)).await {
            Ok(response) => self.read(question, response).await,
            Err(
                error @ (FetchError::Throttled { .. }
                | FetchError::OverBudget { .. }
                | FetchError::Busy { .. }),
            ) => Ok(Answer::refusal("OVER_QUERY_LIMIT", &self.tell(&error))),
            Err(error) => Err(PlacesError::new(self.tell(&error))),
        }
    }

    fn is_remote(&self) -> bool {
        true
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fetch::CannedFetcher;
    use crate::places::Photon;
    use crate::protocol::{Coordinates, MaxResults, Radius};
    use futures_lite::future::{block_on, poll_once};

    fn question() -> Question {
        let center = Coordinates { latitude: 1.0, longitude: 2.0 };
        let radius = Radius::from_metres(1000.0).expect("a kilometre is in range");
        Question::new(center, radius, MaxResults::new(1).expect("1 is at most 20"))
    }

    fn photon(answer: Result<FetchResponse, FetchError>) -> Remote<CannedFetcher, Photon> {
        Remote::new(CannedFetcher::new().with_answer("https://", answer), Photon::new())
    }

    /// Without it a chain would not go on to the next source, and a client would take a limit of ours
    /// for an outage.
    #[test]
    fn a_limit_of_ours_is_an_answer_and_no_error() {
        let host = || "a.test".to_owned();
        for error in [
            FetchError::Throttled { host: host(), left: std::time::Duration::from_millis(59_100) },
            FetchError::Busy { host: host() },
        ] {
            let text = format!("no answer from the places service: {error}");
            let answer = block_on(photon(Err(error)).nearby(&question()));
            assert_eq!(answer, Ok(Answer::refusal("OVER_QUERY_LIMIT", &text)));
        }
        let error = FetchError::Encoded { host: host() };
        let text = format!("no answer from the places service: {error}");
        assert_eq!(block_on(photon(Err(error)).nearby(&question())), Err(PlacesError::new(text)));
    }

    /// Before this, the whole server stopped while a long response was read.
    #[test]
    fn a_long_response_is_read_elsewhere() {
        let padding = " ".repeat(INLINE_BYTES_MAX);
        let response = FetchResponse::new(200, format!("{{\"features\":[]{padding}}}"));
        let inline = photon(Ok(response.clone()));
        let expected = block_on(poll_once(inline.nearby(&question()))).expect("it is read at once");
        let on_thread = inline.with_threads();
        assert_eq!(block_on(on_thread.nearby(&question())), expected);
        assert!(expected.is_ok(), "{expected:?}");
    }
}
