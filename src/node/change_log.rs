//! The newest line of each client, in the order in which this server learned them.

use crate::protocol::{At, ClientId, Timestamp};
use foldhash::SharedSeed;
use foldhash::quality::SeedableRandomState;
use hashbrown::HashTable;
use std::collections::VecDeque;
use std::hash::BuildHasher;

/// The compacted log: one entry a client, each change with the next number.
///
/// Whatever must know of changes follows the log from a number on: each neighbor's feed, and the
/// journal. Taking a line in is commutative, associative and idempotent as far as the newest lines
/// go, so any two logs that were offered the same lines hold the same ones.
#[derive(Debug)]
pub struct ChangeLog {
    /// Slots of `entries`, found by client. Never iterated, so its order shows nowhere.
    clients: HashTable<u32>,
    hasher: SeedableRandomState,
    entries: Vec<Entry>,
    /// Every change since the last sweep, oldest first. An item whose number is no longer its
    /// entry's number was superseded.
    changes: VecDeque<(u64, u32)>,
    last: u64,
    line_bytes: usize,
    takes_older: bool,
}

#[derive(Debug)]
struct Entry {
    /// The canonical line with its LF: ready to be sent, journaled and compared.
    line: Vec<u8>,
    client_start: u16,
    client_end: u16,
    time: Timestamp,
    number: u64,
    origin: Origin,
}

impl Entry {
    fn client(&self) -> &[u8] {
        &self.line[usize::from(self.client_start)..usize::from(self.client_end)]
    }
}

/// A neighbor, by its place in this server's list of neighbors.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct NeighborId(pub u16);

/// Where a server learned a line.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Origin {
    /// From a client, or from this server's own journal.
    Here,
    /// From the feed of a neighbor.
    Neighbor(NeighborId),
}

/// One change, as those who follow the log see it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Change<'a> {
    /// Its number, from 1 on.
    pub number: u64,
    /// The canonical line with its LF.
    pub line: &'a [u8],
    /// Where it was learned.
    pub origin: Origin,
}

impl ChangeLog {
    /// An empty log. The seed makes it hard to find client IDs that collide; it changes nothing
    /// that can be observed.
    pub fn new(hash_seed: u64) -> Self {
        Self {
            clients: HashTable::new(),
            hasher: SeedableRandomState::with_seed(hash_seed, SharedSeed::global_fixed()),
            entries: Vec::new(),
            changes: VecDeque::new(),
            last: 0,
            line_bytes: 0,
            takes_older: false,
        }
    }

    /// Takes older lines of clients in as if they were newer: a mistake that checks must find.
    pub(crate) fn take_older(&mut self) {
        self.takes_older = true;
    }

    /// The number of the newest change, 0 when there was none.
    pub fn last_number(&self) -> u64 {
        self.last
    }

    /// How many clients are known.
    pub fn len(&self) -> usize {
        self.entries.len()
    }

    /// The bytes of all lines, each with its LF.
    pub fn line_bytes(&self) -> usize {
        self.line_bytes
    }

    /// Whether no client is known.
    pub fn is_empty(&self) -> bool {
        self.entries.is_empty()
    }

    /// The newest line known for `client`, canonical and with its LF.
    pub fn newest(&self, client: ClientId<'_>) -> Option<&[u8]> {
        self.slot_of(client).map(|slot| &self.entries[slot as usize].line[..])
    }

