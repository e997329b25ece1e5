//! Waiting.

use std::thread;
use std::time::{Duration, Instant};

/// The longest that a step of a test may take. Only a step that is broken takes longer, even on a
/// slow machine.
pub const DEADLINE: Duration = Duration::from_secs(20);

/// Between two looks at something that other processes change.
const PAUSE: Duration = Duration::from_millis(10);

/// Waits until `condition` holds. If it does not in time, fails the test with `what`.
#[track_caller]
pub fn eventually(what: &str, mut condition: impl FnMut() -> bool) {
    eventually_some(what, || condition().then_some(()));
}

/// Waits until there is a value.
#[track_caller]
pub fn eventually_some<T>(what: &str, mut look: impl FnMut() -> Option<T>) -> T {
    let begin = Instant::now();
    loop {
        if let Some(value) = look() {
            return value;
        }
        assert!(begin.elapsed() < DEADLINE, "not within {DEADLINE:?}: {what}");
        thread::sleep(PAUSE);
    }
}
