//! The size of the Earth, and its longitudes.

use std::f64::consts::FRAC_PI_2;

/// The mean radius of the Earth, in metres: R1 = (2a + b) / 3 of the ellipsoid GRS 80 (H. Moritz,
/// "Geodetic Reference System 1980", Journal of Geodesy 74, 2000).
pub const EARTH_RADIUS_METRES: f64 = 6_371_008.8;

/// Half the Earth's circumference, in metres: no two positions are farther apart.
pub const HALF_CIRCUMFERENCE_METRES: f64 = 2.0 * EARTH_RADIUS_METRES * FRAC_PI_2;

/// The same longitude from -180 to 180.
pub(crate) fn wrap_longitude(longitude: f64) -> f64 {
    match longitude {
        beyond if beyond > 180.0 => beyond - 360.0,
        beyond if beyond < -180.0 => beyond + 360.0,
        within => within,
    }
}
