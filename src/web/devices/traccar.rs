//! The JSON of Traccar Client 9, and of other apps with the same library.

use super::fields::{Fields, ID_NAMES};
use crate::web::reason::Reason;
use crate::web::report::Report;
use crate::web::time_text;
use serde_json::Value;

/// Reads `{"location":{...},"device_id":"..."}`; other apps of that library send an array of locations.
pub(super) fn positions(body: &Value, others: &impl Fields) -> Vec<Result<Report, Reason>> {
    let locations = match body.get("location") {
        Some(Value::Array(locations)) => locations.as_slice(),
        Some(location) => std::slice::from_ref(location),
        None => &[],
    };
    let id = body.first(&ID_NAMES).or_else(|| others.first(&ID_NAMES));
    locations.iter().map(|location| position(location, id.as_deref())).collect()
}

fn position(location: &Value, id: Option<&str>) -> Result<Report, Reason> {
    let own = location.first(&ID_NAMES[1..]);
    let id = id.or(own.as_deref()).ok_or(Reason::Id)?;
    let coordinates = location.get("coords").ok_or(Reason::NoPosition)?;
    let degrees = |name| match coordinates.text(name) {
        Some(text) => text.parse::<f64>().map_err(|_| Reason::Format),
        None => Err(Reason::NoPosition),
    };
    let (latitude, longitude) = (degrees("latitude")?, degrees("longitude")?);
    let time = location.text("timestamp").and_then(|text| time_text::parse(&text));
    Report::new(id, latitude, longitude, time.ok_or(Reason::Format)?)
}
