//! The way from the client to a place.

use herd::earth::distance_metres;
use herd::protocol::Coordinates;
use herd_client::Bearing;

/// How far it is, and in which direction.
#[derive(Clone, Copy, Debug)]
pub(super) struct Way {
    metres: f64,
    bearing: Option<Bearing>,
}

impl Way {
    /// The way along a great circle.
    pub(super) fn between(from: Coordinates, to: Coordinates) -> Self {
        Self { metres: distance_metres(from, to), bearing: Bearing::between(from, to) }
    }

    /// Its length in metres, to a tenth.
    pub(super) fn metres(self) -> f64 {
        tenths(self.metres)
    }

    /// Its direction in degrees clockwise from north, to a tenth; None when it has no length.
    pub(super) fn degrees(self) -> Option<f64> {
        // The last half tenth before north is north.
        self.bearing.map(|bearing| tenths(bearing.degrees()) % 360.0)
    }

    /// Its direction as a point of the compass.
    pub(super) fn compass_point(self) -> Option<&'static str> {
        self.bearing.map(Bearing::compass_point)
    }

    /// Its length for the eye: whole metres, or kilometres from the first on.
    pub(super) fn distance_text(self) -> String {
        let metres = self.metres.round();
        if metres < 1000.0 { format!("{metres} m") } else { format!("{:.1} km", metres / 1000.0) }
    }

    /// Its direction for the eye, with three columns for the degrees; empty when it has no length.
    pub(super) fn bearing_text(self) -> String {
        self.bearing.map_or(String::new(), |bearing| {
            format!("{:>3}° {}", bearing.whole_degrees(), bearing.compass_point())
        })
    }
}

fn tenths(number: f64) -> f64 {
    (number * 10.0).round() / 10.0
}

#[cfg(test)]
mod tests {
    use super::*;

    fn way(metres: f64, to: (f64, f64)) -> Way {
        let coordinates = |(latitude, longitude)| Coordinates { latitude, longitude };
        Way { metres, ..Way::between(coordinates((0.0, 0.0)), coordinates(to)) }
    }

    /// A rounded distance must not be written as a thousand metres, or a direction as 360 degrees.
    #[test]
    fn units_change_where_rounding_takes_them() {
        let text = |metres| way(metres, (1.0, 0.0)).distance_text();
        let texts = [0.0, 0.4, 999.4, 999.6, 1049.0, 49_960.0].map(text);
        assert_eq!(texts, ["0 m", "0 m", "999 m", "1.0 km", "1.0 km", "50.0 km"]);
        let north = way(1.25, (1.0, -0.0001));
        assert_eq!((north.metres(), north.degrees()), (1.3, Some(0.0)));
    }

    /// Degrees stand under degrees.
    #[test]
    fn bearings_align() {
        let text = |to| way(1.0, to).bearing_text();
        let texts = [(1.0, 0.0), (1.0, 1.0), (0.0, -1.0), (0.0, 0.0)].map(text);
        assert_eq!(texts, ["  0° N", " 45° NE", "270° W", ""]);
    }
}
