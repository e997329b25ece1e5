//! The world of a seed.

use super::entry::Entry;
use super::graph::{Graph, SERVERS_MAX};
use crate::journal::Fsync;
use crate::runtime::sim::{Chance, Conditions, Crash};
use std::ops::RangeInclusive;
use std::time::Duration;

/// Everything about a run that is drawn before it starts.
#[derive(Clone, Debug)]
pub(super) struct Scenario {
    pub(super) graph: Graph,
    /// How servers store what they know.
    pub(super) memory: Memory,
    /// The limits, as the text of the table in a herd.toml.
    pub(super) limits: String,
    /// How long there are load and faults.
    pub(super) span: Duration,
    /// The IDs of the clients.
    pub(super) clients: Vec<String>,
    /// How many talkers there are; each has one connection at a time.
    pub(super) talkers: usize,
    /// The longest pause between two commands of a talker.
    pub(super) pause_max: Duration,
    /// The longest pause between two faults; None for a run without faults.
    pub(super) fault_pause_max: Option<Duration>,
    pub(super) conditions: Conditions,
    /// How clients get in.
    pub(super) entry: Entry,
}

impl Scenario {
    /// Draws a scenario with a number of servers from this range.
    pub(super) fn draw(chance: &mut Chance, servers: &RangeInclusive<usize>) -> Self {
        let low = (*servers.start()).clamp(2, SERVERS_MAX) as u64;
        let high = (*servers.end()).clamp(2, SERVERS_MAX) as u64;
        let is_default = (low..=high).contains(&5) && chance.one_in(4);
        let graph = if is_default {
            Graph::default_herd()
        } else {
            Graph::connected(chance.between(low..=high) as usize, chance)
        };
        // Few clients make many conflicting lines. With many clients, a lost line is not replaced.
        let clients = *chance.pick(&[1, 2, 5, 40]);
        let clients = (0..clients).map(|number| format!("client{number}")).collect();
        let calm = chance.one_in(10);
        Self {
            graph,
            memory: *chance.pick(&Memory::ALL),
            limits: limits(chance),
            span: Duration::from_millis(chance.between(3_000..=12_000)),
            clients,
            talkers: chance.between(1..=5) as usize,
            pause_max: Duration::from_millis(*chance.pick(&[5, 100, 400, 1_000])),
            fault_pause_max: (!calm)
                .then(|| Duration::from_millis(*chance.pick(&[200, 700, 1_500, 4_000]))),
            conditions: conditions(chance),
            // A copy is drawn from, so that the worlds of all seeds are otherwise those of before there
            // were tokens.
            entry: if chance.clone().one_in(3) { Entry::Guarded } else { Entry::Open },
        }
    }
}

/// How servers store what they know.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Memory {
    /// In memory only.
    Ephemeral,
    /// In a journal.
    Journal(Fsync),
}

impl Memory {
    const ALL: [Self; 4] = [
        Self::Ephemeral,
        Self::Journal(Fsync::Always),
        Self::Journal(Fsync::EverySecond),
        Self::Journal(Fsync::Never),
    ];

    /// Whether a server must never lose anything that it has shown to know.
    pub(super) fn never_forgets(self) -> bool {
        self == Self::Journal(Fsync::Always)
    }

    /// Whether a crash may cost a server a line that it first showed this long before.
    pub(super) fn may_lose(self, how: Crash, age: Duration) -> bool {
        match (self, how) {
            (Self::Ephemeral, _) | (Self::Journal(Fsync::Never), Crash::Power) => true,
            (Self::Journal(_), Crash::Process) | (Self::Journal(Fsync::Always), _) => false,
            (Self::Journal(Fsync::EverySecond), Crash::Power) => age < EVERY_SECOND_AT_MOST,
        }
    }
}

/// With an fsync every second, lines older than this are safe: one second, plus the time that the
/// fsyncs of a rewrite take.
const EVERY_SECOND_AT_MOST: Duration = Duration::from_millis(1_200);

fn limits(chance: &mut Chance) -> String {
    format!(
        "heartbeat_ms = {}\nfollow_batch_bytes = {}\nunsent_bytes = {}\n\
         lookups_per_connection = {}\nfollow_batch_pause_ms = {}\n\
         total_unsent_bytes = {}\ntotal_lookups = {}\nclock_tolerance_seconds = {}",
        chance.pick(&[100, 300, 1_000]),
        chance.pick(&[1, 200, 4_096, 65_536]),
        chance.pick(&[1, 500, 65_536, 1_048_576]),
        chance.pick(&[1, 2, 16]),
        chance.pick(&[0, 0, 0, 90]),
        chance.pick(&[1, 20_000, 67_108_864]),
        chance.pick(&[1, 4, 1_024]),
        chance.pick(&[1, 5, 60]),
    )
}

/// Draws a network that may be slow, split writes, or have small buffers.
pub(super) fn conditions(chance: &mut Chance) -> Conditions {
    let longest = *chance.pick(&[0, 1_000, 20_000, 150_000]);
    let shortest = *chance.pick(&[0, longest / 2, longest]);
    Conditions {
        delay: Duration::from_micros(shortest)..=Duration::from_micros(longest),
        split_one_in: *chance.pick(&[0, 1, 3, 10]),
        short_read_one_in: *chance.pick(&[0, 1, 3, 10]),
        buffer_bytes: *chance.pick(&[64, 1_000, 65_536]),
    }
}
