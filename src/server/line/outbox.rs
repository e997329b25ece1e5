//! The replies of one connection, in order, until the client has taken them.

use super::allowance::{Allowance, Holding};
use crate::server::pages::Pages;
use std::collections::VecDeque;
use std::future::Future;
use std::io;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};

/// Replies that wait behind each other are joined up to this size, in bytes. A reply of two bytes
/// would otherwise take a hundred times its size.
const JOINED_BYTES_MAX: usize = 4096;

/// Smaller pieces are left where they are, since the pages of the system have 4 KiB or more.
const SET_ASIDE_BYTES_MIN: usize = 2048;

/// A reply that is being looked up.
pub(super) type PendingReply = Pin<Box<dyn Future<Output = Vec<u8>> + Send>>;

/// Replies in the order of their commands. Lookups run together; a reply that is ready waits for
/// those before it.
pub(super) struct Outbox {
    pieces: VecDeque<Piece>,
    /// How much of the first piece is sent.
    sent: usize,
    /// Whether all ready pieces have been set aside.
    all_set_aside: bool,
    holding: Holding,
}

enum Piece {
    Ready(Vec<u8>),
    /// Ready, and it may wait for long.
    SetAside(Pages),
    Pending(PendingReply),
}

impl Piece {
    /// The bytes that are ready; None while they are looked up.
    fn bytes(&self) -> Option<&[u8]> {
        match self {
            Piece::Ready(bytes) => Some(bytes),
            Piece::SetAside(pages) => Some(pages),
            Piece::Pending(_) => None,
        }
    }
}

impl Outbox {
    /// An empty outbox, whose content counts in the allowance of all.
    pub(super) fn new(all: Arc<Allowance>) -> Self {
        let holding = Holding::new(all);
        Self { pieces: VecDeque::new(), sent: 0, all_set_aside: true, holding }
    }

    /// Adds replies that are ready.
    pub(super) fn push(&mut self, replies: Vec<u8>) {
        if replies.is_empty() {
            return;
        }
        self.holding.add_bytes(replies.len());
        self.all_set_aside = false;
        match self.pieces.back_mut() {
            Some(Piece::Ready(last)) if last.len() + replies.len() <= JOINED_BYTES_MAX => {
                last.extend_from_slice(&replies);
            }
            _ => self.pieces.push_back(Piece::Ready(replies)),
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

    /// What the connection holds.
    pub(super) fn holding(&self) -> &Holding {
        &self.holding
    }

    /// What the connection holds, to count what waits in front of the outbox.
    pub(super) fn holding_mut(&mut self) -> &mut Holding {
        &mut self.holding
    }

    /// Whether there is something that the client could take now.
    pub(super) fn is_sending(&self) -> bool {
        self.pieces.front().is_some_and(|piece| piece.bytes().is_some())
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
                self.all_set_aside = false;
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
        while let Some(bytes) = self.pieces.front().and_then(Piece::bytes) {
            match write(&bytes[self.sent..]) {
                Poll::Ready(Ok(0)) => return Poll::Ready(Err(io::ErrorKind::WriteZero.into())),
                Poll::Ready(Ok(count)) => {
                    self.sent += count;
                    self.holding.remove_bytes(count);
                    progress = Poll::Ready(Ok(()));
                }
                Poll::Ready(Err(error)) => return Poll::Ready(Err(error)),
                Poll::Pending => break,
            }
            if self.sent == bytes.len() {
                self.pieces.pop_front();
                self.sent = 0;
            }
        }
        self.set_aside();
        progress
    }

    /// What is left may wait for long: moves what is ready to memory that the system gets back when it
    /// is sent or the client has gone.
    fn set_aside(&mut self) {
        if std::mem::replace(&mut self.all_set_aside, true) {
            return;
        }
        for piece in &mut self.pieces {
            if let Piece::Ready(bytes) = piece
                && bytes.len() >= SET_ASIDE_BYTES_MIN
                && let Some(pages) = Pages::copy_of(bytes)
            {
                *piece = Piece::SetAside(pages);
            }
        }
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

    /// Without it what waits for a client that reads nothing would take many times what is counted,
    /// or memory that stays with the process when the client has gone.
    #[test]
    fn what_waits_is_joined_and_set_aside_and_goes_out_as_it_came() {
        let mut outbox = Outbox::new(Arc::default());
        let (mut expected, mut long) = (String::new(), String::new());
        for number in 0..3_000 {
            long.push_str(&format!("{number} "));
        }
        for reply in ["? \n"; 3_000].into_iter().chain([&*long, "last"]) {
            outbox.push(reply.as_bytes().to_vec());
            expected.push_str(reply);
            assert!(outbox.poll_send(|_| Poll::Pending).is_pending());
        }
        assert!(matches!(outbox.pieces.back(), Some(Piece::Ready(_))));
        let is_aside = |piece: &&Piece| matches!(piece, Piece::SetAside(_));
        assert_eq!((outbox.pieces.len(), outbox.pieces.iter().filter(is_aside).count()), (7, 5));
        assert_eq!(outbox.holding().unsent_bytes(), expected.len());
        let mut taken = [1].into_iter();
        let _ = outbox
            .poll_send(|_| taken.next().map_or(Poll::Pending, |count| Poll::Ready(Ok(count))));
        assert_eq!(send(&mut outbox), expected[1..]);
        assert_eq!(outbox.holding().unsent_bytes(), 0);
    }
}
