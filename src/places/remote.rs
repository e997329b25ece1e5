//! A source of places on the network.

use super::answer::Answer;
use super::places_error::PlacesError;
use super::question::Question;
use super::service::Service;
use super::source::Places;
use crate::fetch::Fetcher;
use async_trait::async_trait;

/// A [`Service`] that is asked through a [`Fetcher`]: a source of places.
///
/// ```
/// use herd::fetch::{Careful, FETCH_TIMEOUT, SurfFetcher};
/// use herd::places::{Photon, Remote};
/// use herd::runtime::AsyncStd;
///
/// let runtime = AsyncStd::new();
/// let fetcher = Careful::new(runtime.clone(), SurfFetcher::new(runtime), FETCH_TIMEOUT);
/// let places = Remote::new(fetcher, Photon::new());
/// ```
#[derive(Clone, Debug)]
pub struct Remote<F, S> {
    fetcher: F,
    service: S,
}

impl<F: Fetcher, S: Service> Remote<F, S> {
    /// The service, asked through this fetcher.
    pub fn new(fetcher: F, service: S) -> Self {
        Self { fetcher, service }
    }
}

#[async_trait]
impl<F: Fetcher, S: Service> Places for Remote<F, S> {
    async fn nearby(&self, question: &Question) -> Result<Answer, PlacesError> {
        let Some(request) = self.service.request(question) else {
            return Ok(Answer::zero_results());
        };
        match self.fetcher.fetch(request).await {
            Ok(response) => self.service.answer(question, response),
            Err(error) => {
                let text = format!("no answer from the places service: {error}");
                let text = self.service.redact(text.into_bytes());
                Err(PlacesError::new(String::from_utf8_lossy(&text)))
            }
        }
    }
}
