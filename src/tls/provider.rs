//! What rustls is given from outside: cryptography and the time.

use crate::runtime::Clock;
use rustls::crypto::{CryptoProvider, ring};
use rustls::pki_types::UnixTime;
use rustls::time_provider::TimeProvider;
use std::fmt;
use std::sync::Arc;
use std::time::Duration;

/// The cryptography. It is named here rather than taken from the process, which the library does not
/// own.
pub(super) fn provider() -> Arc<CryptoProvider> {
    Arc::new(ring::default_provider())
}

/// The time of a runtime's wall clock, by which certificates are judged.
pub(super) struct WallClock<C>(pub(super) C);

impl<C: Clock> TimeProvider for WallClock<C> {
    fn current_time(&self) -> Option<UnixTime> {
        Some(unix_time(&self.0))
    }
}

impl<C> fmt::Debug for WallClock<C> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("WallClock")
    }
}

/// What a clock shows.
pub(super) fn unix_time<C: Clock>(clock: &C) -> UnixTime {
    UnixTime::since_unix_epoch(Duration::from_nanos(clock.now().as_nanos()))
}
