//! Who enters and leaves a circle.

use super::question::Reach;
use super::units::Units;
use super::window::Window;
use crate::earth::distance_metres;
use crate::protocol::{ClientId, Coordinates, Position};
use std::collections::BTreeSet;

/// The most bytes of memory that a fence holds for the clients within it: some 12,000 clients with
/// IDs of 20 bytes.
pub const FENCE_BYTES_MAX: usize = 1 << 20;

/// What a client within costs beside its ID: a pointer and a length in a set that is at least half
/// full, and what an allocation takes for itself.
const CLIENT_BYTES: usize = 64;

/// What a position means to a fence.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FenceEvent {
    /// The client is within now, and was not before.
    Enter,
    /// The client was within before and is still, here or elsewhere.
    Move,
    /// The client is not within any more.
    Exit,
}

/// A circle that says which clients enter it, move in it and leave it.
///
/// It knows only what it has [taken in](Self::take_in): a fence that is to know who is within
/// already takes all newest positions in first.
///
/// ```
/// use herd::nearest::{Fence, FenceEvent, Reach};
/// use herd::protocol::{ClientId, Position};
///
/// let reach = Reach::from_metres(1000.0).expect("it is in range");
/// let mut depot = Fence::new(Position::new(34.05, -118.25)?, reach);
/// let van = ClientId::new("van-1")?;
/// assert_eq!(depot.take_in(van, Position::new(35.0, -118.0)?), None);
/// assert_eq!(depot.take_in(van, Position::new(34.05, -118.25)?), Some(FenceEvent::Enter));
/// assert_eq!(depot.take_in(van, Position::new(34.051, -118.25)?), Some(FenceEvent::Move));
/// assert_eq!(depot.take_in(van, Position::new(34.06, -118.25)?), Some(FenceEvent::Exit));
/// # Ok::<(), herd::protocol::InvalidField>(())
/// ```
#[derive(Clone, Debug)]
pub struct Fence {
    center: Coordinates,
    reach: Reach,
    /// Most clients are far away, and this says so without a sine.
    window: Window,
    within: BTreeSet<Box<[u8]>>,
    bytes: usize,
}

impl Fence {
    /// A fence around a point, with nobody within.
    pub fn new(center: Position<'_>, reach: Reach) -> Self {
        let center = center.coordinates();
        let window = Window::around(center, reach.metres());
        Self { center, reach, window, within: BTreeSet::new(), bytes: 0 }
    }

    /// How many clients are known to be within.
    pub fn len(&self) -> usize {
        self.within.len()
    }

    /// Whether nobody is known to be within.
    pub fn is_empty(&self) -> bool {
        self.within.is_empty()
    }

    /// Takes a client's new position in and says what that means; None for a client that stays
    /// outside. A client whose distance is the reach is within.
    ///
    /// A client that enters while the fence holds [`FENCE_BYTES_MAX`] is passed over. Once there is
    /// room, it enters with its next position within.
    pub fn take_in(&mut self, client: ClientId<'_>, position: Position<'_>) -> Option<FenceEvent> {
        let client = client.as_bytes();
        let bytes = CLIENT_BYTES + client.len();
        if !self.holds(position.coordinates()) {
            let was_within = self.within.remove(client);
            self.bytes -= if was_within { bytes } else { 0 };
            return was_within.then_some(FenceEvent::Exit);
        }
        if self.within.contains(client) {
            return Some(FenceEvent::Move);
        }
        if self.bytes + bytes > FENCE_BYTES_MAX {
            return None;
        }
        self.bytes += bytes;
        self.within.insert(client.into());
        Some(FenceEvent::Enter)
    }

    fn holds(&self, at: Coordinates) -> bool {
        self.window.holds(Units::of(at)) && distance_metres(self.center, at) <= self.reach.metres()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use std::collections::BTreeMap;

    fn at(latitude: f64, longitude: f64) -> Position<'static> {
        Position::new(latitude, longitude).expect("the test's positions are in range")
    }

    fn id(id: &str) -> ClientId<'_> {
        ClientId::new(id).expect("the test's IDs are good")
    }

    fn metres(metres: f64) -> Reach {
        Reach::from_metres(metres).expect("the test's reaches are in range")
    }

    #[test]
    fn a_fence_across_longitude_180_is_one_circle() {
        let mut fence = Fence::new(at(-17.0, 180.0), metres(50_000.0));
        assert_eq!(fence.take_in(id("kiwi"), at(-17.0, 179.7)), Some(FenceEvent::Enter));
        assert_eq!(fence.take_in(id("kiwi"), at(-17.0, -179.7)), Some(FenceEvent::Move));
        assert_eq!(fence.take_in(id("kiwi"), at(-17.0, -179.7)), Some(FenceEvent::Move));
        assert_eq!(fence.take_in(id("kiwi"), at(-17.0, -179.4)), Some(FenceEvent::Exit));
        assert_eq!(fence.take_in(id("kiwi"), at(-17.0, -179.4)), None);
        assert!(fence.is_empty());
    }

    /// A crowd that enters must not take the server's memory, and those within must still be told.
    #[test]
    fn a_full_fence_passes_over_who_enters_until_there_is_room() {
        let mut fence = Fence::new(at(0.0, 0.0), metres(1.0));
        let long = |number: usize| format!("{number}-{}", "x".repeat(4000));
        let mut number = 0;
        while fence.take_in(id(&long(number)), at(0.0, 0.0)) == Some(FenceEvent::Enter) {
            number += 1;
        }
        assert!((200..300).contains(&number), "{number} clients");
        assert_eq!(fence.len(), number);
        assert_eq!(fence.take_in(id(&long(0)), at(0.0, 0.0)), Some(FenceEvent::Move));
        assert_eq!(fence.take_in(id(&long(number)), at(1.0, 0.0)), None);
        assert_eq!(fence.take_in(id(&long(0)), at(1.0, 0.0)), Some(FenceEvent::Exit));
        assert_eq!(fence.take_in(id(&long(number)), at(0.0, 0.0)), Some(FenceEvent::Enter));
        for number in 1..=number {
            assert_eq!(fence.take_in(id(&long(number)), at(1.0, 0.0)), Some(FenceEvent::Exit));
        }
        assert_eq!((fence.len(), fence.bytes), (0, 0));
    }

    proptest! {
        /// Whoever adds up the events knows who is within.
        #[test]
        fn events_say_who_is_within(
            center in (-90.0..=90.0f64, -180.0..=180.0f64),
            reach in 0.0..2e7f64,
            moves in prop::collection::vec((0..5u8, -90.0..=90.0f64, -180.0..=180.0f64), 0..200),
        ) {
            let center = at(center.0, center.1);
            let mut fence = Fence::new(center, metres(reach));
            let mut within = BTreeMap::new();
            for (number, latitude, longitude) in moves {
                let place = at(latitude, longitude);
                let distance = distance_metres(center.coordinates(), place.coordinates());
                let was = within.insert(number, distance <= reach).unwrap_or(false);
                let expected = match (was, distance <= reach) {
                    (false, true) => Some(FenceEvent::Enter),
                    (true, true) => Some(FenceEvent::Move),
                    (true, false) => Some(FenceEvent::Exit),
                    (false, false) => None,
                };
                prop_assert_eq!(fence.take_in(id(&format!("c{number}")), place), expected);
            }
        }
    }
}
