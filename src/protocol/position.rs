//! Positions on the Earth.

use super::decimal::Decimal;
use super::field::{Field, InvalidField};
use std::fmt;

/// The longest text of a position, in bytes.
pub const POSITION_BYTES_MAX: usize = 64;

/// An ISO 6709 position in decimal degrees that keeps the text it was written in.
///
/// The form is `[+-]D{1,2}[.D+][+-]D{1,3}[.D+]` with an optional final `/`: latitude from -90 to 90,
/// then longitude from -180 to 180. Whether it is in range is decided on the digits, not on a
/// rounded number.
///
/// ```
/// use herd::protocol::Position;
///
/// let position = Position::parse(b"+34.068930-118.445127")?;
/// assert_eq!(position.coordinates().longitude, -118.445127);
/// assert!(Position::parse(b"+90.0001+0").is_err());
/// # Ok::<(), herd::protocol::InvalidField>(())
/// ```
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub struct Position<'a> {
    /// Nothing but signs, digits, points and a slash.
    text: &'a [u8],
    latitude_bytes: usize,
}

impl<'a> Position<'a> {
    /// Reads a position that fills all of `text`.
    ///
    /// # Errors
    /// When `text` has another form, is out of range, or is longer than [`POSITION_BYTES_MAX`].
    pub fn parse(text: &'a [u8]) -> Result<Self, InvalidField<'a>> {
        Self::read(text).ok_or(InvalidField::new(Field::Position, text))
    }

    fn read(text: &'a [u8]) -> Option<Self> {
        if text.len() > POSITION_BYTES_MAX {
            return None;
        }
        let after_latitude = degrees(text, 2, 90)?;
        let after_longitude = degrees(after_latitude, 3, 180)?;
        if !matches!(after_longitude, b"" | b"/") {
            return None;
        }
        let latitude_bytes = text.len() - after_latitude.len();
        Some(Self { text, latitude_bytes })
    }

    /// The text as it came.
    pub fn as_bytes(self) -> &'a [u8] {
        self.text
    }

    fn as_str(self) -> &'a str {
        std::str::from_utf8(self.text).expect("signs, digits, points and a slash are ASCII")
    }

    /// The position in numbers, each the nearest that 64 bits hold.
    pub fn coordinates(self) -> Coordinates {
        let (latitude, longitude) = self.as_str().split_at(self.latitude_bytes);
        let degrees = |text: &str| text.parse().expect("sign, digits and point are a number");
        Coordinates {
            latitude: degrees(latitude),
            longitude: degrees(longitude.trim_end_matches('/')),
        }
    }
}

/// Reads `[+-]D{1,places}[.D+]` up to `limit` degrees, and returns what follows.
fn degrees(text: &[u8], places: usize, limit: u64) -> Option<&[u8]> {
    let (&sign, unsigned) = text.split_first()?;
    let (degrees, rest) = Decimal::read(unsigned)?;
    let is_valid = matches!(sign, b'+' | b'-') && degrees.whole.count() <= places;
    (is_valid && degrees.is_up_to(limit)).then_some(rest)
}

impl fmt::Debug for Position<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Position({})", self.as_str())
    }
}

impl fmt::Display for Position<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// A place on the Earth in degrees: latitude from -90 to 90, longitude from -180 to 180.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Coordinates {
    /// Degrees north of the equator.
    pub latitude: f64,
    /// Degrees east of Greenwich.
    pub longitude: f64,
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn read(text: &str) -> Option<(f64, f64)> {
        let position = Position::parse(text.as_bytes()).ok()?;
        assert_eq!(position.as_bytes(), text.as_bytes());
        let Coordinates { latitude, longitude } = position.coordinates();
        Some((latitude, longitude))
    }

    #[test]
    fn good_positions() {
        assert_eq!(read("+34-118"), Some((34.0, -118.0)));
        assert_eq!(read("+34.068930-118.445127"), Some((34.06893, -118.445127)));
        assert_eq!(read("-33.8688+151.2093/"), Some((-33.8688, 151.2093)));
        assert_eq!(read("+0+0"), Some((0.0, 0.0)));
        assert_eq!(read("-90.000-180.0"), Some((-90.0, -180.0)));
        assert_eq!(read("+09+009"), Some((9.0, 9.0)));
    }

    #[test]
    fn bad_positions() {
        for text in [
            "",
            "/",
            "+34",
            "34-118",
            "+34 -118",
            "+34,-118",
            "+34.-118",
            "+.5-118",
            "+34-118.",
            "+034-118",
            "+34-0118",
            "+3404-11826",
            "+90.0000001+0",
            "+91+0",
            "+0+180.1",
            "+0-181",
            "+1e1+0",
            "+inf+0",
            "+nan+nan",
            "+34N118W",
            "+34-118+100/",
            "+34-118//",
            "++34-118",
            "+34--118",
            "+34-118 ",
            "+٣-118",
            "N34W118",
        ] {
            assert_eq!(read(text), None, "{text:?}");
        }
    }

    #[test]
    fn sixty_four_bytes_are_the_most() {
        let at_limit = format!("+34.{}-118", "0".repeat(POSITION_BYTES_MAX - 8));
        assert_eq!(read(&at_limit), Some((34.0, -118.0)));
        assert_eq!(read(&at_limit.replace("-118", "0-118")), None);
    }

    proptest! {
        #[test]
        fn numbers_in_range_read_back(latitude in -90.0..=90.0f64, longitude in -180.0..=180.0f64) {
            let (latitude, longitude) = (format!("{latitude:+.6}"), format!("{longitude:+.6}"));
            let read = read(&format!("{latitude}{longitude}"));
            prop_assert_eq!(read, Some((latitude.parse().unwrap(), longitude.parse().unwrap())));
        }
    }
}
