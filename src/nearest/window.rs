//! The part of the map that a circle can touch.

use super::cell::{Cell, Span};
use super::units::{AROUND, Units};
use crate::earth::Bounds;
use crate::protocol::Coordinates;

/// How much wider than the circle the window is, so that rounding loses no client. Near the
/// antipodes a computed distance is up to 0.2 metres off; elsewhere, it is off by far less.
const SLACK_METRES: f64 = 1.0;

/// A window of the map around a circle on the Earth. A circle across longitude 180 needs two spans
/// of longitudes.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Window {
    norths: Span,
    easts: [Span; 2],
}

impl Window {
    pub(super) fn around(center: Coordinates, radius_metres: f64) -> Self {
        let bounds = Bounds::around(center, radius_metres + SLACK_METRES);
        let (south, west) = Units::below(bounds.south, bounds.west);
        let (north, east) = Units::below(bounds.north, bounds.east);
        let (north, east) = (north + 1, east + 1);
        // Longitudes are counted on beyond 180 in one direction or the other. The edge itself has
        // two names, so a window that ends there begins on the other side, too.
        let other = if west <= 0 { AROUND } else { -AROUND };
        Self {
            norths: clipped(south, north),
            easts: [clipped(west, east), clipped(west + other, east + other)],
        }
    }

    /// Whether the units are in the window.
    pub(super) fn holds(&self, units: Units) -> bool {
        let [one, other] = self.easts;
        self.norths.holds(units.north) && (one.holds(units.east) || other.holds(units.east))
    }

    /// Whether a part of the cell is in the window.
    pub(super) fn touches(&self, cell: Cell) -> bool {
        let [one, other] = self.easts.map(|easts| easts.touches(cell.easts()));
        (one || other) && self.norths.touches(cell.norths())
    }
}

/// The part of a span that is on the map.
fn clipped(first: i64, last: i64) -> Span {
    match (u32::try_from(first.max(0)), u32::try_from(last.min(AROUND))) {
        (Ok(first), Ok(last)) => Span { first, last },
        _ => Span::EMPTY,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::earth::{HALF_CIRCUMFERENCE_METRES, distance_metres};
    use proptest::prelude::*;

    fn at(latitude: f64, longitude: f64) -> Coordinates {
        Coordinates { latitude, longitude }
    }

    #[test]
    fn a_window_across_longitude_180_has_both_sides() {
        for center in [180.0, -180.0, 179.9999, -179.9999] {
            let window = Window::around(at(0.0, center), 1000.0);
            let holds = |longitude| window.holds(Units::of(at(0.0, longitude)));
            let inside = [180.0, -180.0, 179.995, -179.995];
            assert_eq!(inside.map(holds), [true; 4], "around {center}");
            assert_eq!([179.98, -179.98, 0.0].map(holds), [false; 3], "around {center}");
        }
    }

    #[test]
    fn a_window_around_everything_holds_everything() {
        let window = Window::around(at(12.0, 34.0), HALF_CIRCUMFERENCE_METRES);
        for longitude in [-180.0, 0.0, 180.0] {
            assert!(
                [-90.0, 0.0, 90.0].iter().all(|&it| window.holds(Units::of(at(it, longitude))))
            );
        }
        assert!(window.touches(Cell::WHOLE));
    }

    /// Latitudes and longitudes where errors hide, and all others.
    fn any_place() -> impl Strategy<Value = Coordinates> {
        let latitude = prop_oneof![
            -90.0..=90.0f64,
            (0.0..1e-3f64).prop_map(|it| 90.0 - it),
            (0.0..1e-3f64).prop_map(|it| it - 90.0),
        ];
        let longitude = prop_oneof![-180.0..=180.0f64, Just(180.0), Just(-180.0)];
        (latitude, longitude).prop_map(|(latitude, longitude)| at(latitude, longitude))
    }

    proptest! {
        /// A window that is too narrow loses clients without a sound. Each place is just within a
        /// radius that is its own distance.
        #[test]
        fn a_window_holds_all_of_its_circle(
            center in any_place(),
            place in any_place(),
            antipode in any::<bool>(),
        ) {
            let place = match antipode {
                true => at(-center.latitude, center.longitude - 180.0f64.copysign(center.longitude)),
                false => place,
            };
            let distance = distance_metres(center, place);
            let window = Window::around(center, distance);
            prop_assert!(window.holds(Units::of(place)), "{distance} m");
        }
    }
}
