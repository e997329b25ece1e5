//! The box of latitudes and longitudes around a circle.

use super::sphere::EARTH_RADIUS_METRES;
use crate::protocol::Coordinates;

/// The smallest box that holds a circle on the Earth, in degrees.
///
/// `west` and `east` are counted on from the circle's center, so `west <= east` always holds: if
/// the circle crosses longitude 180, one of them is beyond it. A circle that contains a pole has
/// all longitudes.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Bounds {
    pub(crate) south: f64,
    pub(crate) north: f64,
    pub(crate) west: f64,
    pub(crate) east: f64,
}

impl Bounds {
    /// The box around the circle of a radius of up to half the circumference.
    pub(crate) fn around(center: Coordinates, radius_metres: f64) -> Self {
        let Coordinates { latitude, longitude } = center;
        let angle = radius_metres / EARTH_RADIUS_METRES;
        let (south, north) = (latitude - angle.to_degrees(), latitude + angle.to_degrees());
        if south <= -90.0 || north >= 90.0 {
            let (south, north) = (south.max(-90.0), north.min(90.0));
            return Self { south, north, west: -180.0, east: 180.0 };
        }
        // The circle is widest not at its center, but nearer to the pole, where meridians touch it.
        let half_width = (angle.sin() / latitude.to_radians().cos()).asin().to_degrees();
        Self { south, north, west: longitude - half_width, east: longitude + half_width }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::earth::distance_metres;
    use proptest::prelude::*;

    fn at(latitude: f64, longitude: f64) -> Coordinates {
        Coordinates { latitude, longitude }
    }

    #[test]
    fn a_circle_on_the_equator_is_as_wide_as_high() {
        let Bounds { south, north, west, east } = Bounds::around(at(0.0, 179.9), 50_000.0);
        let rounded = [south, north, west, east].map(|degrees| (degrees * 1e5).round() / 1e5);
        assert_eq!(rounded, [-0.44966, 0.44966, 179.45034, 180.34966]);
    }

    #[test]
    fn a_circle_with_a_pole_has_all_longitudes() {
        let Bounds { north, west, east, .. } = Bounds::around(at(89.9, 12.0), 50_000.0);
        assert_eq!((north, west, east), (90.0, -180.0, 180.0));
        let Bounds { south, west, east, .. } = Bounds::around(at(-90.0, 12.0), 0.0);
        assert_eq!((south, west, east), (-90.0, -180.0, 180.0));
    }

    proptest! {
        /// If the box were too narrow, places near the poles would be missing and nothing would
        /// report it.
        #[test]
        fn no_place_of_the_circle_is_outside(
            center in (-90.0..=90.0f64, -180.0..=180.0f64),
            radius in 1.0..50_000.0f64,
            place in (-1.0..1.0f64, -1.0..1.0f64),
        ) {
            let center = at(center.0, center.1);
            let bounds = Bounds::around(center, radius);
            let latitude = (center.latitude + place.0).clamp(-90.0, 90.0);
            let longitude = center.longitude + place.1 * (bounds.east - bounds.west);
            if distance_metres(center, at(latitude, longitude)) < radius {
                prop_assert!((bounds.south..=bounds.north).contains(&latitude));
                let is_whole = bounds.east - bounds.west == 360.0;
                prop_assert!(is_whole || (bounds.west..=bounds.east).contains(&longitude));
            }
        }
    }
}
