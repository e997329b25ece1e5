//! One server's knowledge and its answers.

use super::change_log::ChangeLog;
use super::origin::{NeighborId, Origin};
use super::refusal::Refusal;
use super::rules::{AtCommands, Rules};
use crate::protocol::{
    At, ClientId, Coordinates, IamAt, Line, MaxResults, PEER_LINE_BYTES_MAX, Radius, Request,
    ServerName, Timestamp, write_invalid,
};
use std::collections::BTreeMap;

/// One server's knowledge: its log, and the rules by which it answers.
#[derive(Debug)]
pub struct Node {
    name: ServerName,
    rules: Rules,
    log: ChangeLog,
    refused: BTreeMap<(Origin, Refusal), u64>,
    /// Canonical lines are written here before they are compared with the known ones.
    canonical: Vec<u8>,
}

/// A WHATSAT that needs an answer from a source of places.
#[derive(Clone, Debug, PartialEq)]
pub struct Lookup {
    /// The first line of the reply, with its LF.
    pub at_line: Vec<u8>,
    /// Where the client is.
    pub center: Coordinates,
    /// How far from there, at most.
    pub radius: Radius,
    /// How many results, at most.
    pub max: MaxResults,
}

impl Node {
    /// A node that knows nothing yet.
    pub fn new(name: ServerName, rules: Rules, hash_seed: u64) -> Self {
        Self {
            name,
            rules,
            log: ChangeLog::new(hash_seed),
            refused: BTreeMap::new(),
            canonical: Vec::new(),
        }
    }

    /// Takes other rules from now on. What is known stays known.
    pub fn set_rules(&mut self, rules: Rules) {
        self.rules = rules;
    }

    /// The rules by which it answers.
    pub fn rules(&self) -> Rules {
        self.rules
    }

    /// The change log.
    pub fn log(&self) -> &ChangeLog {
        &self.log
    }

    /// Answers one line of a client that was read at `received`: appends the reply, or returns what
    /// must be looked up for it.
    pub fn command(
        &mut self,
        line: Line<'_>,
        received: Timestamp,
        reply: &mut Vec<u8>,
    ) -> Option<Lookup> {
        self.command_if(line, received, reply, |_| true)
    }

