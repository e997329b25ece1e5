//! Positions as whole numbers.

use crate::protocol::Coordinates;

/// The parts that a degree has. Seven decimals are a centimeter, and what most clients send.
const PER_DEGREE: f64 = 1e7;

/// From the equator to a pole.
const QUARTER: i64 = 900_000_000;

/// From Greenwich to longitude 180.
const HALF: i64 = 1_800_000_000;

/// Once around the Earth.
pub(super) const AROUND: i64 = 2 * HALF;

/// A position to the nearest ten-millionth of a degree, counted from the South Pole and from
/// longitude -180.
///
/// A position with up to seven decimals can be [read back](Self::coordinates) exactly: the number
/// nearest to `units / 10,000,000` is the number nearest to its text.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Units {
    pub(super) north: u32,
    pub(super) east: u32,
}

impl Units {
    /// The units of coordinates that are in range.
    pub(super) fn of(at: Coordinates) -> Self {
        let units =
            |degrees: f64, offset: i64| ((degrees * PER_DEGREE).round() as i64 + offset) as u32;
        Self { north: units(at.latitude, QUARTER), east: units(at.longitude, HALF) }
    }

    /// The units of degrees from the South Pole and from longitude -180, which may be out of range:
    /// the whole number below them.
    pub(super) fn below(latitude: f64, longitude: f64) -> (i64, i64) {
        let units = |degrees: f64, offset: i64| (degrees * PER_DEGREE).floor() as i64 + offset;
        (units(latitude, QUARTER), units(longitude, HALF))
    }

    /// The coordinates in degrees.
    pub(super) fn coordinates(self) -> Coordinates {
        let degrees = |units: u32, offset: i64| (i64::from(units) - offset) as f64 / PER_DEGREE;
        Coordinates { latitude: degrees(self.north, QUARTER), longitude: degrees(self.east, HALF) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::protocol::Position;
    use proptest::prelude::*;

    #[test]
    fn the_corners_of_the_map_have_units() {
        let units = |latitude, longitude| Units::of(Coordinates { latitude, longitude });
        assert_eq!(units(-90.0, -180.0), Units { north: 0, east: 0 });
        assert_eq!(units(90.0, 180.0), Units { north: 1_800_000_000, east: 3_600_000_000 });
        assert_eq!(units(0.0, 1e-8), Units { north: 900_000_000, east: 1_800_000_000 });
    }

    proptest! {
        /// Otherwise answers would not be exact, or each position would need sixteen more bytes.
        #[test]
        fn seven_decimals_read_back_exactly(
            latitude in -900_000_000..=900_000_000i64,
            longitude in -1_800_000_000..=1_800_000_000i64,
            decimals in 0..=7usize,
        ) {
            let text = |units: i64| format!("{:+.decimals$}", units as f64 / 1e7);
            let text = text(latitude) + &text(longitude);
            let position = Position::parse(text.as_bytes()).expect("it is in range");
            let coordinates = position.coordinates();
            prop_assert_eq!(Units::of(coordinates).coordinates(), coordinates);
        }
    }
}
