//! Which app has sent this?

use super::flat;
use super::message::{Message, Misunderstood};
use super::overland;
use super::owntracks::{self, Sender};
use super::traccar;
use crate::protocol::Timestamp;
use crate::web::endpoint::Path;
use crate::web::parameters::Parameters;
use crate::web::reason::Reason;
use crate::web::source::Source;
use serde_json::Value;

/// What whoever set a device up should look at first.
const BAD_ID: &str = "the device's ID is missing, longer than 255 bytes, or has white space";

/// A device's request, without what only the network needs.
#[derive(Clone, Debug)]
pub(super) struct Sent {
    /// Those of the query.
    pub(super) parameters: Parameters,
    pub(super) body: Vec<u8>,
    pub(super) sender: Sender,
    /// The path decides what a message without content is.
    pub(super) path: Path,
    /// When it came.
    pub(super) received: Timestamp,
}

impl Sent {
    /// Finds out what was sent.
    pub(super) fn recognize(self) -> Result<Message, Misunderstood> {
        let body = self.body.strip_prefix(b"\xef\xbb\xbf").unwrap_or(&self.body).trim_ascii();
        let message = match body.first() {
            Some(b'{' | b'[') => self.of_json(body)?,
            Some(_) => self.of_form(body)?,
            None if flat::is_of_device(&self.parameters) => self.of_form(&[])?,
            None => self.of_nothing()?,
        };
        let is_empty = message.positions.is_empty();
        let is_understood = |position: &Result<_, _>| match position {
            Ok(_) => true,
            Err(reason) => Reason::is_understood(*reason),
        };
        // One bad position must not keep a batch in the device's queue for ever.
        if is_empty || message.positions.iter().any(is_understood) {
            return Ok(message);
        }
        Err(match message.positions.iter().all(|it| *it == Err(Reason::Id)) {
            true => {
                Misunderstood { reason: Reason::Id, ..Misunderstood::new(message.source, BAD_ID) }
            }
            false => {
                Misunderstood::new(message.source, "the position or its time is not understood")
            }
        })
    }

    /// The query and the form together; what stands in the form counts first.
    fn of_form(&self, body: &[u8]) -> Result<Message, Misunderstood> {
        let mut parameters = Parameters::parse(body);
        parameters.extend(self.parameters.clone());
        if !flat::is_of_device(&parameters) {
            return Err(Misunderstood::new(Source::Unknown, "this is no position of a known app"));
        }
        let position = flat::position(&parameters, &Parameters::default(), self.received);
        Ok(Message::new(Source::Osmand, vec![position]))
    }

    /// A message without content: OwnTracks sends that, and others with the path of their own may.
    fn of_nothing(&self) -> Result<Message, Misunderstood> {
        let is_owntracks = self.sender != Sender::default() || self.path == Path::Owntracks;
        match is_owntracks {
            true => Ok(Message::new(Source::Owntracks, Vec::new())),
            false => Err(Misunderstood::new(Source::Unknown, "the request has no position")),
        }
    }

    fn of_json(&self, body: &[u8]) -> Result<Message, Misunderstood> {
        let no_json =
            || Misunderstood::new(Source::Unknown, "the body begins like JSON and is none");
        let value: Value = serde_json::from_slice(body).map_err(|_| no_json())?;
        match &value {
            Value::Array(elements) => Ok(self.of_array(&value, elements)),
            _ if value.get("_type").is_some() => owntracks::read(&value, &self.sender),
            _ if value.get("locations").is_some_and(Value::is_array) => {
                let positions = overland::positions(&value, &self.parameters);
                Ok(Message::new(Source::Overland, positions))
            }
            _ if overland::is_feature(&value) => {
                let batch = Value::Array(vec![value]);
                let positions = overland::positions(&batch, &self.parameters);
                Ok(Message::new(Source::Overland, positions))
            }
            _ if value.get("location").is_some_and(|it| it.is_object() || it.is_array()) => {
                let positions = traccar::positions(&value, &self.parameters);
                Ok(Message::new(Source::Traccar, positions))
            }
            _ if flat::is_of_device(&value) => {
                let position = flat::position(&value, &self.parameters, self.received);
                Ok(Message::new(Source::Osmand, vec![position]))
            }
            _ => Err(Misunderstood::new(Source::Unknown, "this is no position of a known app")),
        }
    }

