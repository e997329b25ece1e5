//! Sources of places as a trait.

use super::answer::Answer;
use super::places_error::PlacesError;
use super::question::Question;
use async_trait::async_trait;
use std::sync::Arc;

/// A source of places.
#[async_trait]
pub trait Places: Send + Sync + 'static {
    /// Finds what is near. A source that answers with a status of its own (`REQUEST_DENIED`, ...)
    /// has answered: that is an [`Answer`], not an error.
    ///
    /// # Errors
    /// When the source could not be reached, took too long, or made no sense. The client then gets
    /// a reply of the usual shape, with the status `UNKNOWN_ERROR` and the error's text.
    async fn nearby(&self, question: &Question) -> Result<Answer, PlacesError>;

    /// Whether a question may go to somebody else's service, which may cost money. Such questions
    /// count in the quota that each token has for them.
    fn is_remote(&self) -> bool {
        false
    }
}

#[async_trait]
impl<P: Places + ?Sized> Places for Arc<P> {
    async fn nearby(&self, question: &Question) -> Result<Answer, PlacesError> {
        (**self).nearby(question).await
    }

    fn is_remote(&self) -> bool {
        (**self).is_remote()
    }
}
