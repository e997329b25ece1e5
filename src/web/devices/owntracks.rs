//! OwnTracks in HTTP mode.

use super::fields::Fields;
use super::message::{Message, Misunderstood};
use crate::web::reason::Reason;
use crate::web::report::Report;
use crate::web::source::Source;
use crate::web::time_text;
use hyper::StatusCode;
use serde_json::Value;

/// What the topic of a message begins with where nobody has changed it.
const TOPIC_START: &str = "owntracks/";

/// Who sends, as far as the request says so apart from its body.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Sender {
    /// The user.
    pub(super) user: Option<String>,
    /// The device.
    pub(super) device: Option<String>,
}

impl Sender {
    /// `USER/DEVICE`, or whichever of the two there is.
    fn id(&self) -> Option<String> {
        match (&self.user, &self.device) {
            (Some(user), Some(device)) => Some(format!("{user}/{device}")),
            (Some(one), None) | (None, Some(one)) => Some(one.clone()),
            (None, None) => None,
        }
    }
}

/// Reads one message. Only `location` has a position; the other types are taken note of with a reply
/// of 200, since the app would send them again.
pub(super) fn read(body: &Value, sender: &Sender) -> Result<Message, Misunderstood> {
    let kind = body.get("_type").and_then(Value::as_str).unwrap_or_default();
    let id = sender.id().or_else(|| id_of_topic(body));
    let positions = match kind {
        "location" => vec![position(body, id.as_deref())],
        "encrypted" => {
            let detail = "the message is encrypted: empty the secret encryption key in OwnTracks";
            let status = StatusCode::UNPROCESSABLE_ENTITY;
            return Err(Misunderstood { status, ..Misunderstood::new(Source::Owntracks, detail) });
        }
        _ => Vec::new(),
    };
    Ok(Message { sender: id, ..Message::new(Source::Owntracks, positions) })
}

fn position(body: &Value, id: Option<&str>) -> Result<Report, Reason> {
    let degrees = |name| match body.text(name) {
        Some(text) => text.trim().parse::<f64>().map_err(|_| Reason::Format),
        None => Err(Reason::NoPosition),
    };
    let (latitude, longitude) = (degrees("lat")?, degrees("lon")?);
    let time = body.text("tst").and_then(|text| time_text::parse(&text)).ok_or(Reason::Format)?;
    Report::new(id.ok_or(Reason::Id)?, latitude, longitude, time)
}

/// The user and the device in a topic such as `owntracks/jane/phone`.
fn id_of_topic(body: &Value) -> Option<String> {
    let topic = body.text("topic")?;
    let id = topic.strip_prefix(TOPIC_START).unwrap_or(&topic);
    Some(id.to_owned())
}
