//! A client as JSON.

use crate::protocol::At;
use serde_json::Value;
use std::fmt::Write;

/// Writes `{"id":...,"lat":...,"lon":...,"time":...,"server":...,"skew":...}`: what an AT line says. The
/// time and the skew are seconds with nine decimals.
pub(super) fn write_client(at: &At<'_>, out: &mut String) {
    let place = at.position().coordinates();
    let (id, latitude, longitude) = (text(at.client().as_bytes()), place.latitude, place.longitude);
    write!(out, "{{\"id\":{id},\"lat\":{latitude},\"lon\":{longitude},").expect(MEMORY);
    write_origin(at, out);
    out.push('}');
}

/// Writes the client as a feature of GeoJSON.
pub(super) fn write_feature(at: &At<'_>, out: &mut String) {
    let place = at.position().coordinates();
    let (id, latitude, longitude) = (text(at.client().as_bytes()), place.latitude, place.longitude);
    write!(
        out,
        "{{\"type\":\"Feature\",\"id\":{id},\"geometry\":{{\"type\":\"Point\",\
         \"coordinates\":[{longitude},{latitude}]}},\"properties\":{{"
    )
    .expect(MEMORY);
    write_origin(at, out);
    out.push_str("}}");
}

const MEMORY: &str = "a text takes whatever is written";

/// Writes when the client was there, and who says so.
fn write_origin(at: &At<'_>, out: &mut String) {
    let (time, server, skew) = (at.time(), text(at.server()), at.skew().to_string());
    let skew = skew.trim_start_matches('+');
    write!(out, "\"time\":{time},\"server\":{server},\"skew\":{skew}").expect(MEMORY);
}

/// A JSON string. Bytes that are not UTF-8 are replaced.
fn text(bytes: &[u8]) -> Value {
    Value::String(String::from_utf8_lossy(bytes).into_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn written(line: &str, write: fn(&At<'_>, &mut String)) -> String {
        let mut out = String::new();
        write(&At::parse(line.as_bytes()).expect("the test's lines are good"), &mut out);
        serde_json::from_str::<Value>(&out).expect("it is JSON");
        out
    }

    /// Times must keep their nanoseconds, and an ID may have quotes in it.
    #[test]
    fn an_at_line_is_json() {
        let line = "AT Ball -0.263873386 a\"b +34.068930-0.0000001 1479413884.392014450";
        assert_eq!(
            written(line, write_client),
            "{\"id\":\"a\\\"b\",\"lat\":34.06893,\"lon\":-0.0000001,\"time\":1479413884.392014450,\
             \"server\":\"Ball\",\"skew\":-0.263873386}"
        );
        assert_eq!(
            written("AT Ball +1 x +0-0 1", write_feature),
            "{\"type\":\"Feature\",\"id\":\"x\",\"geometry\":{\"type\":\"Point\",\
             \"coordinates\":[-0,0]},\"properties\":{\"time\":1.000000000,\"server\":\"Ball\",\
             \"skew\":1.000000000}}"
        );
    }
}
