//! The time that a client tells.

use herd::protocol::Timestamp;
use std::time::SystemTime;

/// The wall clock's time: what a client that tells its own position tells with it.
pub fn now() -> Timestamp {
    SystemTime::now().into()
}
