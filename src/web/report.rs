//! A position as it came over HTTP.

use super::reason::Reason;
use crate::protocol::{ClientId, IamAt, Position, Timestamp};

/// The longest ID that is taken over HTTP, in bytes.
pub(super) const ID_BYTES_MAX: usize = 255;

/// A client's position that is in range, with an ID that is good.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Report {
    id: String,
    position: Position<'static>,
    time: Timestamp,
}

impl Report {
    /// Checks the parts against each other; `latitude` and `longitude` are in degrees.
    pub(super) fn new(
        id: &str,
        latitude: f64,
        longitude: f64,
        time: Timestamp,
    ) -> Result<Self, Reason> {
        if !is_good_id(id) {
            return Err(Reason::Id);
        }
        let position = Position::new(latitude, longitude).map_err(|_| Reason::Range)?;
        if latitude == 0.0 && longitude == 0.0 {
            return Err(Reason::Zero);
        }
        Ok(Self { id: id.to_owned(), position, time })
    }

    /// The client.
    pub(super) fn client(&self) -> ClientId<'_> {
        ClientId::new(&self.id).expect("the ID was checked")
    }

    /// The time, by the device's clock.
    pub(super) fn time(&self) -> Timestamp {
        self.time
    }

    /// The IAMAT that it is.
    pub(super) fn iamat(&self) -> IamAt<'_> {
        IamAt::new(self.client(), self.position, self.time)
    }
}

/// White space and control characters of any script are refused, since nobody sees them. U+FFFD stands
/// for text that was not UTF-8.
fn is_good_id(id: &str) -> bool {
    let is_bad = |c: char| c.is_whitespace() || c.is_control() || c == '\u{fffd}';
    id.len() <= ID_BYTES_MAX && !id.contains(is_bad) && ClientId::new(id).is_ok()
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const TIME: Timestamp = Timestamp::from_nanos(1_500_000_000);

    fn written(id: &str, latitude: f64, longitude: f64) -> Result<String, Reason> {
        let report = Report::new(id, latitude, longitude, TIME)?;
        let iamat = report.iamat();
        Ok(format!("{} {} {}", iamat.client(), iamat.position(), iamat.time()))
    }

    /// Other servers must be able to read what is made of a device's numbers.
    #[test]
    fn a_report_is_an_iamat() {
        assert_eq!(written("van-7", 52.52, 13.405), Ok("van-7 +52.52+13.405 1.500000000".into()));
        assert_eq!(written("u/d", 1e-7, -180.0), Ok("u/d +0.0000001-180 1.500000000".into()));
        assert_eq!(written("x", 0.0, -0.0), Err(Reason::Zero));
        assert_eq!(written("x", 0.0, 1.0), Ok("x +0+1 1.500000000".into()));
        assert_eq!(written("x", f64::NAN, 1.0), Err(Reason::Range));
        assert_eq!(written("x", f64::INFINITY, 1.0), Err(Reason::Range));
        assert_eq!(written("x", 1.0, 181.0), Err(Reason::Range));
    }

    /// An ID with a blank in it would be two fields on the wire.
    #[test]
    fn ids_have_no_white_space_and_are_not_endless() {
        let long = "x".repeat(ID_BYTES_MAX);
        assert!(written(&long, 1.0, 1.0).is_ok());
        let too_long = "x".repeat(ID_BYTES_MAX + 1);
        for bad in ["", "a b", "a\tb", "a\u{a0}b", "a\0b", "a\u{7f}", "\u{fffd}", &*too_long] {
            assert_eq!(written(bad, 1.0, 1.0), Err(Reason::Id), "{bad:?}");
        }
    }

    proptest! {
        #[test]
        fn what_is_taken_can_be_read_as_a_line(
            id in "\\PC{0,12}", latitude: f64, longitude: f64, nanos: u64,
        ) {
            let time = Timestamp::from_nanos(nanos);
            if let Ok(report) = Report::new(&id, latitude, longitude, time) {
                let iamat = report.iamat();
                let line = format!("IAMAT {id} {} {}", iamat.position(), iamat.time());
                let read = IamAt::parse(line.as_bytes()).expect("it is an IAMAT");
                prop_assert_eq!(read.client().as_bytes(), id.as_bytes());
                prop_assert_eq!(read.time(), time);
            }
        }
    }
}
