//! Events about connections to the peer port that do not come from neighbors.

use crate::protocol::ServerName;
use crate::server::rare_event::RareEvent;
use std::collections::BTreeMap;
use std::sync::Mutex;
use std::time::Duration;

/// How many unknown names get events of their own. Strangers can invent any number of names.
const NAMES_MAX: usize = 16;

/// The events that strangers on the peer port can cause.
#[derive(Debug, Default)]
pub(super) struct Strangers {
    /// A line that is not a FOLLOW.
    pub(super) refused_line: RareEvent,
    /// A connection that ended before it had said FOLLOW.
    pub(super) ended: RareEvent,
    /// This server dialled itself.
    pub(super) oneself: RareEvent,
    names: Mutex<BTreeMap<ServerName, RareEvent>>,
    other_names: RareEvent,
}

impl Strangers {
    /// A server with this name, which is not a neighbor, tried to follow. If the event should be
    /// logged now, returns how often that has happened since it was last logged. Once there are too
    /// many names, new ones are counted together.
    pub(super) fn note_unknown_name(&self, name: &ServerName, now: Duration) -> Option<u64> {
        let mut names = self.names.lock().expect("nothing panics while it holds the names");
        if names.len() < NAMES_MAX || names.contains_key(name) {
            return names.entry(name.clone()).or_default().note(now);
        }
        self.other_names.note(now)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Without it a stranger could cause an event for each name that it invents.
    #[test]
    fn each_name_is_told_once_a_minute_and_many_names_together() {
        let strangers = Strangers::default();
        let told = |name: String, seconds| {
            let name = name.parse().expect("the test's names are legal");
            strangers.note_unknown_name(&name, Duration::from_secs(seconds))
        };
        for number in 0..NAMES_MAX {
            assert_eq!(told(format!("S{number}"), 1), Some(1));
            assert_eq!(told(format!("S{number}"), 2), None);
        }
        assert_eq!(
            [told("X".into(), 3), told("Y".into(), 4), told("Z".into(), 5)],
            [Some(1), None, None]
        );
        assert_eq!(told("S0".into(), 61), Some(2));
        assert_eq!(told("X".into(), 63), Some(3));
    }
}
