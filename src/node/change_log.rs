//! The newest line of each client, in the order in which this server learned them.

use super::address::Address;
use super::client_table::{ClientTable, TABLE_BYTES_A_CLIENT};
use super::known_line::KnownLine;
use super::origin::Origin;
use super::record_list::RecordList;
use super::records::EvacuationStep;
use crate::protocol::{At, ClientId};

/// The number of clients that [`ChangeLog::prefetch`] handles at a time.
pub const PREFETCHED_MAX: usize = 32;

/// How many places each change compacts. With two, a compaction could still end before the next one
/// is due; with four it takes half as long. A place costs about a microsecond.
const PLACES_COMPACTED_A_CHANGE: usize = 4;

/// A compacted log: it has one record for each client, and each change has the next number.
///
/// Everything that needs the changes follows the log from some number on: the feed of each
/// neighbor, and the journal. Taking a line in is commutative, associative and idempotent, so two
/// logs that were offered the same lines hold the same newest lines.
///
/// A change moves the record of its client to the end of the list. So the log is as long as the
/// number of clients, however often they move.
///
/// No single change takes long, however large the log is, because the table grows in many small
/// parts and memory is compacted a few records at a time.
#[derive(Debug)]
pub struct ChangeLog {
    clients: ClientTable,
    list: RecordList,
    last: u64,
    line_bytes: usize,
}

/// One change, as a follower of the log sees it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Change<'a> {
    /// Its number, from 1 on.
    pub number: u64,
    /// The canonical line with its LF.
    pub line: &'a [u8],
    /// Where the server learned it.
    pub origin: Origin,
}

impl ChangeLog {
    /// An empty log. The seed makes it hard to find client IDs that collide, and has no other
    /// effect.
    pub fn new(hash_seed: u64) -> Self {
        let clients = ClientTable::new(hash_seed);
        Self { clients, list: RecordList::new(), last: 0, line_bytes: 0 }
    }

    /// The number of the newest change; 0 if there was none.
    pub fn last_number(&self) -> u64 {
        self.last
    }

    /// The number of clients.
    pub fn len(&self) -> usize {
        self.clients.len()
    }

    /// The bytes of all lines, each with its LF.
    pub fn line_bytes(&self) -> usize {
        self.line_bytes
    }

    /// The bytes of memory that the log uses: records, free places between them, and 12 bytes a
    /// client for the table. Not counted are the ends of chunks that no record fits into, the chunk
    /// that is being filled, and the waypoints: at most 2 % more, and 1 MiB.
    pub fn held_bytes(&self) -> usize {
        self.list.placed_bytes() + self.len() * TABLE_BYTES_A_CLIENT
    }

    /// Whether the log is empty.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Whether there is room for another line. In all, there is room for about 16 GiB.
    pub fn has_room(&self) -> bool {
        self.list.has_room()
    }

    /// The newest line of `client`, canonical and with its LF.
    pub fn newest(&self, client: ClientId<'_>) -> Option<&[u8]> {
        let hash = self.clients.hash(client.as_bytes());
        let address = self.clients.find(hash, |address| self.list.line(address).is_of(client))?;
        Some(self.list.line(address).bytes)
    }

