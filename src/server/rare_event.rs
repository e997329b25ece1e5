//! Events that others can cause as often as they like.

use std::sync::Mutex;
use std::time::Duration;

/// The shortest time between two events of one kind in the log.
const PERIOD: Duration = Duration::from_secs(60);

/// Decides when to log an event that strangers can cause: the first time at once, then at most once
/// a minute, with the number of times that it has happened since it was last logged.
#[derive(Debug, Default)]
pub(crate) struct RareEvent {
    state: Mutex<State>,
}

#[derive(Debug, Default)]
struct State {
    /// The uptime at which it was last logged; None before the first time.
    told_at: Option<Duration>,
    untold: u64,
}

impl RareEvent {
    /// The event has happened again, at the uptime `now`. If it should be logged now, returns how
    /// often it has happened since it was last logged.
    pub(crate) fn note(&self, now: Duration) -> Option<u64> {
        let mut state = self.state.lock().expect("nothing panics while it holds a count");
        state.untold += 1;
        if state.told_at.is_some_and(|told_at| now.saturating_sub(told_at) < PERIOD) {
            return None;
        }
        state.told_at = Some(now);
        Some(std::mem::take(&mut state.untold))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Without it a stranger could fill the disk with events, or an operator would not see how much
    /// was left out.
    #[test]
    fn it_is_told_at_once_and_then_once_a_minute_with_a_count() {
        let event = RareEvent::default();
        let told = |seconds| event.note(Duration::from_secs(seconds));
        assert_eq!(
            [5, 5, 64, 65, 66, 500].map(told),
            [Some(1), None, None, Some(3), None, Some(2)]
        );
    }
}
