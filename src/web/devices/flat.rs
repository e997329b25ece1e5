//! The OsmAnd protocol, as Traccar calls it: a position as names with values.
//!
//! OsmAnd, GPSLogger and Traccar Client up to 8 and from 10 on send it as parameters of a query or a
//! form, an option of Traccar Client's SDK as flat JSON objects. Their users' templates differ, so each
//! value has several names.

use super::fields::{Fields, ID_NAMES};
use crate::protocol::Timestamp;
use crate::web::reason::Reason;
use crate::web::report::Report;
use crate::web::time_text;

const LATITUDE_NAMES: [&str; 2] = ["lat", "latitude"];
const LONGITUDE_NAMES: [&str; 3] = ["lon", "lng", "longitude"];
const TIME_NAMES: [&str; 5] = ["timestamp", "time", "ts", "tst", "timeoffset"];

/// Whether there is anything that only a device sends.
pub(super) fn is_of_device(fields: &impl Fields) -> bool {
    let names = [&LATITUDE_NAMES[..], &LONGITUDE_NAMES, &["location"]];
    fields.first(&ID_NAMES).is_some() || names.iter().any(|names| fields.first(names).is_some())
}

/// Reads one position. An ID that is missing is that of `others`, and a time that is missing is now.
pub(super) fn position(
    fields: &impl Fields,
    others: &impl Fields,
    now: Timestamp,
) -> Result<Report, Reason> {
    let id = fields.first(&ID_NAMES).or_else(|| others.first(&ID_NAMES)).ok_or(Reason::Id)?;
    let valid = fields.text("valid");
    if valid.is_some_and(|valid| valid == "0" || valid.eq_ignore_ascii_case("false")) {
        return Err(Reason::NoPosition);
    }
    let (latitude, longitude) = coordinates(fields)?;
    let time = match fields.first(&TIME_NAMES) {
        Some(text) => time_text::parse(&text).ok_or(Reason::Format)?,
        None => now,
    };
    Report::new(&id, latitude, longitude, time)
}

fn coordinates(fields: &impl Fields) -> Result<(f64, f64), Reason> {
    let degrees = |text: &str| text.trim().parse::<f64>().map_err(|_| Reason::Format);
    if let Some(location) = fields.text("location") {
        let (latitude, longitude) = location.split_once(',').ok_or(Reason::Format)?;
        return Ok((degrees(latitude)?, degrees(longitude)?));
    }
    let both = fields.first(&LATITUDE_NAMES).zip(fields.first(&LONGITUDE_NAMES));
    let (latitude, longitude) = both.ok_or(Reason::NoPosition)?;
    Ok((degrees(&latitude)?, degrees(&longitude)?))
}
