//! How well a simulated network works.

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
    /// How long a segment travels. Segments arrive in the order in which they were sent.
    pub delay: RangeInclusive<Duration>,
    /// One in this many writes is split into several segments, at random bytes; 0 for none.
    pub split_one_in: u64,
    /// One in this many reads returns fewer bytes than have arrived; 0 for none.
    pub short_read_one_in: u64,
    /// How many bytes may be on their way or unread in one direction of a connection: at least 1.
    /// When there are as many, the writer waits.
    pub buffer_bytes: usize,
}

impl Default for Conditions {
    /// Delays of up to a millisecond, one write and one read in 10 cut short, buffers of 64 KiB.
    fn default() -> Self {
        Self {
            delay: Duration::from_micros(100)..=Duration::from_millis(1),
            split_one_in: 10,
            short_read_one_in: 10,
            buffer_bytes: 64 * 1024,
        }
    }
}
