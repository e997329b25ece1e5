//! The index of all clients' newest positions.

use super::clients::Clients;
use super::near::Near;
use super::point::Slot;
use super::question::{MaxNear, Reach};
use super::search::{Circle, nearest};
use super::table::Table;
use super::tree::{CLIENTS_MAX, Tree};
use crate::protocol::{ClientId, Coordinates, Position};

/// How many clients are looked ahead at. The waits for their memory overlap.
const AHEAD: usize = 32;

/// Where all clients are, so that those near a point are found without a look at the others.
///
/// ```
/// use herd::nearest::{Index, MaxNear, Reach};
/// use herd::protocol::{ClientId, Position};
///
/// let mut index = Index::new(7);
/// index.take_in(ClientId::new("van-1")?, Position::new(34.05, -118.25)?);
/// index.take_in(ClientId::new("van-2")?, Position::new(34.06, -118.44)?);
/// let (reach, max) = (Reach::EVERYWHERE, MaxNear::new(1).expect("1 is in range"));
/// let near = index.nearest(Position::new(34.07, -118.445)?, reach, max);
/// assert_eq!(near[0].client().as_bytes(), b"van-2");
/// assert_eq!(near[0].distance_metres().round(), 1204.0);
/// # Ok::<(), herd::protocol::InvalidField>(())
/// ```
#[derive(Debug)]
pub struct Index {
    table: Table,
    clients: Clients,
    tree: Tree,
    left_out: u64,
}

impl Index {
    /// An empty index. The seed makes it hard to find client IDs that collide, and has no other
    /// effect.
    pub fn new(hash_seed: u64) -> Self {
        Self {
            table: Table::new(hash_seed),
            clients: Clients::default(),
            tree: Tree::new(),
            left_out: 0,
        }
    }

