//! Equal questions that are asked once.

use super::answer::Answer;
use super::places_error::PlacesError;
use super::question::Question;
use super::source::Places;
use async_lock::OnceCell;
use async_trait::async_trait;
use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard};

/// A source that is asked once for equal questions that are under way at the same time: about the same
/// position, to the last digit, and the same radius. For how many places they ask makes no
/// difference, for each gets the same answer cut to what it wants.
///
/// Nothing is kept once the answer is there. If the first asker gives up, the next one asks.
#[derive(Debug)]
pub struct Coalesced<P> {
    source: P,
    flights: Mutex<BTreeMap<Key, Flight>>,
}

/// A question on its way: the first asker fills the cell, the others wait for that.
type Flight = Arc<OnceCell<Result<Answer, PlacesError>>>;

/// Latitude, longitude and radius bit by bit, and whether any place is wanted.
type Key = (u64, u64, u64, bool);

impl<P: Places> Coalesced<P> {
    /// The same source, asked once for equal questions.
    pub fn new(source: P) -> Self {
        Self { source, flights: Mutex::default() }
    }

    fn flights(&self) -> MutexGuard<'_, BTreeMap<Key, Flight>> {
        self.flights.lock().expect("nothing panics while it holds the lock")
    }

    fn board(&self, question: &Question) -> Seat<'_, P> {
        let key = key(question);
        let flight = Arc::clone(self.flights().entry(key).or_default());
        Seat { coalesced: self, key, flight }
    }
}

fn key(question: &Question) -> Key {
    let Question { center, radius, max: _, asker: _ } = question;
    let [latitude, longitude, metres] =
        [center.latitude, center.longitude, radius.metres()].map(f64::to_bits);
    (latitude, longitude, metres, question.wants_any())
}

#[async_trait]
impl<P: Places> Places for Coalesced<P> {
    async fn nearby(&self, question: &Question) -> Result<Answer, PlacesError> {
        let seat = self.board(question);
        let question = question.for_everyone();
        let ask = || async {
            let answer = self.source.nearby(&question).await;
            answer.map(Answer::into_shareable)
        };
        seat.flight.get_or_init(ask).await.clone()
    }

    fn is_remote(&self) -> bool {
        self.source.is_remote()
    }
}

/// An asker that waits for a flight's answer.
struct Seat<'a, P: Places> {
    coalesced: &'a Coalesced<P>,
    key: Key,
    flight: Flight,
}

impl<P: Places> Drop for Seat<'_, P> {
    /// The first to leave with an answer ends the flight, and so does the last to give up.
    fn drop(&mut self) {
        let mut flights = self.coalesced.flights();
        let is_last = Arc::strong_count(&self.flight) == 2;
        let is_over = self.flight.is_initialized() || is_last;
        if is_over && flights.get(&self.key).is_some_and(|ours| Arc::ptr_eq(ours, &self.flight)) {
            flights.remove(&self.key);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::protocol::{Coordinates, MaxResults, Radius};
    use async_lock::Semaphore;
    use futures_lite::future::{block_on, poll_once};
    use std::sync::atomic::{AtomicUsize, Ordering::Relaxed};

    /// A source that answers when it is let, and counts what it is asked.
    struct Slow {
        asked: AtomicUsize,
        gate: Semaphore,
    }

    #[async_trait]
    impl Places for Arc<Slow> {
        async fn nearby(&self, question: &Question) -> Result<Answer, PlacesError> {
            self.asked.fetch_add(1, Relaxed);
            let _permit = self.gate.acquire().await;
            let numbers = vec!["1"; question.max.get()].join(",");
            let json = format!(r#"{{"results":[{numbers}],"status":"OK"}}"#);
            Ok(Answer::trusted(json.into_bytes()))
        }
    }

    fn question(latitude: f64, radius: &str, max: u8) -> Question {
        Question::new(
            Coordinates { latitude, longitude: 7.0 },
            Radius::parse(radius.as_bytes()).expect("the test's radius is good"),
            MaxResults::new(max).expect("the test's max is at most 20"),
        )
    }

    fn text(answer: &Answer, max: u8) -> String {
        let mut out = Vec::new();
        answer.write(MaxResults::new(max).expect("it is at most 20"), &mut out);
        String::from_utf8(out).expect("a reply is UTF-8")
    }

    fn slow() -> (Arc<Slow>, Coalesced<Arc<Slow>>) {
        let slow = Arc::new(Slow { asked: AtomicUsize::new(0), gate: Semaphore::new(0) });
        (slow.clone(), Coalesced::new(slow))
    }

    /// Without it a crowd in one place would be billed for a crowd of requests; and without its cut
    /// each of them would get as many places as another wanted.
    #[test]
    fn equal_questions_are_asked_once_and_each_gets_what_it_wants() {
        block_on(async {
            let (source, coalesced) = slow();
            let (one, two) = (question(1.0, "10", 1), question(1.0, "10.0", 2));
            let (mut first, mut second) = (coalesced.nearby(&one), coalesced.nearby(&two));
            assert_eq!(poll_once(&mut first).await, None);
            assert_eq!(poll_once(&mut second).await, None);
            source.gate.add_permits(1);
            let (first, second) = (first.await.expect("it answers"), second.await);
            assert_eq!(text(&first, 1), "{\"results\":[1],\"status\":\"OK\"}\n\n");
            let second = second.expect("it answers");
            assert_eq!(text(&second, 2), "{\"results\":[1,1],\"status\":\"OK\"}\n\n");
            assert_eq!(source.asked.load(Relaxed), 1);
            assert!(coalesced.flights().is_empty(), "nothing is kept");
            coalesced.nearby(&one).await.expect("it answers");
            assert_eq!(source.asked.load(Relaxed), 2, "nothing is kept");
        });
    }

    /// Without it somebody would get the places of another place.
    #[test]
    fn questions_that_differ_are_asked_each() {
        block_on(async {
            let (source, coalesced) = slow();
            let questions = [
                question(1.0, "10", 1),
                question(1.0000001, "10", 1),
                question(1.0, "11", 1),
                question(1.0, "10", 0),
            ];
            let mut flights: Vec<_> = questions.iter().map(|one| coalesced.nearby(one)).collect();
            for flight in &mut flights {
                assert_eq!(poll_once(flight).await, None);
            }
            assert_eq!(source.asked.load(Relaxed), 4);
            drop(flights);
            assert!(coalesced.flights().is_empty(), "who gives up leaves nothing");
        });
    }

    /// Without it one client that hangs up would take the answer from all the others.
    #[test]
    fn when_the_first_gives_up_the_next_asks() {
        block_on(async {
            let (source, coalesced) = slow();
            let one = question(1.0, "10", 1);
            let (mut first, mut second) = (coalesced.nearby(&one), coalesced.nearby(&one));
            assert_eq!(poll_once(&mut first).await, None);
            assert_eq!(poll_once(&mut second).await, None);
            drop(first);
            assert_eq!(poll_once(&mut second).await, None);
            assert_eq!(source.asked.load(Relaxed), 2);
            source.gate.add_permits(1);
            second.await.expect("it answers");
        });
    }
}
