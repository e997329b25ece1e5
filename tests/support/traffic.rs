//! Reading a server's traffic log.

use serde_json::Value;
use std::fs;
use std::path::Path;

/// The events of a traffic log.
#[derive(Debug)]
pub struct Traffic {
    events: Vec<Value>,
}

impl Traffic {
    /// The whole lines of the file; none when there is no file.
    #[track_caller]
    pub(super) fn read(path: &Path) -> Self {
        let text = fs::read_to_string(path).unwrap_or_default();
        let whole = text.split_inclusive('\n').filter(|line| line.ends_with('\n'));
        let event = |line| serde_json::from_str(line).expect("each line is JSON");
        Self { events: whole.map(event).collect() }
    }

    /// The events of that name, in the order in which they happened.
    pub fn of(&self, event: &str) -> impl Iterator<Item = &Value> {
        self.events.iter().filter(move |value| value["event"] == event)
    }

    /// The number of the connection on which `data` came in as one piece.
    pub fn connection_that_said(&self, data: &str) -> Option<u64> {
        self.of("in").find(|event| event["data"] == data)?["connection"].as_u64()
    }

    /// The events of one connection: each one's name, and its data or whatever else it tells.
    pub fn on(&self, connection: u64) -> Vec<(String, String)> {
        let of_it = self.events.iter().filter(|event| event["connection"] == connection);
        let told = |event: &Value| {
            let text = |key: &str| event[key].as_str().map(str::to_owned);
            let name = text("event").expect("each event has a name");
            let detail = text("data").or_else(|| text("neighbor")).or_else(|| text("purpose"));
            (name, detail.unwrap_or_default())
        };
        of_it.map(told).collect()
    }

    /// The connection on which most came in.
    pub fn busiest_connection(&self) -> u64 {
        let numbers = self.of("in").filter_map(|event| event["connection"].as_u64());
        let busiest = numbers.max_by_key(|&number| self.bytes("in", number));
        busiest.expect("something came in")
    }

    /// How many bytes of text went by in the events of that name on one connection.
    pub fn bytes(&self, event: &str, connection: u64) -> usize {
        let of_it = self.of(event).filter(|event| event["connection"] == connection);
        of_it.filter_map(|event| event["data"].as_str()).map(str::len).sum()
    }
}
