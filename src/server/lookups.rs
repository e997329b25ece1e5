//! Asking the source of places.

use crate::node::Lookup;
use crate::places::{Answer, Places, PlacesError, Question};
use crate::runtime::{self, Runtime};
use std::future::Future;
use std::sync::Arc;
use std::time::Duration;

/// The longest that a source of places is waited for. Sources have a time limit of their own; this
/// one is for a source that forgets it.
const LOOKUP_TIMEOUT: Duration = Duration::from_secs(10);

/// The source of places, and how long it may take.
pub(super) struct Lookups<C: Runtime> {
    clock: C,
    places: Arc<dyn Places>,
}

impl<C: Runtime> Lookups<C> {
    pub(super) fn new(clock: C, places: Arc<dyn Places>) -> Self {
        Self { clock, places }
    }

    /// The whole reply to a WHATSAT: the AT line and the answer, cut to what was asked for. A source
    /// that fails or takes too long still gives a reply, with the status `UNKNOWN_ERROR`.
    pub(super) fn reply(&self, lookup: Lookup) -> impl Future<Output = Vec<u8>> + Send + 'static {
        let Lookup { at_line, center, radius, max } = lookup;
        let (clock, places) = (self.clock.clone(), Arc::clone(&self.places));
        async move {
            let question = Question { center, radius, max };
            let answer = runtime::timeout(&clock, LOOKUP_TIMEOUT, places.nearby(&question)).await;
            let answer = match answer {
                Some(Ok(answer)) => answer,
                Some(Err(error)) => Answer::unknown_error(&error),
                None => Answer::unknown_error(&PlacesError::new("the places service is too slow")),
            };
            let mut reply = at_line;
            answer.write(max, &mut reply);
            reply
        }
    }
}
