//! Which way one position lies from another.

use herd::earth::distance_metres;
use herd::protocol::Coordinates;
use std::fmt;

/// Positions nearer to each other than this, in metres, are one: it is less than any of them is
/// exact by, and what is left of a bearing there is rounding.
const SAME_PLACE_METRES: f64 = 0.01;

/// The 16 points of the compass, clockwise from north.
const POINTS: [&str; 16] = [
    "N", "NNE", "NE", "ENE", "E", "ESE", "SE", "SSE", "S", "SSW", "SW", "WSW", "W", "WNW", "NW",
    "NNW",
];

/// The direction in which a great circle sets out from one position to another.
///
/// ```
/// use herd::protocol::Coordinates;
/// use herd_client::Bearing;
///
/// let paris = Coordinates { latitude: 48.85341, longitude: 2.3488 };
/// let versailles = Coordinates { latitude: 48.80359, longitude: 2.13424 };
/// let bearing = Bearing::between(paris, versailles).expect("they are two places");
/// assert_eq!(bearing.to_string(), "251° WSW");
/// assert_eq!(Bearing::between(paris, paris), None);
/// ```
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Bearing {
    degrees: f64,
}

impl Bearing {
    /// The initial bearing of the great circle from one position to another, on a spherical Earth;
    /// None when they are the same position.
    ///
    /// The formula is equation 5-4b of J. P. Snyder, "Map Projections: A Working Manual", U.S.
    /// Geological Survey Professional Paper 1395, 1987. It takes the longitudes' difference only by
    /// sine and cosine, to which longitude 180 is no border.
    pub fn between(from: Coordinates, to: Coordinates) -> Option<Self> {
        if distance_metres(from, to) < SAME_PLACE_METRES {
            return None;
        }
        let (from_sine, from_cosine) = from.latitude.to_radians().sin_cos();
        let (to_sine, to_cosine) = to.latitude.to_radians().sin_cos();
        let (sine, cosine) = (to.longitude - from.longitude).to_radians().sin_cos();
        let east = to_cosine * sine;
        let north = from_cosine * to_sine - from_sine * to_cosine * cosine;
        Some(Self { degrees: full_circle(east.atan2(north).to_degrees()) })
    }

    /// Degrees clockwise from north, from 0 up to but not 360.
    pub fn degrees(self) -> f64 {
        self.degrees
    }

    /// Whole degrees clockwise from north, from 0 to 359.
    pub fn whole_degrees(self) -> u16 {
        full_circle(self.degrees.round()) as u16
    }

    /// The nearest of the 16 points of the compass: `N`, `NNE`, `NE`, and so on.
    pub fn compass_point(self) -> &'static str {
        let sixteenths = self.degrees / 360.0 * POINTS.len() as f64;
        // The last half sixteenth before north is north again.
        POINTS[sixteenths.round() as usize % POINTS.len()]
    }
}

/// Whole degrees and the compass point.
impl fmt::Display for Bearing {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}° {}", self.whole_degrees(), self.compass_point())
    }
}

/// The same direction from 0 up to but not 360 degrees.
fn full_circle(degrees: f64) -> f64 {
    // A direction a little west of north, brought around the circle, may round to a whole one.
    let around = degrees.rem_euclid(360.0);
    if around < 360.0 { around } else { 0.0 }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn bearing(from: (f64, f64), to: (f64, f64)) -> Option<Bearing> {
        let coordinates = |(latitude, longitude)| Coordinates { latitude, longitude };
        Bearing::between(coordinates(from), coordinates(to))
    }

    fn shown(from: (f64, f64), to: (f64, f64)) -> String {
        bearing(from, to).map_or("none".to_owned(), |bearing| bearing.to_string())
    }

    /// With a wrong bearing, people would walk away from the place.
    #[test]
    fn known_bearings() {
        assert_eq!(shown((0.0, 0.0), (1.0, 0.0)), "0° N");
        assert_eq!(shown((0.0, 0.0), (0.0, 1.0)), "90° E");
        assert_eq!(shown((0.0, 0.0), (-1.0, 0.0)), "180° S");
        assert_eq!(shown((0.0, 0.0), (0.0, -1.0)), "270° W");
        assert_eq!(shown((0.0, 0.0), (0.001, 0.001)), "45° NE");
        assert_eq!(shown((34.0, -118.0), (35.0, -118.0000001)), "0° N");
        // From Baghdad to Osaka, 60 degrees at the start: the great circle bends north.
        assert_eq!(shown((35.0, 45.0), (35.0, 135.0)), "60° ENE");
    }

    /// A plain difference of longitudes would point around the world.
    #[test]
    fn longitude_180_is_no_border() {
        assert_eq!(shown((-17.0, 179.999), (-17.0, -179.999)), "90° E");
        assert_eq!(shown((-17.0, -179.999), (-17.0, 179.999)), "270° W");
        assert_eq!(shown((-17.0, 180.0), (-17.0, -180.0)), "none");
    }

    /// From a pole there is but one way, which no rounding may hide.
    #[test]
    fn poles_have_bearings() {
        assert_eq!(shown((90.0, 0.0), (89.0, 0.0)), "180° S");
        assert_eq!(shown((89.0, 77.0), (90.0, 0.0)), "0° N");
        assert_eq!(shown((-90.0, 0.0), (-89.0, 0.0)), "0° N");
        assert_eq!(shown((90.0, 10.0), (90.0, -170.0)), "none");
    }

    /// Each point stands for the sixteenth of the circle around it.
    #[test]
    fn the_compass_has_sixteen_points() {
        let point = |degrees| Bearing { degrees }.compass_point();
        assert_eq!(POINTS, std::array::from_fn(|index| point(index as f64 * 22.5)));
        assert_eq!(
            [point(11.2), point(11.3), point(348.7), point(348.8)],
            ["N", "NNE", "NNW", "N"]
        );
        assert_eq!(Bearing { degrees: 359.6 }.to_string(), "0° N");
    }

    proptest! {
        #[test]
        fn every_bearing_is_in_the_circle(
            from in (-90.0..=90.0f64, -180.0..=180.0f64),
            to in (-90.0..=90.0f64, -180.0..=180.0f64),
        ) {
            if let Some(bearing) = bearing(from, to) {
                prop_assert!((0.0..360.0).contains(&bearing.degrees()));
                prop_assert!(POINTS.contains(&bearing.compass_point()));
            }
        }
    }
}
