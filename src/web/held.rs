//! What all connections together hold of something that is limited.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

/// A limited amount of something: bytes, or places.
#[derive(Clone, Debug)]
pub(super) struct Held {
    taken: Arc<AtomicUsize>,
    max: usize,
}

/// A part of it, given back when this is dropped.
#[derive(Debug)]
pub(super) struct Share {
    taken: Arc<AtomicUsize>,
    amount: usize,
}

impl Held {
    /// Nothing is taken yet of `max`.
    pub(super) fn new(max: usize) -> Self {
        Self { taken: Arc::default(), max }
    }

    /// Takes some of it; None if not so much is left.
    pub(super) fn take(&self, amount: usize) -> Option<Share> {
        // Relaxed throughout: the count bounds memory and orders nothing.
        let add = |taken: usize| taken.checked_add(amount).filter(|&sum| sum <= self.max);
        self.taken.fetch_update(Ordering::Relaxed, Ordering::Relaxed, add).ok()?;
        Some(Share { taken: Arc::clone(&self.taken), amount })
    }
}

impl Share {
    /// Makes one part of two.
    pub(super) fn add(&mut self, mut other: Share) {
        self.amount += std::mem::take(&mut other.amount);
    }
}

impl Drop for Share {
    fn drop(&mut self) {
        self.taken.fetch_sub(self.amount, Ordering::Relaxed);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Without it, many connections that each hold little could hold everything.
    #[test]
    fn all_together_hold_no_more_than_the_limit() {
        let bytes = Held::new(10);
        let some = bytes.take(6).expect("there is room");
        assert!(bytes.take(5).is_none());
        assert!(bytes.take(usize::MAX).is_none());
        let rest = bytes.take(4);
        assert!(rest.is_some());
        drop(some);
        assert!(bytes.take(6).is_some());
    }
}
