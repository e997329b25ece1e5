//! The newest line of each client, in the order in which this server learned them.

use super::known_line::KnownLine;
use super::origin::Origin;
use super::record_list::RecordList;
use super::records::Address;
use crate::protocol::{At, ClientId};
use foldhash::SharedSeed;
use foldhash::quality::SeedableRandomState;
use hashbrown::HashTable;
use std::hash::BuildHasher;

/// The most clients that are [brought near](ChangeLog::prefetch) at a time.
pub const PREFETCHED_MAX: usize = 32;

/// The compacted log: one record a client, each change with the next number.
///
/// Whatever must know of changes follows the log from a number on: each neighbor's feed, and the
/// journal. Taking a line in is commutative, associative and idempotent as far as the newest lines
/// go, so any two logs that were offered the same lines hold the same ones.
///
/// A change takes its client's record out of the list and puts it at the end. So a log is as long
/// as there are clients, however often they move, and nothing in it ever has to be swept.
#[derive(Debug)]
pub struct ChangeLog {
    /// Where each client's record is. Never iterated, so its order shows nowhere.
    clients: HashTable<Address>,
    hasher: SeedableRandomState,
    list: RecordList,
    last: u64,
    line_bytes: usize,
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
            list: RecordList::new(),
            last: 0,
            line_bytes: 0,
        }
    }

    /// The number of the newest change, 0 when there was none.
    pub fn last_number(&self) -> u64 {
        self.last
    }

    /// How many clients are known.
    pub fn len(&self) -> usize {
        self.clients.len()
    }

    /// The bytes of all lines, each with its LF.
    pub fn line_bytes(&self) -> usize {
        self.line_bytes
    }

    /// Whether no client is known.
    pub fn is_empty(&self) -> bool {
        self.clients.is_empty()
    }

    /// Whether lines can be taken in. There is room for some 16 GiB of them.
    pub fn has_room(&self) -> bool {
        self.list.has_room()
    }

    /// The newest line known for `client`, canonical and with its LF.
    pub fn newest(&self, client: ClientId<'_>) -> Option<&[u8]> {
        let hash = self.hasher.hash_one(client.as_bytes());
        let is_same = |&address: &Address| self.list.line(address).is_of(client);
        let address = self.clients.find(hash, is_same)?;
        Some(self.list.line(*address).bytes)
    }

    /// Takes a line in if it is greater than the one known for its client: by time, then byte by
    /// byte. `line` is the canonical form of `at` with its LF. Returns the number of the change, or
    /// None when there is none, or no room for it.
    pub fn take_in(&mut self, at: &At<'_>, line: &[u8], origin: Origin) -> Option<u64> {
        if !self.has_room() {
            return None;
        }
        let Self { clients, hasher, list, last, .. } = self;
        let line = KnownLine::new(at, line);
        let hash = hasher.hash_one(at.client().as_bytes());
        let is_same = |&address: &Address| list.line(address).is_of(at.client());
        match clients.find_mut(hash, is_same) {
            Some(address) => {
                let known = list.line(*address);
                if !line.is_newer_than(known) {
                    return None;
                }
                self.line_bytes -= known.bytes.len();
                *last += 1;
                *address = list.renew(*address, line, *last, origin);
            }
            None => {
                *last += 1;
                let address = list.push(line, *last, origin);
                let hash_of = |&other: &Address| hasher.hash_one(list.line(other).client());
                clients.insert_unique(hash, address, hash_of);
            }
        }
        self.line_bytes += line.bytes.len();
        if self.list.is_wasteful() {
            self.move_together();
        }
        Some(self.last)
    }

    /// The changes after `number`, oldest first; each client at most once, with its newest line.
    pub fn changes_after(&self, number: u64) -> impl Iterator<Item = Change<'_>> {
        let list = &self.list;
        list.after(number).map(|address| Change {
            number: list.number(address),
            line: list.line(address).bytes,
            origin: list.origin(address),
        })
    }

    /// Brings what is known of up to [`PREFETCHED_MAX`] clients into the processor's cache.
    ///
    /// With many clients each step from the table to a line waits for memory. Here the waits for all
    /// clients overlap; one after the other they would cost more than everything else about a line.
    pub fn prefetch<'c>(&self, clients: impl Iterator<Item = &'c [u8]>) {
        let mut hashes = [0; PREFETCHED_MAX];
        let mut count = 0;
        for (hash, client) in hashes.iter_mut().zip(clients) {
            *hash = self.hasher.hash_one(client);
            count += 1;
        }
        let mut addresses = [Address::NONE; PREFETCHED_MAX];
        let mut found = 0;
        for &hash in &hashes[..count] {
            // The first hash match is almost always the right client.
            if let Some(&address) = self.clients.find(hash, |_| true) {
                addresses[found] = address;
                found += 1;
            }
        }
        self.list.prefetch(&addresses[..found]);
    }

    /// Copies everything into new memory. It takes as long as reading the log does, and comes when
    /// as much has been written to it meanwhile.
    fn move_together(&mut self) {
        let Self { clients, hasher, list, .. } = self;
        *list = list.moved_together();
        clients.clear();
        for address in list.after(0) {
            let hash_of = |&other: &Address| hasher.hash_one(list.line(other).client());
            clients.insert_unique(hash_of(&address), address, hash_of);
        }
    }
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

        /// The list, its waypoints and its memory are clever; this model is not.
        #[test]
        fn it_holds_what_a_plain_list_holds(
            lines in proptest::collection::vec(any_line_of_any_size(), 0..300),
        ) {
            let mut log = ChangeLog::new(1);
            let mut plain: Vec<(u64, String, String)> = Vec::new();
            let mut last = 0;
            for (client, line) in lines {
                let known = plain.iter().position(|(_, known, _)| *known == client);
                let is_new = known.is_none_or(|at| times_and_bytes(&plain[at].2) < times_and_bytes(&line));
                last += u64::from(is_new);
                prop_assert_eq!(take_in(&mut log, &line), is_new.then_some(last));
                if is_new {
                    plain.retain(|(_, known, _)| *known != client);
                    plain.push((last, client.clone(), line));
                }
                let id = ClientId::parse(client.as_bytes()).expect("the ID is good");
                let newest = log.newest(id).map(String::from_utf8_lossy);
                let known = plain.iter().find(|(_, known, _)| *known == client);
                prop_assert_eq!(newest, known.map(|(_, _, line)| format!("{line}\n").into()));
            }
            prop_assert_eq!(log.len(), plain.len());
            let line_bytes: usize = plain.iter().map(|(_, _, line)| line.len() + 1).sum();
            prop_assert_eq!(log.line_bytes(), line_bytes);
            for number in 0..=last + 1 {
                let after = plain.iter().filter(|(at, ..)| *at > number);
                let expected: Vec<_> = after.map(|(at, _, line)| (*at, line.clone())).collect();
                prop_assert_eq!(changes(&log, number), expected);
            }
        }
    }

    /// Few clients, so that they change often, and lines of many sizes, so that they move.
    fn any_line_of_any_size() -> impl Strategy<Value = (String, String)> {
        (0..40u32, 0..9usize, 0..60u32).prop_map(|(client, zeros, time)| {
            let client = format!("c{client}");
            let line = format!("AT A +0.000000000 {client} +1.{:0<1$}+0 {time}", "", 1 + 6 * zeros);
            (client, line)
        })
    }

    fn times_and_bytes(line: &str) -> (u32, &str) {
        let time = line.rsplit(' ').next().and_then(|time| time.parse().ok());
        (time.expect("the test's times are whole"), line)
    }
}
