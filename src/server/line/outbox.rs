//! The replies of one connection, in order, until the client has taken them.

use super::allowance::{Allowance, Holding};
use std::collections::VecDeque;
use std::future::Future;
use std::io;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};

/// A reply that is being looked up.
pub(super) type PendingReply = Pin<Box<dyn Future<Output = Vec<u8>> + Send>>;

/// Replies in the order of their commands. Lookups run together; a reply that is ready waits for
/// those before it.
pub(super) struct Outbox {
    pieces: VecDeque<Piece>,
    /// How much of the first piece is sent.
    sent: usize,
    holding: Holding,
}

enum Piece {
    Ready(Vec<u8>),
    Pending(PendingReply),
}

impl Outbox {
    /// An empty outbox, whose content counts in the allowance of all.
    pub(super) fn new(all: Arc<Allowance>) -> Self {
        Self { pieces: VecDeque::new(), sent: 0, holding: Holding::new(all) }
    }

    /// Adds replies that are ready.
    pub(super) fn push(&mut self, replies: Vec<u8>) {
        if !replies.is_empty() {
            self.holding.add_bytes(replies.len());
            self.pieces.push_back(Piece::Ready(replies));
        }
    }

    /// Adds a reply that is still being looked up.
    pub(super) fn push_lookup(&mut self, reply: PendingReply) {
        self.holding.add_lookup();
        self.pieces.push_back(Piece::Pending(reply));
    }

    pub(super) fn is_empty(&self) -> bool {
        self.pieces.is_empty()
    }

    /// What the replies hold.
    pub(super) fn holding(&self) -> &Holding {
        &self.holding
    }

    /// Whether there is something that the client could take now.
    pub(super) fn is_sending(&self) -> bool {
        matches!(self.pieces.front(), Some(Piece::Ready(_)))
    }

    /// Drives lookups until one comes out; whether one has. There may be work behind each, so others
    /// have their turn before the next one.
    pub(super) fn poll_lookups(&mut self, cx: &mut Context<'_>) -> bool {
        if self.holding.lookups() == 0 {
            return false;
        }
        for piece in &mut self.pieces {
            let Piece::Pending(reply) = piece else { continue };
            if let Poll::Ready(bytes) = reply.as_mut().poll(cx) {
                self.holding.add_bytes(bytes.len());
                self.holding.remove_lookup();
                *piece = Piece::Ready(bytes);
                return true;
            }
        }
        false
    }

    /// Sends what is ready through `write`, which sends some bytes and returns how many. Ready when
    /// something was taken, pending when nothing could be.
    ///
    /// # Errors
    /// When the connection is gone; no reply will reach the client any more.
    pub(super) fn poll_send(
        &mut self,
        mut write: impl FnMut(&[u8]) -> Poll<io::Result<usize>>,
    ) -> Poll<io::Result<()>> {
        let mut progress = Poll::Pending;
        while let Some(Piece::Ready(bytes)) = self.pieces.front() {
            match write(&bytes[self.sent..]) {
                Poll::Ready(Ok(0)) => return Poll::Ready(Err(io::ErrorKind::WriteZero.into())),
                Poll::Ready(Ok(count)) => {
                    self.sent += count;
                    self.holding.remove_bytes(count);
                    progress = Poll::Ready(Ok(()));
                }
                Poll::Ready(Err(error)) => return Poll::Ready(Err(error)),
                Poll::Pending => return progress,
            }
            if self.sent == bytes.len() {
                self.pieces.pop_front();
                self.sent = 0;
            }
        }
        progress
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::task::Waker;

    fn send(outbox: &mut Outbox) -> String {
        let mut wire = Vec::new();
        let mut cx = Context::from_waker(Waker::noop());
        while outbox.poll_lookups(&mut cx) {}
        let _ = outbox.poll_send(|bytes| {
            wire.extend_from_slice(bytes);
            Poll::Ready(Ok(bytes.len()))
        });
        String::from_utf8(wire).expect("the test's replies are ASCII")
    }

    #[test]
    fn a_ready_reply_waits_for_the_lookup_before_it() {
        let mut outbox = Outbox::new(Arc::default());
        let (finish, finished) = std::sync::mpsc::channel::<()>();
        outbox.push(b"one ".to_vec());
        outbox.push_lookup(Box::pin(std::future::poll_fn(move |_| match finished.try_recv() {
            Ok(()) => Poll::Ready(b"two ".to_vec()),
            Err(_) => Poll::Pending,
        })));
        outbox.push_lookup(Box::pin(std::future::ready(b"three ".to_vec())));
        outbox.push(b"four".to_vec());
        assert_eq!(send(&mut outbox), "one ");
        assert_eq!((outbox.holding().lookups(), outbox.holding().unsent_bytes()), (1, 10));
        assert!(!outbox.is_sending());
        finish.send(()).expect("the lookup listens");
        assert_eq!(send(&mut outbox), "two three four");
        assert!(outbox.is_empty());
    }
}
