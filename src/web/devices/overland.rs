//! Overland.

use super::fields::Fields;
use crate::web::reason::Reason;
use crate::web::report::Report;
use crate::web::time_text;
use serde_json::Value;

/// Reads the features of a batch, and the newest position, which the app sends apart while it still has
/// older ones to send.
pub(super) fn positions(body: &Value, others: &impl Fields) -> Vec<Result<Report, Reason>> {
    let features = body.get("locations").unwrap_or(body);
    let features = features.as_array().map(Vec::as_slice).unwrap_or_default();
    let current = body.get("current").filter(|current| current.get("geometry").is_some());
    features.iter().chain(current).map(|feature| position(feature, others)).collect()
}

/// Whether a JSON value is a feature of GeoJSON.
pub(super) fn is_feature(value: &Value) -> bool {
    value.get("type").and_then(Value::as_str) == Some("Feature")
}

fn position(feature: &Value, others: &impl Fields) -> Result<Report, Reason> {
    let none = Value::Null;
    let properties = feature.get("properties").unwrap_or(&none);
    let coordinates = feature.get("geometry").and_then(|geometry| geometry.get("coordinates"));
    let coordinates = coordinates.and_then(Value::as_array).ok_or(Reason::NoPosition)?;
    let [longitude, latitude] = match &coordinates[..] {
        [Value::Null, ..] | [_, Value::Null, ..] | [] => return Err(Reason::NoPosition),
        [longitude, latitude, ..] => [longitude, latitude].map(Value::as_f64),
        [_] => return Err(Reason::Format),
    };
    let time = properties.text("timestamp").and_then(|text| time_text::parse(&text));
    let named = properties.text("device_id").or_else(|| others.first(&["device_id", "id"]));
    let id = named.or_else(|| properties.text("unique_id")).ok_or(Reason::Id)?;
    let (latitude, longitude) = latitude.zip(longitude).ok_or(Reason::Format)?;
    Report::new(&id, latitude, longitude, time.ok_or(Reason::Format)?)
}