    /// How many clients there are.
    pub fn len(&self) -> usize {
        self.clients.len()
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// How many positions were left out because their clients were new and there was no room: for
    /// more than [`CLIENTS_MAX`] clients, or [`RECORD_BYTES_MAX`](super::RECORD_BYTES_MAX) bytes of records.
    pub fn left_out(&self) -> u64 {
        self.left_out
    }

    /// Notes where a client is now. If it is new and there is no room for it, the position is
    /// [left out](Self::left_out).
    pub fn take_in(&mut self, client: ClientId<'_>, position: Position<'_>) {
        let hash = self.table.hash(client.as_bytes());
        self.take_in_hashed(hash, client.as_bytes(), position.coordinates());
    }

    /// Notes where many clients are now, one after the other. With many clients in the index, this
    /// takes a fraction of the time of as many single calls, which wait for memory one by one.
    pub fn take_in_all(&mut self, moves: &[(ClientId<'_>, Position<'_>)]) {
        for moves in moves.chunks(AHEAD) {
            let mut hashes = [0; AHEAD];
            for (hash, (client, _)) in hashes.iter_mut().zip(moves) {
                *hash = self.table.hash(client.as_bytes());
            }
            self.prefetch(&hashes[..moves.len()]);
            for (&hash, (client, position)) in hashes.iter().zip(moves) {
                self.take_in_hashed(hash, client.as_bytes(), position.coordinates());
            }
        }
    }

    fn prefetch(&self, hashes: &[u64]) {
        let mut slots = [Slot(0); AHEAD];
        let mut known = 0;
        for slot in hashes.iter().filter_map(|&hash| self.table.guess(hash)) {
            slots[known] = slot;
            known += 1;
        }
        self.clients.prefetch(&slots[..known]);
        self.tree.prefetch(&self.clients, &slots[..known]);
    }

    fn take_in_hashed(&mut self, hash: u64, client: &[u8], at: Coordinates) {
        let Self { table, clients, tree, .. } = self;
        if let Some(slot) = table.find(hash, client, clients) {
            return tree.move_to(clients, slot, at);
        }
        let has_room = clients.len() < CLIENTS_MAX;
        let Some(slot) = has_room.then(|| clients.add(client)).flatten() else {
            self.left_out += 1;
            return;
        };
        table.insert(hash, slot, clients);
        tree.add(clients, slot, at);
    }

    /// The clients within `reach` of a point, the nearest first, and at equal distances by ID: at
    /// most `max`. A client whose distance is `reach` is within.
    pub fn nearest(&self, center: Position<'_>, reach: Reach, max: MaxNear) -> Vec<Near> {
        if max.get() == 0 {
            return Vec::new();
        }
        let (center, metres) = (center.coordinates(), reach.metres());
        let id_of = |slot| self.clients.id(slot);
        let found = nearest(&self.tree, Circle { center, metres, max: max.get() }, id_of);
        found.iter().map(|found| Near::new(id_of(found.slot), found.at, found.metres)).collect()
    }

    /// The bytes of memory that the index holds, the clients' IDs included.
    pub fn held_bytes(&self) -> usize {
        self.table.held_bytes() + self.clients.held_bytes() + self.tree.held_bytes()
    }

    /// The bytes of all clients' IDs.
    pub fn id_bytes(&self) -> usize {
        self.clients.id_bytes()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::earth::distance_metres;
    use proptest::prelude::*;

    fn at(latitude: f64, longitude: f64) -> Position<'static> {
        Position::new(latitude, longitude).expect("the test's positions are in range")
    }

    fn index_of(clients: &[(String, Position<'static>)]) -> Index {
        let mut index = Index::new(1);
        let moves: Vec<_> =
            clients.iter().map(|(id, at)| (ClientId::new(id).expect("a good ID"), *at)).collect();
        index.take_in_all(&moves);
        index
    }

    fn numbered(positions: &[Position<'static>]) -> Vec<(String, Position<'static>)> {
        positions.iter().enumerate().map(|(number, at)| (format!("c{number}"), *at)).collect()
    }

    type Answer = Vec<(String, Coordinates, f64)>;

    fn ask(index: &Index, center: Position<'_>, metres: f64, max: usize) -> Answer {
        let (reach, max) = (Reach::from_metres(metres).unwrap(), MaxNear::new(max).unwrap());
        let near = index.nearest(center, reach, max).into_iter();
        near.map(|near| (near.client().to_string(), near.position(), near.distance_metres()))
            .collect()
    }

    /// Looks at every client, in the way that nobody can get wrong.
    fn ask_by_brute_force(
        clients: &[(String, Position<'static>)],
        center: Position<'_>,
        metres: f64,
        max: usize,
    ) -> Answer {
        let distance = |at| distance_metres(center.coordinates(), at);
        let mut near: Answer = clients
            .iter()
            .map(|(id, at)| (id.clone(), at.coordinates(), distance(at.coordinates())))
            .filter(|near| near.2 <= metres)
            .collect();
        near.sort_by(|one, other| one.2.total_cmp(&other.2).then_with(|| one.0.cmp(&other.0)));
        near.truncate(max);
        near
    }

    #[test]
    fn nobody_is_near_in_an_empty_index_and_nobody_is_wanted_of_none() {
        let mut index = Index::new(1);
        assert!(index.is_empty());
        assert_eq!(ask(&index, at(0.0, 0.0), 2e7, 20), []);
        index.take_in(ClientId::new("kiwi").unwrap(), at(0.0, 0.0));
        assert_eq!(index.len(), 1);
        assert_eq!(ask(&index, at(0.0, 0.0), 2e7, 0), []);
        assert_eq!(ask(&index, at(0.0, 0.0), 0.0, 1).len(), 1);
    }

    #[test]
    fn a_client_that_moved_is_only_where_it_is_now() {
        let kiwi = ClientId::new("kiwi").unwrap();
        let mut index = Index::new(1);
        index.take_in(kiwi, at(34.0, -118.0));
        index.take_in(kiwi, at(-34.0, 18.0));
        assert_eq!(ask(&index, at(34.0, -118.0), 10_000.0, 20), []);
        let there = at(-34.0, 18.0);
        let expected = vec![("kiwi".to_owned(), there.coordinates(), 0.0)];
        assert_eq!(ask(&index, there, 10_000.0, 20), expected);
    }

    /// Otherwise two equal questions could have two answers.
    #[test]
    fn equal_distances_are_ordered_by_id() {
        let clients: Vec<_> = (0..500).map(|number| (format!("c{number}"), at(1.0, 2.0))).collect();
        let index = index_of(&clients);
        let ids: Vec<_> =
            ask(&index, at(1.0, 2.0), 0.0, 4).into_iter().map(|(id, ..)| id).collect();
        assert_eq!(ids, ["c0", "c1", "c10", "c100"]);
    }

    #[test]
    fn an_id_of_any_bytes_comes_back() {
        let mut index = Index::new(1);
        let id = ClientId::parse(b"\xff\x00\xfe").unwrap();
        index.take_in(id, at(0.0, 0.0));
        let near = index.nearest(at(0.0, 0.0), Reach::EVERYWHERE, MaxNear::new(1).unwrap());
        assert_eq!(near[0].client(), id);
    }

    /// Poles, both names of longitude 180, equal points, points a unit apart, cities, and anywhere.
    fn any_position() -> impl Strategy<Value = Position<'static>> {
        let nudge = || prop_oneof![Just(0.0), -1e-7..1e-7f64, -0.01..0.01f64, -3.0..3.0f64];
        let edge = prop_oneof![Just(180.0), Just(-180.0)];
        let spot = prop_oneof![
            3 => Just((34.05, -118.25)),
            2 => (prop_oneof![Just(90.0), Just(-90.0)], -180.0..=180.0f64),
            2 => (prop_oneof![Just(-17.0), Just(68.9), Just(0.0)], edge),
            1 => (-90.0..=90.0f64, -180.0..=180.0f64),
            1 => Just((0.0, 0.0)),
        ];
        (spot, nudge(), nudge(), any::<bool>()).prop_map(|((north, east), up, right, is_round)| {
            let round = |degrees: f64| match is_round {
                true => (degrees * 1e6).round() / 1e6,
                false => degrees,
            };
            let north = round((north + up).clamp(-90.0, 90.0));
            at(north, round((east + right).clamp(-180.0, 180.0)))
        })
    }

    fn any_reach() -> impl Strategy<Value = f64> {
        prop_oneof![
            Just(0.0),
            Just(Reach::EVERYWHERE.metres()),
            0.0..0.1f64,
            0.0..50_000.0f64,
            0.0..2e7f64,
            1.99e7..2.0015e7f64,
        ]
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(64))]

        /// A cell that is forgotten, or left too early, loses clients without a sound.
        #[test]
        fn the_index_finds_what_brute_force_finds(
            positions in prop::collection::vec(any_position(), 0..500),
            questions in prop::collection::vec((any_position(), any_reach(), 0..60usize), 1..20),
        ) {
            let clients = numbered(&positions);
            let index = index_of(&clients);
            for (center, metres, max) in questions {
                let expected = ask_by_brute_force(&clients, center, metres, max);
                prop_assert_eq!(ask(&index, center, metres, max), expected);
            }
        }

        /// The radius is exactly the distance of a client, whatever rounding made of it.
        #[test]
        fn a_client_on_the_circle_is_within(
            positions in prop::collection::vec(any_position(), 1..100),
            center in any_position(),
        ) {
            let clients = numbered(&positions);
            let index = index_of(&clients);
            for (id, position) in &clients {
                let metres = distance_metres(center.coordinates(), position.coordinates());
                let found = ask(&index, center, metres, 1000);
                let is_found = found.iter().any(|found| found.0 == *id);
                prop_assert!(is_found, "{metres} m");
            }
        }

        /// Clients that move leave nothing behind: cells divide and merge meanwhile.
        #[test]
        fn an_index_of_moves_finds_what_an_index_of_the_last_ones_finds(
            moves in prop::collection::vec((0..200usize, any_position()), 0..1_500),
            questions in prop::collection::vec((any_position(), any_reach(), 0..60usize), 1..10),
        ) {
            let mut index = Index::new(1);
            let mut newest = std::collections::BTreeMap::new();
            for (number, position) in moves {
                let id = format!("c{number}");
                index.take_in(ClientId::new(&id).unwrap(), position);
                newest.insert(id, position);
            }
            let clients: Vec<_> = newest.into_iter().collect();
            prop_assert_eq!(index.len(), clients.len());
            for (center, metres, max) in questions {
                let expected = ask_by_brute_force(&clients, center, metres, max);
                prop_assert_eq!(ask(&index, center, metres, max), expected);
            }
        }
    }
}