    /// An array: features as Overland has them, or flat objects.
    fn of_array(&self, value: &Value, elements: &[Value]) -> Message {
        let is_overland = match elements.first() {
            Some(first) => overland::is_feature(first),
            None => self.path == Path::Overland,
        };
        if is_overland {
            return Message::new(Source::Overland, overland::positions(value, &self.parameters));
        }
        let position = |element| flat::position(element, &self.parameters, self.received);
        Message::new(Source::Osmand, elements.iter().map(position).collect())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::web::report::Report;
    use proptest::prelude::*;

    fn recognized(query: &str, body: &[u8]) -> Result<Message, Misunderstood> {
        let sent = Sent {
            parameters: Parameters::parse(query.as_bytes()),
            body: body.to_owned(),
            sender: Sender::default(),
            path: Path::Osmand,
            received: Timestamp::from_nanos(1),
        };
        sent.recognize()
    }

    /// JSON with the names that devices use, and any values under them.
    fn any_json() -> impl Strategy<Value = String> {
        let leaf = prop_oneof![
            Just("null".to_owned()),
            Just("\"Feature\"".to_owned()),
            any::<f64>()
                .prop_filter("JSON has no other numbers", |it| it.is_finite())
                .prop_map(|number| number.to_string()),
            "\"[a-z0-9:T./ +-]{0,20}\"",
        ];
        let names = prop::sample::select(vec![
            "_type",
            "type",
            "location",
            "locations",
            "current",
            "coords",
            "geometry",
            "properties",
            "coordinates",
            "latitude",
            "longitude",
            "lat",
            "lon",
            "tst",
            "timestamp",
            "id",
            "device_id",
            "topic",
            "valid",
        ]);
        leaf.prop_recursive(4, 40, 6, move |inner| {
            let member = (names.clone(), inner.clone());
            let member = member.prop_map(|(name, value)| format!("\"{name}\":{value}"));
            prop_oneof![
                prop::collection::vec(member, 0..6).prop_map(|it| format!("{{{}}}", it.join(","))),
                prop::collection::vec(inner, 0..4).prop_map(|it| format!("[{}]", it.join(","))),
            ]
        })
    }

    proptest! {
        #[test]
        fn any_json_is_recognized_or_not(body in any_json()) {
            let _ = recognized("id=x", body.as_bytes());
        }

        #[test]
        fn any_bytes_are_recognized_or_not(
            query in "[a-z=&0-9%.+-]{0,40}",
            body in prop::collection::vec(any::<u8>(), 0..60),
        ) {
            let _ = recognized(&query, &body);
        }

        /// Numbers must come through as they were sent.
        #[test]
        fn a_position_is_the_same_in_all_forms(
            latitude in -90.0..90.0f64, longitude in -180.0..180.0f64, seconds in 1..4_000_000_000_u64,
        ) {
            let form = format!("id=x&lat={latitude}&lon={longitude}&timestamp={seconds}");
            let time = Timestamp::from_nanos(seconds * 1_000_000_000);
            let expected = vec![Report::new("x", latitude, longitude, time)];
            prop_assert_eq!(recognized("", form.as_bytes()).map(|it| it.positions), Ok(expected.clone()));
            prop_assert_eq!(recognized(&form, b"").map(|it| it.positions), Ok(expected.clone()));
            let json = serde_json::json!({ "id": "x", "lat": latitude, "lon": longitude, "time": seconds });
            let json = json.to_string();
            prop_assert_eq!(recognized("", json.as_bytes()).map(|it| it.positions), Ok(expected));
        }
    }
}
