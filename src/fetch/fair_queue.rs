//! A queue in which askers take turns.

use super::asker::AskerId;
use async_lock::OnceCell;
use std::collections::VecDeque;
use std::sync::{Arc, Mutex, MutexGuard};

/// How many requests may wait for their turn. Beyond it, the asker that has the most requests in the
/// queue loses its newest one.
pub const REQUESTS_WAITING_MAX: usize = 1_024;

/// A limit on the requests that are under way at a time, and a queue for the others. Whoever comes
/// later never passes those who wait, except that askers take turns: an asker with many requests in
/// the queue waits longer, not the others.
#[derive(Debug)]
pub(super) struct FairQueue {
    state: Mutex<State>,
}

#[derive(Debug)]
struct State {
    at_once_max: usize,
    under_way: usize,
    waiting: usize,
    /// Who waits, in the order of their next turns. None of the lists is empty.
    askers: VecDeque<(AskerId, VecDeque<Ticket>)>,
}

/// A request that waits, and what becomes of it.
type Ticket = Arc<OnceCell<Outcome>>;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Outcome {
    Turn,
    /// The queue was full.
    Refused,
}

/// The right to make a request. Dropping it hands the turn on.
#[derive(Debug)]
pub(super) struct Turn<'a> {
    queue: &'a FairQueue,
}

impl FairQueue {
    /// An empty queue that lets this many requests go at a time.
    pub(super) fn new(at_once_max: usize) -> Self {
        let state = State { at_once_max, under_way: 0, waiting: 0, askers: VecDeque::new() };
        Self { state: Mutex::new(state) }
    }

    /// Changes how many requests may be under way at a time. Those that already are go on.
    pub(super) fn set_at_once_max(&self, at_once_max: usize) {
        let mut state = self.state();
        state.at_once_max = at_once_max;
        state.hand_on();
    }

    /// Waits for a turn; None if the queue is full, and nobody has more requests in it than `asker`.
    pub(super) async fn turn(&self, asker: AskerId) -> Option<Turn<'_>> {
        let ticket = self.state().enter(asker)?;
        let mut place = Place { queue: self, asker, ticket: Some(ticket) };
        let ticket = place.ticket.as_ref().expect("it was just put there");
        let outcome = *ticket.wait().await;
        place.ticket = None;
        match outcome {
            Outcome::Turn => Some(Turn { queue: self }),
            Outcome::Refused => None,
        }
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().expect("nothing panics while it holds the lock")
    }
}

impl State {
    fn enter(&mut self, asker: AskerId) -> Option<Ticket> {
        if self.waiting == REQUESTS_WAITING_MAX && !self.make_room(asker) {
            return None;
        }
        let ticket = Ticket::default();
        match self.askers.iter_mut().find(|(waiting, _)| *waiting == asker) {
            Some((_, tickets)) => tickets.push_back(Arc::clone(&ticket)),
            None => self.askers.push_back((asker, [Arc::clone(&ticket)].into())),
        }
        self.waiting += 1;
        self.hand_on();
        Some(ticket)
    }

    /// Refuses the newest request of the asker that has the most, unless that is `asker` itself.
    fn make_room(&mut self, asker: AskerId) -> bool {
        let busiest = self.askers.iter_mut().max_by_key(|(_, tickets)| tickets.len());
        let (busiest, tickets) = busiest.expect("a full queue has an asker");
        // An asker of one request has nothing to give up to another.
        if *busiest == asker || tickets.len() == 1 {
            return false;
        }
        let ticket = tickets.pop_back().expect("nobody's list is empty");
        self.waiting -= 1;
        decide(&ticket, Outcome::Refused);
        true
    }

    /// Hands free turns to those who wait: one to each asker in turn.
    fn hand_on(&mut self) {
        while self.under_way < self.at_once_max {
            let Some((asker, mut tickets)) = self.askers.pop_front() else { return };
            let ticket = tickets.pop_front().expect("nobody's list is empty");
            if !tickets.is_empty() {
                self.askers.push_back((asker, tickets));
            }
            self.waiting -= 1;
            self.under_way += 1;
            decide(&ticket, Outcome::Turn);
        }
    }

