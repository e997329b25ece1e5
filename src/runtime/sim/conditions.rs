//! How well a simulated network carries.

use std::ops::RangeInclusive;
use std::time::Duration;

/// What happens to the bytes between two machines.
///
/// ```
/// use herd::runtime::sim::{Conditions, Sim};
/// use std::time::Duration;
///
/// let slow = Duration::from_millis(100);
/// let sim = Sim::new(1);
/// sim.set_conditions(Conditions { delay: slow..=slow, ..Conditions::default() });
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Conditions {
    /// How long a segment is on its way; they arrive in their order all the same.
    pub delay: RangeInclusive<Duration>,
    /// One in so many writes is split into several segments, at any bytes; 0 for none.
    pub split_one_in: u64,
    /// One in so many reads gets less than what is there; 0 for none.
    pub short_read_one_in: u64,
    /// Bytes that may be on their way or unread in one direction of a connection, at least 1;
    /// beyond them the writer waits.
    pub buffer_bytes: usize,
}

impl Default for Conditions {
    /// About a millisecond, some splitting, buffers of 64 KiB.
    fn default() -> Self {
        Self {
            delay: Duration::from_micros(100)..=Duration::from_millis(1),
            split_one_in: 10,
            short_read_one_in: 10,
            buffer_bytes: 64 * 1024,
        }
    }
}
