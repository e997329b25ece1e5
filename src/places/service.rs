//! The requests to a remote service of places, and its answers.

use super::answer::Answer;
use super::places_error::PlacesError;
use super::question::Question;
use crate::fetch::{FetchRequest, FetchResponse};

/// A service of places on the network, without the network: a question becomes a request, a response
/// becomes an answer. [`Remote`](super::Remote) makes a source of places of it.
pub trait Service: Send + Sync + 'static {
    /// The request for what the question wants. None if there is nothing to ask for: the answer
    /// then has no results.
    fn request(&self, question: &Question) -> Option<FetchRequest>;

    /// The answer in a response.
    ///
    /// # Errors
    /// When the response makes no sense. The text holds no secret: it goes to clients.
    fn answer(&self, question: &Question, response: FetchResponse) -> Result<Answer, PlacesError>;

    /// Removes the service's secrets from a text that goes to clients. A service without secrets
    /// returns it unchanged.
    fn redact(&self, text: Vec<u8>) -> Vec<u8> {
        text
    }
}