    /// Takes a line in if it is greater than the one known for its client: by time, then byte by
    /// byte. `line` is the canonical form of `at` with its LF. Returns the number of the change, or
    /// None when there is none.
    pub fn take_in(&mut self, at: &At<'_>, line: &[u8], origin: Origin) -> Option<u64> {
        let slot = match self.slot_of(at.client()) {
            Some(slot) => {
                let entry = &self.entries[slot as usize];
                let is_newer = (at.time(), line) > (entry.time, &entry.line[..]);
                let is_let_pass = self.takes_older && origin == Origin::Here;
                if !(is_newer || is_let_pass) {
                    return None;
                }
                slot
            }
            None => self.add_client(at.client()),
        };
        self.last += 1;
        let span = at.client_span(line.len() - 1);
        let entry = &mut self.entries[slot as usize];
        self.line_bytes = self.line_bytes - entry.line.len() + line.len();
        entry.line.clear();
        entry.line.extend_from_slice(line);
        entry.client_start = position_in_line(span.start);
        entry.client_end = position_in_line(span.end);
        entry.time = at.time();
        entry.number = self.last;
        entry.origin = origin;
        self.changes.push_back((self.last, slot));
        self.sweep_if_worthwhile();
        Some(self.last)
    }

    /// The changes after `number`, oldest first; each client at most once, with its newest line.
    pub fn changes_after(&self, number: u64) -> impl Iterator<Item = Change<'_>> {
        let start = self.changes.partition_point(|&(at, _)| at <= number);
        self.changes.range(start..).filter_map(|&(number, slot)| {
            let entry = &self.entries[slot as usize];
            (entry.number == number).then_some(Change {
                number,
                line: &entry.line,
                origin: entry.origin,
            })
        })
    }

    fn slot_of(&self, client: ClientId<'_>) -> Option<u32> {
        let hash = self.hasher.hash_one(client.as_bytes());
        let same = |&slot: &u32| self.entries[slot as usize].client() == client.as_bytes();
        self.clients.find(hash, same).copied()
    }

    /// Makes room for a client that is about to be written for the first time.
    fn add_client(&mut self, client: ClientId<'_>) -> u32 {
        let slot = u32::try_from(self.entries.len()).expect("memory ends before 2^32 clients");
        self.entries.push(Entry {
            line: Vec::new(),
            client_start: 0,
            client_end: 0,
            time: Timestamp::default(),
            number: 0,
            origin: Origin::Here,
        });
        let Self { clients, hasher, entries, .. } = self;
        let hash_of = |&slot: &u32| hasher.hash_one(entries[slot as usize].client());
        clients.insert_unique(hasher.hash_one(client.as_bytes()), slot, hash_of);
        slot
    }

    /// Drops superseded changes once they are more than half of all, so that a change costs a
    /// constant amount of work on average, and the list stays within twice the clients.
    fn sweep_if_worthwhile(&mut self) {
        if self.changes.len() > 2 * self.entries.len() + 64 {
            let entries = &self.entries;
            self.changes.retain(|&(number, slot)| entries[slot as usize].number == number);
        }
    }
}

