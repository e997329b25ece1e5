//! What a remote service of places is asked, and what it says.

use super::answer::Answer;
use super::places_error::PlacesError;
use super::question::Question;
use crate::fetch::{FetchRequest, FetchResponse};

/// A service of places on the network, without the network: a question becomes a request, a response
/// becomes an answer. [`Remote`](super::Remote) makes a source of places of it.
pub trait Service: Send + Sync + 'static {
    /// The request that asks for what the question wants; None when there is nothing to ask for, and
    /// the answer has no results.
    fn request(&self, question: &Question) -> Option<FetchRequest>;

    /// The answer in a response.
    ///
    /// # Errors
    /// When the response makes no sense. The text holds no secret: it goes to clients.
    fn answer(&self, question: &Question, response: FetchResponse) -> Result<Answer, PlacesError>;

    /// The text without the service's secrets, before it goes to clients. A service without secrets
    /// leaves it as it is.
    fn redact(&self, text: Vec<u8>) -> Vec<u8> {
        text
    }
}
