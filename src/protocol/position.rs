//! Positions on the Earth.

use super::decimal::Decimal;
use super::field::{Field, InvalidField};
use std::borrow::Cow;
use std::fmt;
use std::hash::{Hash, Hasher};

/// The longest text of a position, in bytes.
pub const POSITION_BYTES_MAX: usize = 64;

/// An ISO 6709 position in decimal degrees. A position that was parsed keeps its text byte for
/// byte; one that was made from numbers has a canonical text.
///
/// The form is `[+-]D{1,2}[.D+][+-]D{1,3}[.D+]` with an optional final `/`: latitude from -90 to
/// 90, then longitude from -180 to 180. The range is checked on the digits, not on a rounded
/// number.
///
/// ```
/// use herd::protocol::Position;
///
/// let read = Position::parse(b"+34.068930-118.445127")?;
/// assert_eq!(read.coordinates().longitude, -118.445127);
/// let made = Position::new(34.06893, -118.445127)?;
/// assert_eq!(made.to_string(), "+34.06893-118.445127");
/// assert!(Position::new(90.0001, 0.0).is_err());
/// # Ok::<(), herd::protocol::InvalidField>(())
/// ```
#[derive(Clone, Copy)]
pub struct Position<'a>(Spelling<'a>);

#[derive(Clone, Copy)]
enum Spelling<'a> {
    /// The text that was parsed: signs, digits, points, and perhaps a slash at the end.
    Written { text: &'a [u8], latitude_bytes: usize },
    /// The canonical text of these numbers.
    Canonical(Coordinates),
}

impl Position<'static> {
    /// A position from degrees: `latitude` from -90 to 90, `longitude` from -180 to 180.
    ///
    /// Its text is the shortest that parses to the same numbers. Numbers between -1e-10 and 1e-10
    /// are first rounded to 25 decimals, so that no text is longer than [`POSITION_BYTES_MAX`].
    ///
    /// # Errors
    /// If a number is out of range or NaN.
    pub fn new(latitude: f64, longitude: f64) -> Result<Self, InvalidField> {
        if !(latitude.abs() <= 90.0 && longitude.abs() <= 180.0) {
            let text = format!("{latitude:+}{longitude:+}");
            return Err(InvalidField::new(Field::Position, text.as_bytes()));
        }
        let (latitude, longitude) = (spellable(latitude), spellable(longitude));
        Ok(Self(Spelling::Canonical(Coordinates { latitude, longitude })))
    }
}

/// The nearest number whose shortest text has at most 26 decimals; 0 instead of -0.
///
/// The shortest text of a double has at most 17 significant digits, so 26 decimals are enough from
/// 1e-10 up. Smaller numbers keep at most 15 significant digits here, and any text of 15 digits
/// survives being parsed and printed.
fn spellable(degrees: f64) -> f64 {
    let rounded = match degrees.abs() < 1e-10 {
        true => format!("{degrees:.25}").parse().expect("a printed number is a number"),
        false => degrees,
    };
    rounded + 0.0
}

impl<'a> Position<'a> {
    /// Reads a position that fills all of `text`.
    ///
    /// # Errors
    /// If `text` has another form, is out of range, or is longer than [`POSITION_BYTES_MAX`].
    pub fn parse(text: &'a [u8]) -> Result<Self, InvalidField> {
        Self::read(text).ok_or_else(|| InvalidField::new(Field::Position, text))
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
        Some(Self(Spelling::Written { text, latitude_bytes }))
    }

    /// The text that was parsed, or the canonical text.
    pub fn text(&self) -> Cow<'a, [u8]> {
        match self.0 {
            Spelling::Written { text, .. } => Cow::Borrowed(text),
            Spelling::Canonical(Coordinates { latitude, longitude }) => {
                Cow::Owned(format!("{latitude:+}{longitude:+}").into_bytes())
            }
        }
    }

    /// The position as numbers, each rounded to the nearest 64-bit float.
    pub fn coordinates(self) -> Coordinates {
        let (text, latitude_bytes) = match self.0 {
            Spelling::Written { text, latitude_bytes } => (text, latitude_bytes),
            Spelling::Canonical(coordinates) => return coordinates,
        };
        let text = std::str::from_utf8(text).expect("signs, digits, points and a slash are ASCII");
        let (latitude, longitude) = text.split_at(latitude_bytes);
        let degrees = |text: &str| text.parse().expect("sign, digits and point are a number");
        Coordinates {
            latitude: degrees(latitude),
            longitude: degrees(longitude.trim_end_matches('/')),
        }
    }
}

/// Positions are equal if their texts are: `+1+1` is not `+1.0+1.0`.
impl PartialEq for Position<'_> {
    fn eq(&self, other: &Self) -> bool {
        self.text() == other.text()
    }
}

impl Eq for Position<'_> {}

impl Hash for Position<'_> {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.text().hash(state);
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
        write!(f, "Position({self})")
    }
}

impl fmt::Display for Position<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&String::from_utf8_lossy(&self.text()))
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
        assert_eq!(position.text(), text.as_bytes());
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

    /// Other servers must be able to parse what a program makes of its numbers.
    #[test]
    fn a_position_of_numbers_has_the_shortest_text() {
        let text = |latitude, longitude| {
            Position::new(latitude, longitude).map(|position| position.to_string())
        };
        let good = |text: &str| Ok(text.to_owned());
        assert_eq!(text(52.52, 13.405), good("+52.52+13.405"));
        assert_eq!(text(-90.0, 180.0), good("-90+180"));
        assert_eq!(text(-0.0, 0.1 + 0.2), good("+0+0.30000000000000004"));
        assert_eq!(text(f64::MIN_POSITIVE, -1e-9), good("+0-0.000000001"));
        let bad = |text: &[u8]| Err(InvalidField::new(Field::Position, text));
        assert_eq!(text(90.1, 0.0), bad(b"+90.1+0"));
        assert_eq!(text(0.0, -180.5), bad(b"+0-180.5"));
        assert_eq!(text(f64::NAN, 0.0), bad(b"NaN+0"));
        assert_eq!(text(0.0, f64::INFINITY), bad(b"+0+inf"));
    }

    proptest! {
        /// Large, small and tiny numbers: each text parses to the numbers that it was made from.
        #[test]
        fn a_position_of_numbers_reads_back(
            latitude in -90.0..=90.0f64,
            longitude in -180.0..=180.0f64,
            shrink_by in 0..30i32,
        ) {
            let position = Position::new(latitude * 0.1f64.powi(shrink_by), longitude);
            let position = position.expect("the numbers are in range");
            let text = position.text();
            let read = Position::parse(&text).expect("the text is a position");
            prop_assert_eq!(read.coordinates(), position.coordinates());
            prop_assert_eq!(read, position);
            if shrink_by < 10 {
                prop_assert_eq!(read.coordinates().latitude, latitude * 0.1f64.powi(shrink_by));
            }
        }

        #[test]
        fn numbers_in_range_read_back(latitude in -90.0..=90.0f64, longitude in -180.0..=180.0f64) {
            let (latitude, longitude) = (format!("{latitude:+.6}"), format!("{longitude:+.6}"));
            let read = read(&format!("{latitude}{longitude}"));
            prop_assert_eq!(read, Some((latitude.parse().unwrap(), longitude.parse().unwrap())));
        }
    }
}
