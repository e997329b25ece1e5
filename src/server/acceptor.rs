//! Taking connections in, as many as there may be.

use super::shared::Shared;
use crate::runtime::{Listener, Runtime};
use async_lock::{Semaphore, SemaphoreGuardArc};
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

/// After a failure to accept, which mostly means that the machine has run out of descriptors, the
/// next attempt is made so much later.
const PAUSE: Duration = Duration::from_millis(100);

/// Accepts connections until the server stops. While `slots` are all taken, the next connection
/// waits in the system's queue; running out of descriptors slows accepting down and never ends it.
pub(super) async fn accept<R: Runtime>(
    shared: &Shared<R>,
    listener: R::Listener,
    slots: Arc<Semaphore>,
    mut serve: impl FnMut(R::Stream, SocketAddr, SemaphoreGuardArc),
) {
    let mut failing = false;
    loop {
        let slot = slots.acquire_arc().await;
        let accepted = listener.accept().await;
        match &accepted {
            Err(error) if !failing => {
                log::warn!(server:% = shared.name, error:%; "cannot accept connections for now");
            }
            Ok(_) if failing => {
                log::info!(server:% = shared.name; "accepting connections again");
            }
            _ => {}
        }
        failing = accepted.is_err();
        match accepted {
            Ok((stream, address)) => serve(stream, address, slot),
            Err(_) => shared.runtime.sleep(PAUSE).await,
        }
    }
}