    /// Answers one line of a client who may not do everything. A command that is not permitted is
    /// answered as an invalid one.
    #[inline]
    pub fn command_if(
        &mut self,
        line: Line<'_>,
        received: Timestamp,
        reply: &mut Vec<u8>,
        permit: impl FnOnce(&Request<'_>) -> bool,
    ) -> Option<Lookup> {
        let text = match line {
            Line::Whole(text) => text,
            Line::Overlong(start) => {
                write_invalid(start, reply);
                return None;
            }
        };
        let answered = match Request::parse(text) {
            Ok(request) if !permit(&request) => false,
            Ok(Request::IamAt(iamat)) => self.tell(iamat, received, reply).is_ok(),
            Ok(Request::WhatsAt(asked)) => {
                let lookup = self.look_up(asked.client(), asked.radius(), asked.max());
                if lookup.is_some() {
                    return lookup;
                }
                false
            }
            Ok(Request::At(at)) => self.at_command(&at, received),
            Err(_) => false,
        };
        if !answered {
            write_invalid(text, reply);
        }
        None
    }

    /// Takes in a line of this server's own journal. What was accepted before is accepted again,
    /// whatever its times are: the clock may be wrong after a restart. Returns the number of the
    /// change if the line is newer than the known one.
    ///
    /// # Errors
    /// When the canonical line, which may be longer than the line that came, is too long, or there
    /// is no room for it.
    pub fn restore(&mut self, at: &At<'_>) -> Result<Option<u64>, Refusal> {
        self.take_in(at, Origin::Here)
    }

    /// Takes in a line of a neighbor when this server's clock shows `now`. The limits on clients do
    /// not apply: the server that took the line from the client has checked its own, and all servers
    /// must agree. Returns the number of the change if the line is newer than the known one.
    ///
    /// # Errors
    /// When the times in the line cannot be true, and as [`restore`](Self::restore). Refusals that
    /// are due to times are not [counted](Self::take_refused): the caller knows more of them.
    pub fn take_in_from_neighbor(
        &mut self,
        at: &At<'_>,
        neighbor: NeighborId,
        now: Timestamp,
    ) -> Result<Option<u64>, Refusal> {
        self.rules.judge_times(at, now)?;
        self.take_in(at, Origin::Neighbor(neighbor))
    }

    fn take_in(&mut self, at: &At<'_>, origin: Origin) -> Result<Option<u64>, Refusal> {
        self.canonical.clear();
        at.write(&mut self.canonical);
        if self.canonical.len() > PEER_LINE_BYTES_MAX {
            return Err(self.note_refused(origin, Refusal::TooLong));
        }
        if !self.log.has_room() {
            return Err(self.note_refused(origin, Refusal::NoRoom));
        }
        self.canonical.push(b'\n');
        Ok(self.log.take_in(at, &self.canonical, origin))
    }

    /// How many lines were refused since the last call, by where they came from and why.
    pub fn take_refused(&mut self) -> BTreeMap<(Origin, Refusal), u64> {
        std::mem::take(&mut self.refused)
    }

    fn note_refused(&mut self, origin: Origin, refusal: Refusal) -> Refusal {
        *self.refused.entry((origin, refusal)).or_default() += 1;
        if matches!(refusal, Refusal::NoRoom | Refusal::TooManyBytes) {
            // A compaction goes on with each change, and a full log has none.
            self.log.make_room();
        }
        refusal
    }

    /// Takes in what a client tells at `received`, and appends the AT line of it with its LF. A
    /// position that is older than the known one is accepted and changes nothing.
    ///
    /// # Errors
    /// When the rules refuse the position; nothing is appended then.
    pub fn tell(
        &mut self,
        iamat: IamAt<'_>,
        received: Timestamp,
        reply: &mut Vec<u8>,
    ) -> Result<(), Refusal> {
        let at = iamat.received_by(self.name.as_bytes(), received);
        if let Err(refusal) = self.judge(&at, received) {
            return Err(self.note_refused(Origin::Here, refusal));
        }
        let start = reply.len();
        at.write(reply);
        reply.push(b'\n');
        self.log.take_in(&at, &reply[start..], Origin::Here);
        Ok(())
    }

    /// What must be looked up to answer what is near `client`; None for one never heard of.
    pub fn look_up(&self, client: ClientId<'_>, radius: Radius, max: MaxResults) -> Option<Lookup> {
        let at_line = self.log.newest(client)?;
        let at = At::parse(at_line).expect("the log holds canonical AT lines");
        Some(Lookup {
            at_line: at_line.to_owned(),
            center: at.position().coordinates(),
            radius,
            max,
        })
    }

    /// Whether an AT line of a client is taken in, which is answered with nothing.
    fn at_command(&mut self, at: &At<'_>, received: Timestamp) -> bool {
        if self.rules.at_commands == AtCommands::Invalid {
            return false;
        }
        match self.judge(at, received) {
            Ok(()) => self.take_in(at, Origin::Here).is_ok(),
            Err(refusal) => {
                self.note_refused(Origin::Here, refusal);
                false
            }
        }
    }

    /// Whether a client may tell this position, or a server of an older herd on a client connection.
    fn judge(&self, at: &At<'_>, now: Timestamp) -> Result<(), Refusal> {
        self.rules.judge_times(at, now)?;
        if !self.log.has_room() {
            return Err(Refusal::NoRoom);
        }
        let limit = if self.log.len() >= self.rules.clients_max {
            Refusal::TooManyClients
        } else if self.log.held_bytes() as u64 >= self.rules.clients_bytes_max {
            Refusal::TooManyBytes
        } else {
            return Ok(());
        };
        self.log.newest(at.client()).map(|_| ()).ok_or(limit)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::protocol::Skew;
    use proptest::prelude::*;

    fn node(at_commands: AtCommands) -> Node {
        node_with(Rules { at_commands, ..Rules::default() })
    }

    fn node_with(rules: Rules) -> Node {
        Node::new("Alford".parse().expect("the name is legal"), rules, 1)
    }

    /// The reply to a line that is read 1,000 seconds after 1970.
    fn reply(node: &mut Node, line: &str) -> String {
        let mut reply = Vec::new();
        let received = Timestamp::from_nanos(1_000_000_000_000);
        let lookup = node.command(Line::Whole(line.as_bytes()), received, &mut reply);
        assert_eq!(lookup, None);
        String::from_utf8(reply).expect("the test's lines are UTF-8")
    }

    fn lookup(node: &mut Node, line: &str) -> Option<Lookup> {
        node.command(Line::Whole(line.as_bytes()), Timestamp::default(), &mut Vec::new())
    }

    #[test]
    fn iamat_is_answered_with_at() {
        let mut node = node(AtCommands::Invalid);
        let expected = "AT Alford +0.750000000 kiwi +34-118 999.25\n";
        assert_eq!(reply(&mut node, "IAMAT kiwi +34-118 999.25"), expected);
        assert_eq!(node.log().last_number(), 1);
    }

    #[test]
    fn an_older_position_is_acknowledged_and_not_kept() {
        let mut node = node(AtCommands::Invalid);
        reply(&mut node, "IAMAT kiwi +34-118 900");
        let older = "AT Alford +101.000000000 kiwi +35-118 899\n";
        assert_eq!(reply(&mut node, "IAMAT kiwi +35-118 899"), older);
        let at_line = lookup(&mut node, "WHATSAT kiwi 1 1").map(|lookup| lookup.at_line);
        assert_eq!(at_line, Some(b"AT Alford +100.000000000 kiwi +34-118 900\n".to_vec()));
    }

    #[test]
    fn a_time_too_far_ahead_is_invalid() {
        let mut node = node(AtCommands::Invalid);
        let (last, first_too_far) = ("IAMAT kiwi +1+1 1600", "IAMAT kiwi +1+1 1600.000000001");
        assert_eq!(reply(&mut node, last), "AT Alford -600.000000000 kiwi +1+1 1600\n");
        assert_eq!(reply(&mut node, first_too_far), format!("? {first_too_far}\n"));
    }

    /// A client that invents many client IDs must not fill the memory.
    #[test]
    fn a_new_client_beyond_the_limit_is_refused_and_known_ones_are_not() {
        let mut node = node_with(Rules { clients_max: 1, ..Rules::default() });
        reply(&mut node, "IAMAT kiwi +1+1 1");
        assert_eq!(reply(&mut node, "IAMAT plum +1+1 1"), "? IAMAT plum +1+1 1\n");
        assert_eq!(reply(&mut node, "IAMAT kiwi +1+1 2"), "AT Alford +998.000000000 kiwi +1+1 2\n");
        let at = At::parse(b"AT Ball +0.0 fig +1+1 1").expect("the line is good");
        assert_eq!(node.restore(&at), Ok(Some(3)));
        let refused = BTreeMap::from([((Origin::Here, Refusal::TooManyClients), 1)]);
        assert_eq!(node.take_refused(), refused);
        assert_eq!(node.take_refused(), BTreeMap::new());
    }

    /// Ten million long IDs are 40 GB, and an allocation that fails ends the process.
    #[test]
    fn a_new_client_beyond_the_bytes_is_refused_and_known_ones_are_not() {
        let mut node = node_with(Rules { clients_bytes_max: 1_000, ..Rules::default() });
        let line = |client: &str| format!("IAMAT {client}{} +1+1 1", "x".repeat(500));
        let is_refused = |node: &mut Node, client| reply(node, &line(client)).starts_with("? ");
        let clients = ["a", "b", "c", "a"];
        assert_eq!(
            clients.map(|client| is_refused(&mut node, client)),
            [false, false, true, false]
        );
        let record_bytes = (20 + "AT Alford +999.000000000 a +1+1 1\n".len() + 500).div_ceil(4) * 4;
        assert_eq!(node.log().held_bytes(), 2 * (record_bytes + 12));
        let refused = BTreeMap::from([((Origin::Here, Refusal::TooManyBytes), 1)]);
        assert_eq!(node.take_refused(), refused);
        let at = At::parse(b"AT Ball +0.0 fig +1+1 1").expect("the line is good");
        assert_eq!(node.restore(&at), Ok(Some(3)));
    }

    /// Free places count, so without a compaction a log whose lines have changed their lengths would
    /// refuse new clients although half of its memory is free.
    #[test]
    fn a_limit_that_free_places_reach_makes_room() {
        let mut node = node_with(Rules { clients_bytes_max: 7_500, ..Rules::default() });
        let line = |client: usize, zeros: usize, time: usize| {
            format!("IAMAT {client} +1.1{:0<zeros$}+1 {time}", "")
        };
        for client in 0..60 {
            assert!(reply(&mut node, &line(client, 1, 1)).starts_with("AT "));
        }
        for client in 0..60 {
            assert!(reply(&mut node, &line(client, 9, 2)).starts_with("AT "));
        }
        let held = node.log().held_bytes();
        assert!(held >= 7_500, "{held}");
        let refused =
            (60..160).take_while(|&client| reply(&mut node, &line(client, 9, 2)).starts_with("? "));
        let refused = refused.count();
        assert!((1..40).contains(&refused), "{refused}");
        assert!(node.log().held_bytes() <= 7_500, "{}", node.log().held_bytes());
    }

    /// Before this, the journal refused such a line at the next start.
    #[test]
    fn a_line_that_is_too_long_in_its_canonical_form_is_refused() {
        let mut node = node(AtCommands::TakenIn);
        let line = |skew: &str, length: usize| {
            let rest = format!("AT Ball {skew}  +1+1 1").len();
            format!("AT Ball {skew} {} +1+1 1", "x".repeat(length - rest))
        };
        let from = NeighborId(1);
        for (skew, length, taken) in [
            ("+0.0", PEER_LINE_BYTES_MAX, Err(Refusal::TooLong)),
            ("+0.0", PEER_LINE_BYTES_MAX - 7, Err(Refusal::TooLong)),
            ("+0.0", PEER_LINE_BYTES_MAX - 8, Ok(Some(1))),
            // The same line, as it is once it is known.
            ("+0.000000000", PEER_LINE_BYTES_MAX, Ok(None)),
            ("+0.000000000", PEER_LINE_BYTES_MAX + 1, Err(Refusal::TooLong)),
        ] {
            let line = line(skew, length);
            let at = At::parse(line.as_bytes()).expect("the line is good");
            let outcome = node.take_in_from_neighbor(&at, from, Timestamp::default());
            assert_eq!(outcome, taken, "{skew} {length}");
        }
        assert_eq!(
            node.take_refused(),
            BTreeMap::from([((Origin::Neighbor(from), Refusal::TooLong), 3)])
        );
    }

    /// One server that lies, or whose clock is wrong, would otherwise pin a client on all servers.
    #[test]
    fn a_neighbors_line_that_is_ahead_is_refused_and_a_journals_is_not() {
        let mut node = node(AtCommands::Invalid);
        let now = Timestamp::from_nanos(1_000_000_000_000);
        let early = At::parse(b"AT Ball +0.0 kiwi +1+1 1060.000000001").expect("it is an AT");
        let far = At::parse(b"AT Ball -600.000000001 kiwi +1+1 1600").expect("it is an AT");
        let mut take_in = |at| node.take_in_from_neighbor(at, NeighborId(1), now);
        assert_eq!(take_in(&early), Err(Refusal::TooEarly));
        assert_eq!(take_in(&far), Err(Refusal::TooFarAhead));
        let honest = At::parse(b"AT Ball +0.0 kiwi +1+1 1060").expect("it is an AT");
        assert_eq!(take_in(&honest), Ok(Some(1)));
        assert_eq!(node.take_refused(), BTreeMap::new());
        assert_eq!(node.restore(&early), Ok(Some(2)));
        assert_eq!(node.restore(&far), Ok(Some(3)));
    }

    /// A server of an older herd can have a wrong clock as well.
    #[test]
    fn an_at_command_is_judged_as_a_neighbors_line() {
        let mut node = node(AtCommands::TakenIn);
        for line in ["AT Ball +0.0 kiwi +1+1 1061", "AT Ball -601.0 kiwi +1+1 1500"] {
            assert_eq!(reply(&mut node, line), format!("? {line}\n"));
        }
        assert_eq!(reply(&mut node, "AT Ball -600.0 kiwi +1+1 1660"), "");
        let refused = BTreeMap::from([
            ((Origin::Here, Refusal::TooFarAhead), 1),
            ((Origin::Here, Refusal::TooEarly), 1),
        ]);
        assert_eq!(node.take_refused(), refused);
    }

    /// Offers all lines in an order that follows from `shuffle`.
    fn offer(node: &mut Node, lines: &[String], shuffle: usize, now_seconds: u64) {
        let now = Timestamp::from_nanos(now_seconds * 1_000_000_000);
        for number in 0..lines.len() {
            let line = &lines[(number + 1) * shuffle % lines.len()];
            let at = At::parse(line.as_bytes()).expect("it is an AT");
            // What is refused is what the test is about.
            let _ = node.take_in_from_neighbor(&at, NeighborId(0), now);
        }
    }

    proptest! {
        /// Two servers whose clocks differ refuse different lines at first. Once both clocks have
        /// got there, they know the same: the newest of all lines that are not too far ahead.
        #[test]
        fn servers_whose_clocks_differ_agree_later(
            times in proptest::collection::vec((900i128..1_200, -700i128..700), 13),
            clocks in [900u64..1_200, 900u64..1_200],
            shuffles in [1usize..13, 1usize..13],
        ) {
            let lines: Vec<_> = times.iter().map(|&(received, ahead)| {
                let skew = Skew::from_nanos(-ahead * 1_000_000_000).expect("it is in range");
                format!("AT Ball {skew} kiwi +1+1 {}.000000000\n", received + ahead)
            }).collect();
            let newest = lines.iter().zip(&times).filter(|(_, (_, ahead))| *ahead <= 600)
                .map(|(line, (received, ahead))| (received + ahead, line)).max();
            for (clock, shuffle) in clocks.into_iter().zip(shuffles) {
                let mut node = node(AtCommands::Invalid);
                offer(&mut node, &lines, shuffle, clock);
                offer(&mut node, &lines, 13 - shuffle, 1_200);
                let client = ClientId::parse(b"kiwi").expect("the ID is good");
                let known = node.log().newest(client);
                prop_assert_eq!(known, newest.map(|(_, line)| line.as_bytes()));
            }
        }
    }

    /// A position that cannot be kept must not be acknowledged.
    #[test]
    fn a_full_log_takes_nothing_and_says_so() {
        let mut node = node(AtCommands::Invalid);
        let line = |number| format!("IAMAT {number}{} +1+1 1", "x".repeat(4000));
        let acknowledged = |node: &mut Node, number| reply(node, &line(number)).starts_with("AT ");
        let first_refused = (0..).find(|&number| !acknowledged(&mut node, number));
        let refused = first_refused.expect("room ends");
        assert_eq!(node.log().len(), refused);
        assert_eq!(reply(&mut node, "IAMAT kiwi +1+1 1"), "? IAMAT kiwi +1+1 1\n");
        let at = At::parse(b"AT Ball +0.0 kiwi +1+1 1").expect("the line is good");
        assert_eq!(node.restore(&at), Err(Refusal::NoRoom));
    }

    #[test]
    fn whatsat_is_a_lookup_around_the_newest_position() {
        let mut node = node(AtCommands::Invalid);
        reply(&mut node, "IAMAT kiwi +34.5-118 900");
        let expected = Lookup {
            at_line: b"AT Alford +100.000000000 kiwi +34.5-118 900\n".to_vec(),
            center: Coordinates { latitude: 34.5, longitude: -118.0 },
            radius: Radius::from_metres(10_000.0).expect("10 km are in range"),
            max: MaxResults::new(5).expect("5 is in range"),
        };
        assert_eq!(lookup(&mut node, "WHATSAT kiwi 10 5"), Some(expected));
    }

    #[test]
    fn a_client_never_heard_of_is_an_invalid_command() {
        let mut node = node(AtCommands::Invalid);
        assert_eq!(reply(&mut node, "WHATSAT kiwi 10 5"), "? WHATSAT kiwi 10 5\n");
    }

    #[test]
    fn what_is_no_command_comes_back_byte_for_byte() {
        let mut node = node(AtCommands::Invalid);
        for line in ["", " \t hello\r", "IAMAT kiwi", "AT Ball +0.0 kiwi +34-118 1"] {
            assert_eq!(reply(&mut node, line), format!("? {line}\n"));
        }
        let mut out = Vec::new();
        node.command(Line::Overlong(b"xxxx"), Timestamp::default(), &mut out);
        assert_eq!(out, b"? xxxx\n");
        assert!(node.log().is_empty());
    }

    /// Without it a device could tell where others are.
    #[test]
    fn what_is_not_permitted_is_an_invalid_command_and_changes_nothing() {
        let mut node = node(AtCommands::TakenIn);
        reply(&mut node, "IAMAT kiwi +34-118 900");
        for line in ["IAMAT kiwi +1+1 901", "WHATSAT kiwi 10 5", "AT Ball +0.0 kiwi +1+1 901"] {
            let mut reply = Vec::new();
            let whole = Line::Whole(line.as_bytes());
            let lookup = node.command_if(whole, Timestamp::default(), &mut reply, |_| false);
            assert_eq!((lookup, reply), (None, format!("? {line}\n").into_bytes()));
        }
        assert_eq!(node.log().last_number(), 1);
    }

    #[test]
    fn at_on_a_client_connection_is_taken_in_silently_where_that_is_wanted() {
        let mut node = node(AtCommands::TakenIn);
        assert_eq!(reply(&mut node, "AT Ball -0.5 kiwi +34-118 1"), "");
        let at_line = lookup(&mut node, "WHATSAT kiwi 1 1").map(|lookup| lookup.at_line);
        assert_eq!(at_line, Some(b"AT Ball -0.500000000 kiwi +34-118 1\n".to_vec()));
    }
}