    /// Takes a line in if it is newer than the known one of its client: by time, then byte by byte.
    /// `line` is the canonical form of `at` with its LF. Returns the number of the change; None if
    /// the line is not newer, or there is no room for it.
    pub fn take_in(&mut self, at: &At<'_>, line: &[u8], origin: Origin) -> Option<u64> {
        if !self.has_room() {
            self.make_room();
            return None;
        }
        let Self { clients, list, last, .. } = self;
        let line = KnownLine::new(at, line);
        let hash = clients.hash(at.client().as_bytes());
        match clients.find_mut(hash, |address| list.line(address).is_of(at.client())) {
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
                clients.insert(hash, address, |other| list.line(other).client());
            }
        }
        self.line_bytes += line.bytes.len();
        self.list.begin_compaction_if_wasteful();
        self.compact();
        Some(self.last)
    }

    /// The changes after `number`, oldest first. Each client appears once, with its newest line.
    pub fn changes_after(&self, number: u64) -> impl Iterator<Item = Change<'_>> {
        let list = &self.list;
        list.after(number).map(|address| Change {
            number: list.number(address),
            line: list.line(address).bytes,
            origin: list.origin(address),
        })
    }

    /// Brings the records of up to [`PREFETCHED_MAX`] clients into the processor's cache.
    ///
    /// With many clients, each step from the table to a line waits for memory. Here these waits
    /// overlap. Otherwise they would cost more than everything else that is done for a line.
    pub fn prefetch<'c>(&self, clients: impl Iterator<Item = &'c [u8]>) {
        let mut hashes = [0; PREFETCHED_MAX];
        let mut count = 0;
        for (hash, client) in hashes.iter_mut().zip(clients) {
            *hash = self.clients.hash(client);
            count += 1;
        }
        let mut addresses = [Address::NONE; PREFETCHED_MAX];
        let mut found = 0;
        for &hash in &hashes[..count] {
            // The first hash match is almost always the right client.
            if let Some(address) = self.clients.guess(hash) {
                addresses[found] = address;
                found += 1;
            }
        }
        self.list.prefetch(&addresses[..found]);
    }

    /// Makes room where there is some to be made: begins a compaction, or does a bounded part of the
    /// one that is under way.
    pub(super) fn make_room(&mut self) {
        self.list.begin_compaction_for_room();
        self.compact();
    }

    /// Does a bounded part of a compaction, if one is under way.
    fn compact(&mut self) {
        for _ in 0..PLACES_COMPACTED_A_CHANGE {
            match self.list.compact_place() {
                EvacuationStep::Moved { from, to } => {
                    let hash = self.clients.hash(self.list.line(to).client());
                    let entry = self.clients.find_mut(hash, |address| address == from);
                    *entry.expect("each record's client is in the table") = to;
                }
                EvacuationStep::Skipped => {}
                EvacuationStep::Nothing => return,
            }
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
        /// The herd agrees because order, duplication and grouping do not matter.
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

        /// A follower that continues from its number must end with the same lines as one that
        /// starts at 0.
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

        /// The list, its waypoints and its memory are optimized; this model is not. Lines change
        /// their sizes so often that the log is being compacted most of the time. Between changes,
        /// a reader that knows only a number follows the log.
        #[test]
        fn it_holds_what_a_plain_list_holds(
            lines in proptest::collection::vec(any_line_of_any_size(), 0..400),
            lag in 0..30u64,
        ) {
            let mut log = ChangeLog::new(1);
            let mut plain: Vec<(u64, String, String)> = Vec::new();
            let mut last = 0;
            let after = |plain: &[(u64, String, String)], number| -> Vec<_> {
                let after = plain.iter().filter(|(at, ..)| *at > number);
                after.map(|(at, _, line)| (*at, line.clone())).collect()
            };
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
                let number = last.saturating_sub(lag);
                prop_assert_eq!(changes(&log, number), after(&plain, number));
            }
            prop_assert_eq!(log.len(), plain.len());
            let line_bytes: usize = plain.iter().map(|(_, _, line)| line.len() + 1).sum();
            prop_assert_eq!(log.line_bytes(), line_bytes);
            for number in 0..=last + 1 {
                prop_assert_eq!(changes(&log, number), after(&plain, number));
            }
        }
    }

    /// A line of a client. Lines with the same `time` have the same length, and lines with the next
    /// time have another, so that nothing fits into the places that they leave.
    fn line_of_changing_length(client: usize, time: usize) -> String {
        let zeros = "0".repeat(time * 7 % 53);
        format!("AT Ball +0.000000000 c{client} +1.1{zeros}+0 {time}")
    }

    /// Free places that nothing fits into must not fill the memory. It would be full after a
    /// tenth of these changes.
    #[test]
    fn lines_that_change_their_lengths_for_ever_do_not_fill_the_memory() {
        let mut log = ChangeLog::new(1);
        let mut compactions = 0;
        for change in 0..20_000 {
            let was_compacting = log.list.is_compacting();
            let line = line_of_changing_length(change % 700, change / 700);
            assert_eq!(take_in(&mut log, &line), Some(change as u64 + 1));
            compactions += usize::from(log.list.is_compacting() && !was_compacting);
        }
        assert!(compactions > 3, "{compactions}");
        assert_eq!(log.len(), 700);
    }

    /// Compaction is what gives a full log its room back, so it must not itself need room that is not
    /// there.
    #[test]
    fn a_full_log_that_is_being_compacted_has_room_again() {
        let mut log = ChangeLog::new(1);
        // Clients that come on top of those that change use the room up during a compaction.
        let mut times = (0..).map(|change| line_of_changing_length(change % 700, change / 700));
        while !log.list.is_compacting() {
            let line = times.next().expect("there is no end");
            assert!(take_in(&mut log, &line).is_some());
        }
        let mut added = 0;
        while log.has_room() {
            added += 1;
            let line = format!("AT Ball +0.0 {added}{} +1+1 1", "x".repeat(3_900));
            take_in(&mut log, &line);
        }
        let (len, refused) = (log.len(), take_in(&mut log, KIWI_1));
        assert_eq!((refused, log.len()), (None, len));
        assert!(log.list.is_compacting());
        let attempts = (0..1_000).find(|_| take_in(&mut log, KIWI_1).is_some());
        assert!(attempts.is_some());
        assert_eq!(log.len(), len + 1);
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
