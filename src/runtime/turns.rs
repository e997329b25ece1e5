//! Taking turns at something that only one may do at a time.
//!
//! A mutex of async-lock measures real time to decide who goes first, so a simulated run would not
//! be decided by its seed alone. Here the order of coming decides.

use std::collections::VecDeque;
use std::future::Future;
use std::pin::Pin;
use std::sync::{Arc, Mutex, MutexGuard};
use std::task::{Context, Poll, Waker};

/// A queue for turns, strictly first come, first served: whoever comes later never passes those who
/// wait. A turn that ends is handed to the next in the queue, which then runs as a task of its own;
/// so between two turns everybody else who is ready runs, too.
#[derive(Clone, Debug, Default)]
pub(crate) struct Turns {
    queue: Arc<Mutex<Queue>>,
}

#[derive(Debug, Default)]
struct Queue {
    is_taken: bool,
    next_ticket: u64,
    /// The ticket that the turn was handed to, until its holder is polled.
    handed_to: Option<u64>,
    waiting: VecDeque<(u64, Waker)>,
}

/// A turn; dropping it ends it.
#[derive(Debug)]
pub(crate) struct Turn {
    queue: Arc<Mutex<Queue>>,
}

/// Waits for a turn. Dropping it gives the place in the queue up.
#[derive(Debug)]
pub(crate) struct TurnTaken {
    queue: Arc<Mutex<Queue>>,
    ticket: Option<u64>,
}

impl Turns {
    /// Takes the turn if nobody has it or waits for it.
    pub(crate) fn try_take(&self) -> Option<Turn> {
        let is_taken = std::mem::replace(&mut lock(&self.queue).is_taken, true);
        (!is_taken).then(|| Turn { queue: Arc::clone(&self.queue) })
    }

    /// Waits for the next free turn.
    pub(crate) fn take(&self) -> TurnTaken {
        TurnTaken { queue: Arc::clone(&self.queue), ticket: None }
    }
}

fn lock(queue: &Mutex<Queue>) -> MutexGuard<'_, Queue> {
    queue.lock().expect("nothing panics while it holds the queue")
}

impl Queue {
    fn hand_on(&mut self) {
        match self.waiting.pop_front() {
            Some((ticket, waker)) => {
                self.handed_to = Some(ticket);
                waker.wake();
            }
            None => self.is_taken = false,
        }
    }
}

impl Future for TurnTaken {
    type Output = Turn;

    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Turn> {
        let shared = Arc::clone(&self.queue);
        let mut queue = lock(&shared);
        match self.ticket {
            None if !queue.is_taken => queue.is_taken = true,
            None => {
                queue.next_ticket += 1;
                let ticket = queue.next_ticket;
                self.ticket = Some(ticket);
                queue.waiting.push_back((ticket, cx.waker().clone()));
                return Poll::Pending;
            }
            Some(ticket) if queue.handed_to == Some(ticket) => {
                queue.handed_to = None;
                self.ticket = None;
            }
            Some(ticket) => {
                let place = queue.waiting.iter_mut().find(|(waiting, _)| *waiting == ticket);
                let (_, waker) = place.expect("whoever has a ticket and no turn is in the queue");
                waker.clone_from(cx.waker());
                return Poll::Pending;
            }
        }
        drop(queue);
        Poll::Ready(Turn { queue: shared })
    }
}

impl Drop for TurnTaken {
    fn drop(&mut self) {
        let Some(ticket) = self.ticket else { return };
        let mut queue = lock(&self.queue);
        if queue.handed_to == Some(ticket) {
            queue.handed_to = None;
            queue.hand_on();
        } else {
            queue.waiting.retain(|(waiting, _)| *waiting != ticket);
        }
    }
}

impl Drop for Turn {
    fn drop(&mut self) {
        lock(&self.queue).hand_on();
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::sync::atomic::{AtomicUsize, Ordering};
    use std::task::Wake;

    #[derive(Default)]
    struct Wakes(AtomicUsize);

    impl Wake for Wakes {
        fn wake(self: Arc<Self>) {
            self.0.fetch_add(1, Ordering::Relaxed);
        }
    }

    fn poll(taken: &mut TurnTaken, wakes: &Arc<Wakes>) -> Option<Turn> {
        let waker = Waker::from(Arc::clone(wakes));
        match Pin::new(taken).poll(&mut Context::from_waker(&waker)) {
            Poll::Ready(turn) => Some(turn),
            Poll::Pending => None,
        }
    }

    /// Newcomers that pass those who wait could keep them waiting for ever.
    #[test]
    fn nobody_passes_those_who_wait() {
        let (turns, wakes) = (Turns::default(), Arc::new(Wakes::default()));
        let first = poll(&mut turns.take(), &wakes).expect("nobody has the turn");
        let (mut second, mut third) = (turns.take(), turns.take());
        assert!(poll(&mut second, &wakes).is_none());
        assert!(poll(&mut third, &wakes).is_none());
        drop(first);
        assert_eq!(wakes.0.load(Ordering::Relaxed), 1);
        assert!(poll(&mut turns.take(), &wakes).is_none());
        assert!(poll(&mut third, &wakes).is_none());
        let second = poll(&mut second, &wakes).expect("the turn was handed on");
        drop(second);
        assert!(poll(&mut third, &wakes).is_some());
    }

    /// A client that hangs up while its question waits must not keep the turn.
    #[test]
    fn who_leaves_the_queue_takes_no_turn_along() {
        let (turns, wakes) = (Turns::default(), Arc::new(Wakes::default()));
        let first = poll(&mut turns.take(), &wakes).expect("nobody has the turn");
        let (mut second, mut third, mut fourth) = (turns.take(), turns.take(), turns.take());
        for waiting in [&mut second, &mut third, &mut fourth] {
            assert!(poll(waiting, &wakes).is_none());
        }
        drop(third);
        drop(first);
        // The turn was handed to the second, which leaves before it notices.
        drop(second);
        assert!(poll(&mut fourth, &wakes).is_some());
        assert!(poll(&mut turns.take(), &wakes).is_some());
    }
}