fn position_in_line(offset: usize) -> u16 {
    u16::try_from(offset).expect("a line is shorter than 65,536 bytes")
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn take_in(log: &mut ChangeLog, line: &str) -> Option<u64> {
        take_in_from(log, line, Origin::Here)
    }

    fn take_in_from(log: &mut ChangeLog, line: &str, origin: Origin) -> Option<u64> {
        let at = At::parse(line.as_bytes()).expect("the test's lines are good");
        let mut canonical = Vec::new();
        at.write(&mut canonical);
        canonical.push(b'\n');
        log.take_in(&at, &canonical, origin)
    }

    fn changes(log: &ChangeLog, number: u64) -> Vec<(u64, String)> {
        let text = |line: &[u8]| String::from_utf8_lossy(line).trim_end().to_owned();
        log.changes_after(number).map(|change| (change.number, text(change.line))).collect()
    }

    const KIWI_1: &str = "AT Ball +0.000000000 kiwi +34-118 1";
    const KIWI_2: &str = "AT Ball +0.000000000 kiwi +35-118 2";
    const PLUM_1: &str = "AT Ball +0.000000000 plum +0+0 1";

    #[test]
    fn a_newer_line_takes_the_old_ones_place_and_a_new_number() {
        let mut log = ChangeLog::new(1);
        assert_eq!(take_in(&mut log, KIWI_1), Some(1));
        assert_eq!(take_in(&mut log, PLUM_1), Some(2));
        assert_eq!(take_in(&mut log, KIWI_2), Some(3));
        assert_eq!((log.len(), log.last_number()), (2, 3));
        assert_eq!(log.line_bytes(), KIWI_2.len() + PLUM_1.len() + 2);
        assert_eq!(changes(&log, 0), [(2, PLUM_1.to_owned()), (3, KIWI_2.to_owned())]);
        assert_eq!(changes(&log, 2), [(3, KIWI_2.to_owned())]);
        assert_eq!(changes(&log, 3), []);
    }

    #[test]
    fn a_line_that_is_not_greater_changes_nothing() {
        let mut log = ChangeLog::new(1);
        take_in(&mut log, KIWI_2);
        assert_eq!(take_in(&mut log, KIWI_1), None);
        assert_eq!(take_in(&mut log, KIWI_2), None);
        assert_eq!(changes(&log, 0), [(1, KIWI_2.to_owned())]);
    }

    #[test]
    fn at_one_time_the_greater_bytes_win() {
        let (lesser, greater) = (KIWI_1, "AT Cole +0.000000000 kiwi +34-118 1");
        for pair in [[lesser, greater], [greater, lesser]] {
            let mut log = ChangeLog::new(1);
            for line in pair {
                take_in(&mut log, line);
            }
            let client = ClientId::parse(b"kiwi").expect("the ID is good");
            let newest = log.newest(client).map(String::from_utf8_lossy);
            assert_eq!(newest.as_deref(), Some(&*format!("{greater}\n")));
        }
    }

    #[test]
    fn many_changes_of_few_clients_stay_few() {
        let mut log = ChangeLog::new(1);
        for time in 0..10_000 {
            take_in(&mut log, &format!("AT Ball +0.0 c{} +0+0 {time}", time % 3));
        }
        assert!(log.changes.len() <= 2 * 3 + 65);
        let numbers: Vec<_> = log.changes_after(0).map(|change| change.number).collect();
        assert_eq!(numbers, [9_998, 9_999, 10_000]);
    }

    fn any_line() -> impl Strategy<Value = String> {
        ("[AB]", 0..3u8, "[ab]", 0..4u8, 0..6u8).prop_map(
            |(server, skew, client, degrees, time)| {
                format!("AT {server} +{skew}.000000000 {client} +{degrees}+0 {time}")
            },
        )
    }

    proptest! {
        /// The herd agrees because of this: order, duplication and grouping do not matter.
        #[test]
        fn any_order_and_repetition_gives_the_same_knowledge(
            lines in proptest::collection::vec(any_line(), 0..40),
            seed: u64,
        ) {
            let known = |lines: &[String]| {
                let mut log = ChangeLog::new(seed);
                for line in lines {
                    take_in(&mut log, line);
                }
                let mut known: Vec<_> = changes(&log, 0).into_iter().map(|(_, line)| line).collect();
                known.sort();
                known
            };
            let mut shuffled: Vec<_> = lines.iter().chain(&lines).cloned().collect();
            let step = (seed as usize | 1) % shuffled.len().max(1);
            shuffled.rotate_left(step);
            shuffled.reverse();
            prop_assert_eq!(known(&lines), known(&shuffled));
        }

        /// A follower that keeps up by numbers ends with what one that starts at 0 gets.
        #[test]
        fn following_in_steps_misses_nothing(
            lines in proptest::collection::vec(any_line(), 0..60),
            step in 1usize..7,
        ) {
            let (mut log, mut follower) = (ChangeLog::new(1), ChangeLog::new(2));
            let mut number = 0;
            for batch in lines.chunks(step) {
                for line in batch {
                    take_in(&mut log, line);
                }
                for (_, line) in changes(&log, number) {
                    take_in(&mut follower, &line);
                }
                number = log.last_number();
            }
            let lines_of = |log| changes(log, 0).into_iter().map(|(_, line)| line).collect::<Vec<_>>();
            prop_assert_eq!(lines_of(&log), lines_of(&follower));
        }
    }
}
