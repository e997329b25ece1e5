//! A part of the map.

use crate::protocol::Coordinates;

/// A box between two parallels and two meridians. One whose west is east of its east crosses the
/// antimeridian.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Bounds {
    west: f64,
    south: f64,
    east: f64,
    north: f64,
}

impl Bounds {
    /// Reads `WEST,SOUTH,EAST,NORTH` in degrees, the order of GeoJSON; None for anything else.
    pub(super) fn parse(text: &str) -> Option<Self> {
        let numbers: Result<Vec<f64>, _> = text.split(',').map(|it| it.trim().parse()).collect();
        let [west, south, east, north] = numbers.ok()?.try_into().ok()?;
        let is_longitude = |degrees: f64| (-180.0..=180.0).contains(&degrees);
        let is_good = is_longitude(west) && is_longitude(east) && south >= -90.0 && north <= 90.0;
        (is_good && south <= north).then_some(Self { west, south, east, north })
    }

    /// Whether a place is inside or on the edge.
    pub(super) fn contains(&self, place: Coordinates) -> bool {
        let Coordinates { latitude, longitude } = place;
        let is_between = match self.west <= self.east {
            true => (self.west..=self.east).contains(&longitude),
            false => longitude >= self.west || longitude <= self.east,
        };
        is_between && (self.south..=self.north).contains(&latitude)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn is_inside(bounds: &str, latitude: f64, longitude: f64) -> Option<bool> {
        Some(Bounds::parse(bounds)?.contains(Coordinates { latitude, longitude }))
    }

    /// Fiji is on both sides of the antimeridian.
    #[test]
    fn a_box_may_cross_the_antimeridian() {
        assert_eq!(is_inside("177,-20,-178,-12", -18.0, 179.0), Some(true));
        assert_eq!(is_inside("177,-20,-178,-12", -18.0, -179.0), Some(true));
        assert_eq!(is_inside("177,-20,-178,-12", -18.0, 0.0), Some(false));
        assert_eq!(is_inside("-10, 40, 10, 50", 45.0, 10.0), Some(true));
        assert_eq!(is_inside("-10,40,10,50", 39.9, 0.0), Some(false));
        assert_eq!(is_inside("-180,-90,180,90", -90.0, 180.0), Some(true));
    }

    #[test]
    fn what_is_no_box_is_refused() {
        for bad in [
            "",
            "1,2,3",
            "1,2,3,4,5",
            "a,b,c,d",
            "0,10,1,5",
            "0,0,181,1",
            "0,-91,1,1",
            "nan,0,1,1",
            "0,nan,1,1",
            "0,0,1,inf",
        ] {
            assert_eq!(Bounds::parse(bad), None, "{bad}");
        }
    }

    proptest! {
        #[test]
        fn any_text_is_read_or_not(text in "[0-9naif,.-]{0,30}") {
            Bounds::parse(&text);
        }
    }
}
