//! Which command comes next.

use super::kind::Kind;
use super::plan::Plan;
use super::template::{Template, Values};
use fastrand::Rng;
use herd::protocol::Timestamp;
use std::ops::Range;

/// The seed of all random choices. Equal plans send equal commands in equal order; only the times
/// differ.
const SEED: u64 = 0x0068_6572_6421;

/// How far from its city a client may be, in millionths of a degree: some five kilometres.
const AROUND_CITY: i32 = 50_000;

/// Los Angeles, Paris, Nairobi and Sydney in millionths of a degree. Each has another combination
/// of signs. Some have many places nearby, others few.
const CITIES: [(i32, i32); 4] = [
    (34_068_930, -118_445_127),
    (48_856_600, 2_352_200),
    (-1_286_389, 36_817_223),
    (-33_868_800, 151_209_300),
];

/// The clients and the commands about them. Each client stays near one city. Every command about it
/// has a new position and a later time.
#[derive(Debug)]
pub(super) struct Load {
    tell: Template,
    ask: Template,
    asking_percent: u8,
    clients: u32,
    /// The clients that must be sent before any other command.
    untold: Range<u32>,
    random: Rng,
    /// The time of the last command, in nanoseconds.
    last_time: u64,
}

impl Load {
    /// The load that the plan asks for.
    pub(super) fn of(plan: &Plan) -> Self {
        Self {
            tell: plan.dialect.tell(),
            ask: plan.dialect.ask(&plan.question),
            asking_percent: u8::try_from(plan.asking.get()).expect("a percentage is small"),
            clients: plan.clients.get(),
            untold: 0..plan.untold(),
            random: Rng::with_seed(SEED),
            last_time: 0,
        }
    }

    /// Appends the next command.
    pub(super) fn push_next(&mut self, now: Timestamp, out: &mut Vec<u8>) -> Kind {
        let untold = self.untold.next();
        let client = untold.unwrap_or_else(|| self.random.u32(..self.clients));
        let values = self.values(client, now);
        if untold.is_none() && self.random.u8(..100) < self.asking_percent {
            self.ask.push(&values, out);
            return Kind::Ask;
        }
        self.tell.push(&values, out);
        Kind::Tell
    }

    fn values(&mut self, client: u32, now: Timestamp) -> Values {
        // The commands of one batch are written at one time, and a client may be in it twice.
        self.last_time = now.as_nanos().max(self.last_time + 1);
        let (latitude, longitude) = CITIES[client as usize % CITIES.len()];
        Values {
            client,
            latitude: latitude + self.random.i32(-AROUND_CITY..=AROUND_CITY),
            longitude: longitude + self.random.i32(-AROUND_CITY..=AROUND_CITY),
            time: Timestamp::from_nanos(self.last_time),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::plan::Fill;
    use super::super::plan::tests::plan;
    use super::*;
    use herd::protocol::{IamAt, Request};
    use std::collections::{BTreeMap, BTreeSet};

    const NOW: Timestamp = Timestamp::from_nanos(1_479_413_884_392_014_450);

    fn lines(plan: &Plan, count: usize) -> Vec<String> {
        let (mut load, mut out) = (Load::of(plan), Vec::new());
        for _ in 0..count {
            load.push_next(NOW, &mut out);
        }
        String::from_utf8(out).unwrap().lines().map(str::to_owned).collect()
    }

    fn iamat(line: &str) -> IamAt<'_> {
        match Request::parse(line.as_bytes()) {
            Ok(Request::IamAt(iamat)) => iamat,
            other => panic!("{line}: {other:?}"),
        }
    }

    /// If the position stayed the same or the time did not grow, the command would change nothing
    /// and cost the server less.
    #[test]
    fn every_command_is_a_change() {
        let lines = lines(&plan(3, 0, Fill::Nobody), 3000);
        let mut last = BTreeMap::new();
        for line in &lines {
            let now = iamat(line);
            if let Some(before) = last.insert(now.client(), now) {
                assert!(before.time() < now.time(), "{line}");
                assert_ne!(before.position(), now.position());
            }
        }
        assert_eq!(last.len(), 3);
    }

    /// The cost of a WHATSAT depends on what is nearby: there must be places, and not the same ones
    /// for all clients.
    #[test]
    fn clients_are_in_four_cities() {
        let lines = lines(&plan(1000, 0, Fill::Everybody), 1000);
        let corners: BTreeSet<_> = lines
            .iter()
            .map(|line| iamat(line).position().coordinates())
            .map(|at| (at.latitude.round() as i32, at.longitude.round() as i32))
            .collect();
        let cities = [(-34, 151), (-1, 37), (34, -118), (49, 2)];
        assert_eq!(corners, BTreeSet::from(cities));
    }

    /// The server answers `?` about a client that it does not know.
    #[test]
    fn everybody_is_told_of_first() {
        let lines = lines(&plan(500, 100, Fill::Everybody), 501);
        let told: BTreeSet<_> = lines[..500].iter().map(|line| iamat(line).client()).collect();
        assert_eq!(told.len(), 500);
        let last = Request::parse(lines[500].as_bytes());
        assert!(matches!(last, Ok(Request::WhatsAt(_))), "{last:?}");
    }

    /// Figures of two runs are compared, so both must send the same commands.
    #[test]
    fn the_mix_is_as_planned_and_the_same_again() {
        let mixed = plan(100, 25, Fill::Nobody);
        let asking = |lines: &[String]| lines.iter().filter(|l| l.starts_with("WHATSAT")).count();
        let first = lines(&mixed, 10_000);
        assert!((2300..2700).contains(&asking(&first)), "{}", asking(&first));
        assert_eq!(lines(&mixed, 10_000), first);
        assert_eq!(asking(&lines(&plan(100, 100, Fill::Nobody), 100)), 100);
    }
}
