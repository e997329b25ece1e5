//! How far apart two positions are.

use super::sphere::{EARTH_RADIUS_METRES, wrap_longitude};
use crate::protocol::Coordinates;

/// The distance in metres along a great circle of a spherical Earth. It differs from the distance
/// on the ellipsoid by at most 0.6 percent.
///
/// The haversine formula stays precise for positions that are a few metres apart, where the law of
/// cosines does not (R. W. Sinnott, "Virtues of the Haversine", Sky and Telescope 68, 1984).
///
/// ```
/// use herd::earth::distance_metres;
/// use herd::protocol::Coordinates;
///
/// let paris = Coordinates { latitude: 48.85341, longitude: 2.3488 };
/// let versailles = Coordinates { latitude: 48.80359, longitude: 2.13424 };
/// assert_eq!(distance_metres(paris, versailles).round(), 16654.0);
/// ```
pub fn distance_metres(from: Coordinates, to: Coordinates) -> f64 {
    let half_sine_squared = |degrees: f64| (degrees.to_radians() / 2.0).sin().powi(2);
    let cosine = |degrees: f64| degrees.to_radians().cos();
    let haversine = half_sine_squared(to.latitude - from.latitude)
        + cosine(from.latitude)
            * cosine(to.latitude)
            * half_sine_squared(wrap_longitude(to.longitude - from.longitude));
    // Rounding may leave antipodes a little over one, where the arc sine has no value.
    2.0 * EARTH_RADIUS_METRES * haversine.sqrt().min(1.0).asin()
}

#[cfg(test)]
mod tests {
    use super::super::sphere::HALF_CIRCUMFERENCE_METRES;
    use super::*;
    use std::f64::consts::PI;

    fn distance(from: (f64, f64), to: (f64, f64)) -> f64 {
        let coordinates = |(latitude, longitude)| Coordinates { latitude, longitude };
        distance_metres(coordinates(from), coordinates(to))
    }

    #[track_caller]
    fn assert_metres(found: f64, expected: f64) {
        assert!((found - expected).abs() < 1e-3, "{found} m is not {expected} m");
    }

    #[test]
    fn known_arcs_have_known_lengths() {
        let degree = EARTH_RADIUS_METRES * PI / 180.0;
        assert_metres(distance((10.0, 20.0), (11.0, 20.0)), degree);
        assert_metres(distance((0.0, 20.0), (0.0, 21.0)), degree);
        assert_metres(distance((60.0, 0.0), (60.0, 180.0)), 60.0 * degree);
        assert_metres(distance((0.0, 0.0), (0.0, 180.0)), 180.0 * degree);
        assert_metres(distance((90.0, 0.0), (-90.0, 77.0)), 180.0 * degree);
        assert_eq!(distance((34.0, -118.0), (34.0, -118.0)), 0.0);
    }

    /// Otherwise a question for everything would leave the other side of the Earth out.
    #[test]
    fn half_the_circumference_reaches_the_antipodes() {
        assert_eq!(distance((0.0, 0.0), (0.0, 180.0)), HALF_CIRCUMFERENCE_METRES);
        assert_eq!(distance((90.0, 10.0), (-90.0, 77.0)), HALF_CIRCUMFERENCE_METRES);
    }

    /// With a plain difference of longitudes, islands of Fiji would be almost 360 degrees apart.
    #[test]
    fn longitude_180_is_no_border() {
        let degree = EARTH_RADIUS_METRES * PI / 180.0;
        assert_metres(distance((0.0, 179.5), (0.0, -179.5)), degree);
        assert_eq!(distance((-17.0, 180.0), (-17.0, -180.0)), 0.0);
        assert_metres(distance((90.0, 10.0), (90.0, -170.0)), 0.0);
    }
}
