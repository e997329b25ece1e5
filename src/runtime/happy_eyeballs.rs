//! Connecting to a host that has several addresses, some of which may not answer.
//!
//! This is "Happy Eyeballs" (RFC 8305): attempts overlap, so that an address that does not answer
//! costs a quarter of a second and not the whole deadline.

use super::clock::Clock;
use futures_lite::future;
use std::collections::VecDeque;
use std::future::{Future, poll_fn};
use std::io;
use std::net::SocketAddr;
use std::pin::Pin;
use std::task::Poll;
use std::time::Duration;

/// How long an attempt has for itself before the next one starts beside it (RFC 8305, section 8).
pub(super) const ATTEMPT_DELAY: Duration = Duration::from_millis(250);

/// Connects to whichever of `addresses` answers first. The attempts start in the order of
/// [`interleaved`], each [`ATTEMPT_DELAY`] after the one before it, or as soon as one fails. When
/// one succeeds, the others are dropped.
///
/// # Errors
/// The last failure when all attempts have failed; `AddrNotAvailable` when there are no addresses.
pub(super) async fn connect_to_any<C, T, F>(
    clock: &C,
    addresses: impl IntoIterator<Item = SocketAddr>,
    connect: impl Fn(SocketAddr) -> F,
) -> io::Result<T>
where
    C: Clock,
    F: Future<Output = io::Result<T>>,
{
    let mut waiting = interleaved(addresses).into_iter();
    let mut attempts = Vec::new();
    let mut failure = io::ErrorKind::AddrNotAvailable.into();
    loop {
        match waiting.next() {
            Some(address) => attempts.push(Box::pin(connect(address))),
            None if attempts.is_empty() => return Err(failure),
            None => {}
        }
        let head_start = async {
            match waiting.len() {
                0 => future::pending().await,
                _ => clock.sleep(ATTEMPT_DELAY).await,
            }
            None
        };
        match future::or(async { Some(next_outcome(&mut attempts).await) }, head_start).await {
            Some(Ok(connected)) => return Ok(connected),
            Some(Err(error)) => failure = error,
            None => {}
        }
    }
}

/// The first outcome of any attempt, which is then removed.
async fn next_outcome<T>(attempts: &mut Vec<Pin<Box<impl Future<Output = T>>>>) -> T {
    poll_fn(|cx| {
        for index in 0..attempts.len() {
            if let Poll::Ready(outcome) = attempts[index].as_mut().poll(cx) {
                drop(attempts.swap_remove(index));
                return Poll::Ready(outcome);
            }
        }
        Poll::Pending
    })
    .await
}

/// The addresses with the two families in turn (RFC 8305, section 4). Within a family the order of
/// the resolver is kept, and its first address decides which family begins.
fn interleaved(addresses: impl IntoIterator<Item = SocketAddr>) -> Vec<SocketAddr> {
    let mut addresses: VecDeque<SocketAddr> = addresses.into_iter().collect();
    let mut ordered = Vec::with_capacity(addresses.len());
    while let Some(first) = addresses.pop_front() {
        ordered.push(first);
        let other = addresses.iter().position(|other| other.is_ipv4() != first.is_ipv4());
        ordered.extend(other.and_then(|index| addresses.remove(index)));
    }
    ordered
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::runtime::ManualTime;
    use futures_lite::future::{block_on, poll_once};
    use std::cell::RefCell;
    use std::pin::pin;

    fn addresses(texts: &[&str]) -> Vec<SocketAddr> {
        texts.iter().map(|text| text.parse().expect("the test's addresses are good")).collect()
    }

    const V6: [&str; 3] = ["[2001:db8::1]:1", "[2001:db8::2]:1", "[2001:db8::3]:1"];
    const V4: [&str; 2] = ["192.0.2.1:1", "192.0.2.2:1"];

    #[test]
    fn families_take_turns() {
        let given = addresses(&[V6[0], V6[1], V6[2], V4[0], V4[1]]);
        let expected = addresses(&[V6[0], V4[0], V6[1], V4[1], V6[2]]);
        assert_eq!(interleaved(given), expected);
        assert_eq!(interleaved(addresses(&V4)), addresses(&V4));
        assert_eq!(
            interleaved(addresses(&[V4[0], V4[1], V6[0]])),
            addresses(&[V4[0], V6[0], V4[1]])
        );
    }

    /// Without this a name of which one address is dead takes the whole deadline of whoever dials.
    #[test]
    fn a_silent_address_delays_the_next_one_by_a_quarter_of_a_second() {
        let (time, started) = (ManualTime::default(), RefCell::new(Vec::new()));
        let all = addresses(&[V6[0], V4[0]]);
        let connecting = connect_to_any(&time, all.clone(), |address| {
            started.borrow_mut().push(address);
            async move { if address.is_ipv4() { Ok(address) } else { future::pending().await } }
        });
        let mut connecting = pin!(connecting);
        assert!(block_on(poll_once(&mut connecting)).is_none());
        time.advance(ATTEMPT_DELAY - Duration::from_nanos(1));
        assert!(block_on(poll_once(&mut connecting)).is_none());
        assert_eq!(*started.borrow(), all[..1]);
        time.advance(Duration::from_nanos(1));
        let connected = block_on(poll_once(&mut connecting)).and_then(Result::ok);
        assert_eq!((connected, &*started.borrow()), (Some(all[1]), &all));
    }

    /// An address that is slow and not dead must not lose its attempt when the next one starts.
    #[test]
    fn the_first_attempt_may_still_win() {
        let time = ManualTime::default();
        let all = addresses(&[V4[0], V4[1]]);
        let (clock, first) = (time.clone(), all[0]);
        let connecting = connect_to_any(&time, all, |address| {
            let clock = clock.clone();
            async move {
                clock
                    .sleep(if address == first { ATTEMPT_DELAY * 2 } else { Duration::MAX / 2 })
                    .await;
                Ok(address)
            }
        });
        let mut connecting = pin!(connecting);
        for _ in 0..2 {
            assert!(block_on(poll_once(&mut connecting)).is_none());
            time.advance(ATTEMPT_DELAY);
        }
        assert_eq!(block_on(poll_once(&mut connecting)).and_then(Result::ok), Some(first));
    }

    #[test]
    fn a_failure_starts_the_next_attempt_at_once_and_the_last_one_is_told() {
        let (time, started) = (ManualTime::default(), RefCell::new(Vec::new()));
        let all = addresses(&[V6[0], V6[1], V4[0]]);
        let outcome = block_on(connect_to_any(&time, all.clone(), |address| {
            started.borrow_mut().push(address);
            let is_last = address == all[1];
            async move {
                let kind = if is_last { io::ErrorKind::TimedOut } else { io::ErrorKind::NotFound };
                Err::<(), _>(kind.into())
            }
        }));
        assert_eq!(outcome.map_err(|error| error.kind()), Err(io::ErrorKind::TimedOut));
        assert_eq!(*started.borrow(), [all[0], all[2], all[1]]);
    }

    #[test]
    fn no_address_is_an_error() {
        let time = ManualTime::default();
        let connecting = connect_to_any(&time, [], |_| future::ready(Ok(())));
        let kind = block_on(connecting).map_err(|error| error.kind());
        assert_eq!(kind, Err(io::ErrorKind::AddrNotAvailable));
    }
}
