//! A limit on how long something may take.

use super::clock::Clock;
use futures_lite::future;
use std::future::Future;
use std::time::Duration;

/// Waits at most `span` for `future`, and returns None if it has not completed by then.
pub async fn timeout<C: Clock, T>(
    clock: &C,
    span: Duration,
    future: impl Future<Output = T>,
) -> Option<T> {
    future::or(async { Some(future.await) }, async {
        clock.sleep(span).await;
        None
    })
    .await
}