    /// Takes out a request that nobody waits for any more.
    fn leave(&mut self, asker: AskerId, ticket: &Ticket) {
        match ticket.get() {
            Some(Outcome::Turn) => {
                self.under_way -= 1;
                self.hand_on();
            }
            Some(Outcome::Refused) => {}
            None => {
                let place = self.askers.iter().position(|(waiting, _)| *waiting == asker);
                let place = place.expect("an undecided request is in the queue");
                let tickets = &mut self.askers[place].1;
                tickets.retain(|waiting| !Arc::ptr_eq(waiting, ticket));
                if tickets.is_empty() {
                    self.askers.remove(place);
                }
                self.waiting -= 1;
            }
        }
    }
}

fn decide(ticket: &Ticket, outcome: Outcome) {
    ticket.set_blocking(outcome).expect("a request is decided on once, when it leaves the queue");
}

/// A request's place in the queue, which is given up when nobody waits for it any more.
struct Place<'a> {
    queue: &'a FairQueue,
    asker: AskerId,
    /// None once the wait is over.
    ticket: Option<Ticket>,
}

impl Drop for Place<'_> {
    fn drop(&mut self) {
        if let Some(ticket) = &self.ticket {
            self.queue.state().leave(self.asker, ticket);
        }
    }
}

impl Drop for Turn<'_> {
    fn drop(&mut self) {
        let mut state = self.queue.state();
        state.under_way -= 1;
        state.hand_on();
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use futures_lite::future::{block_on, poll_once};
    use std::future::Future;
    use std::pin::Pin;

    type Wait<'a> = Pin<Box<dyn Future<Output = Option<Turn<'a>>> + Send + 'a>>;

    fn wait(queue: &FairQueue, asker: u64) -> Wait<'_> {
        let mut wait: Wait<'_> = Box::pin(queue.turn(AskerId::new(asker)));
        assert!(poll(&mut wait).is_none(), "the turn is taken");
        wait
    }

    fn poll<'a>(wait: &mut Wait<'a>) -> Option<Option<Turn<'a>>> {
        block_on(poll_once(wait))
    }

    fn turn(queue: &FairQueue) -> Turn<'_> {
        block_on(queue.turn(AskerId::new(0))).expect("there is a free turn")
    }

    /// Three connections with sixteen questions each kept everybody else out for ever.
    #[test]
    fn an_asker_with_one_request_waits_for_one_of_each_other_asker() {
        let queue = FairQueue::new(1);
        let mut current = Some(turn(&queue));
        let mut waits: Vec<_> = [1, 1, 1, 2, 2, 3].map(|asker| (asker, wait(&queue, asker))).into();
        let mut order = Vec::new();
        while !waits.is_empty() {
            current.take();
            for place in 0..waits.len() {
                if let Some(turn) = poll(&mut waits[place].1) {
                    current = turn;
                    order.push(waits.remove(place).0);
                    break;
                }
            }
        }
        assert_eq!(order, [1, 2, 3, 1, 2, 1]);
    }

    /// A turn that is handed to somebody who has gone must not be lost.
    #[test]
    fn whoever_gives_up_takes_no_turn_along() {
        let queue = FairQueue::new(1);
        let current = turn(&queue);
        let (second, third) = (wait(&queue, 1), wait(&queue, 2));
        let mut fourth = wait(&queue, 2);
        drop(third);
        drop(current);
        // The turn was handed to the second, which leaves before it notices.
        drop(second);
        drop(poll(&mut fourth).expect("it is the fourth one's turn"));
        drop(turn(&queue));
        let state = queue.state();
        assert_eq!((state.under_way, state.waiting, state.askers.len()), (0, 0, 0));
    }

    #[test]
    fn a_full_queue_costs_the_busiest_its_newest_request() {
        let queue = FairQueue::new(1);
        let _current = turn(&queue);
        let mut busy: Vec<_> = (0..REQUESTS_WAITING_MAX).map(|_| wait(&queue, 1)).collect();
        assert!(block_on(queue.turn(AskerId::new(1))).is_none(), "it has the most itself");
        let _other = wait(&queue, 2);
        let newest = poll(busy.last_mut().expect("there are some")).map(|turn| turn.is_none());
        assert_eq!(newest, Some(true));
        assert!(poll(&mut busy[0]).is_none(), "the others still wait");
        assert_eq!(queue.state().waiting, REQUESTS_WAITING_MAX);
    }

    #[test]
    fn a_wider_queue_lets_more_go_at_once() {
        let queue = FairQueue::new(1);
        let _current = turn(&queue);
        let mut next = wait(&queue, 1);
        queue.set_at_once_max(2);
        let _next = poll(&mut next).expect("there is a turn for it");
        queue.set_at_once_max(1);
        drop(wait(&queue, 1));
    }
}
