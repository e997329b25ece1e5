//! Asking the source of places.

use crate::node::Lookup;
use crate::places::{Answer, AskerId, Places, PlacesError, Question};
use crate::runtime::{self, Clock, Turns};
use std::future::{self, Future};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::task::Poll;
use std::time::Duration;

/// The longest that a source of places is waited for. Sources have a time limit of their own; this
/// one is for a source that forgets it.
const LOOKUP_TIMEOUT: Duration = Duration::from_secs(10);

/// The source of places, and how long it may take.
pub(super) struct Lookups<C: Clock> {
    clock: C,
    places: Arc<dyn Places>,
    /// Whose question is put to the source next: one at a time, each connection in turn.
    turns: Turns,
    /// How many askers there have been.
    askers: AtomicU64,
}

/// The questions of one connection, which wait for each other before they wait for those of others.
/// So a connection with many questions is no further ahead than one with a single question.
#[derive(Debug, Default)]
pub(super) struct Asker {
    /// None until there is a question: most connections never ask.
    known: Option<KnownAsker>,
}

/// An asker that has asked. Sources of places tell it from others by its ID.
#[derive(Debug)]
struct KnownAsker {
    id: AskerId,
    turns: Turns,
}

impl<C: Clock> Lookups<C> {
    pub(super) fn new(clock: C, places: Arc<dyn Places>) -> Self {
        Self { clock, places, turns: Turns::default(), askers: AtomicU64::new(0) }
    }

    /// Numbers an asker, counted from 1: 0 is for questions whose asker does not matter.
    fn meet(&self) -> KnownAsker {
        let number = 1 + self.askers.fetch_add(1, Ordering::Relaxed);
        KnownAsker { id: AskerId::new(number), turns: Turns::default() }
    }

    /// Whether questions may go to somebody else's service.
    pub(super) fn are_remote(&self) -> bool {
        self.places.is_remote()
    }

    /// The whole reply to a WHATSAT beyond what its token may ask of remote sources today.
    pub(super) fn over_quota(lookup: Lookup) -> Vec<u8> {
        let Lookup { at_line: mut reply, max, .. } = lookup;
        let text = "this token has used up its questions to places services for today";
        Answer::refusal("OVER_QUERY_LIMIT", text).write(max, &mut reply);
        reply
    }

    /// The whole reply to a WHATSAT: the AT line and the answer, cut to what was asked for. A source
    /// that fails or takes too long still gives a reply, with the status `UNKNOWN_ERROR`.
    ///
    /// A source that computes its answers, as the gazetteer does, does so when it is first polled.
    /// That is done in turns, so that between two answers everybody else who is ready runs. A source
    /// that waits for others waits without a turn.
    pub(super) fn reply(
        &self,
        asker: &mut Asker,
        lookup: Lookup,
    ) -> impl Future<Output = Vec<u8>> + Send + 'static {
        let Lookup { at_line, center, radius, max } = lookup;
        let (clock, places) = (self.clock.clone(), Arc::clone(&self.places));
        let asker = asker.known.get_or_insert_with(|| self.meet());
        let question = Question::new(center, radius, max).asked_by(asker.id);
        let (own_turn, turn) = (asker.turns.take(), self.turns.take());
        async move {
            let mut answer = places.nearby(&question);
            let begun = {
                let _own_turn = own_turn.await;
                let _turn = turn.await;
                future::poll_fn(|cx| Poll::Ready(answer.as_mut().poll(cx))).await
            };
            let answer = match begun {
                Poll::Ready(answer) => Some(answer),
                Poll::Pending => runtime::timeout(&clock, LOOKUP_TIMEOUT, answer).await,
            };
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
