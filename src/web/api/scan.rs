//! Looking through the change log in slices.

use crate::runtime::Clock;
use crate::server::{Change, Changes};
use crate::web::caller::Caller;
use futures_lite::future;

/// The next slice of the log: at most 1,024 changes, none at its end.
///
/// Of all who look through the log one has its turn at a time, and between two turns everybody else
/// runs. So however many look, a client that tells its position waits for one slice.
pub(super) async fn next_slice<C: Clock>(caller: &Caller<C>, changes: &mut Changes) -> Vec<Change> {
    future::yield_now().await;
    let _turn = caller.shared.scans.take().await;
    changes.ready()
}
