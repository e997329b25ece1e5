//! JSON in the layout of a Nearby Search reply.
//!
//! Members keep their order. Each level is indented by three spaces, ` : ` separates key and value,
//! and empty containers are `[]` and `{}`. Text is raw UTF-8 with `<` and `>` as `\u003c` and
//! `\u003e`. A short array is on one line if it holds no containers, or only empty ones.

use super::number::Number;
use serde_json::Value;
use std::io::Write;

/// An array's line is shorter than this, in bytes without its indentation.
///
/// The writer that made the recorded replies also allows at most 24 values. That needs no check of
/// its own: 25 values of one byte each already need 77 bytes for `[ 1, 1, ... ]`.
const ARRAY_LINE_BYTES: usize = 74;

/// The spaces that one level of nesting adds.
const INDENT: usize = 3;

/// Why writing cannot fail.
const NO_FAILURE: &str = "a Vec takes all that is written, and a scalar is always JSON";

/// The value in this layout, without a final LF.
///
/// ```
/// use herd::places::lay_out;
/// use serde_json::json;
///
/// let value = json!({ "name": "The <i>Hut</i>", "types": ["cafe", "food"] });
/// assert_eq!(
///     String::from_utf8(lay_out(&value))?,
///     r#"{
///    "name" : "The \u003ci\u003eHut\u003c/i\u003e",
///    "types" : [ "cafe", "food" ]
/// }"#
/// );
/// # Ok::<(), std::string::FromUtf8Error>(())
/// ```
pub fn lay_out(value: &Value) -> Vec<u8> {
    let mut out = Vec::new();
    write_value(&mut out, 0, value);
    out
}

/// Writes an object whose members `build` adds.
pub(super) fn write_object(out: &mut Vec<u8>, build: impl FnOnce(&mut Object<'_>)) {
    write_object_at(out, 0, build);
}

/// An object that is being written, member by member.
pub(super) struct Object<'out> {
    out: &'out mut Vec<u8>,
    depth: usize,
    is_empty: bool,
}

impl Object<'_> {
    /// Adds a text.
    pub(super) fn text(&mut self, key: &str, text: &str) {
        self.key(key);
        write_text(self.out, text);
    }

    /// Adds a number in the fewest digits that read back as the same number, or null if JSON has no
    /// such number.
    pub(super) fn number(&mut self, key: &str, number: f64) {
        self.key(key);
        serde_json::to_writer(&mut *self.out, &number).expect(NO_FAILURE);
    }

    /// Adds a number in the digits that it came in.
    pub(super) fn digits(&mut self, key: &str, number: Number<'_>) {
        self.key(key);
        self.out.extend_from_slice(number.as_str().as_bytes());
    }

    /// Adds a small whole number.
    pub(super) fn integer(&mut self, key: &str, number: u8) {
        self.key(key);
        write!(self.out, "{number}").expect(NO_FAILURE);
    }

    /// Adds true or false.
    pub(super) fn truth(&mut self, key: &str, truth: bool) {
        self.key(key);
        write!(self.out, "{truth}").expect(NO_FAILURE);
    }

    /// Adds an array of texts.
    pub(super) fn texts(&mut self, key: &str, texts: &[impl AsRef<str>]) {
        self.key(key);
        write_flat_array(self.out, self.depth, texts, |out, text| write_text(out, text.as_ref()));
    }

    /// Adds an object whose members `build` adds.
    pub(super) fn object(&mut self, key: &str, build: impl FnOnce(&mut Object<'_>)) {
        self.key(key);
        write_object_at(self.out, self.depth, build);
    }

    /// Adds an array with an object for each item, which has at least one member.
    pub(super) fn objects<T>(
        &mut self,
        key: &str,
        items: impl IntoIterator<Item = T>,
        mut build: impl FnMut(&mut Object<'_>, T),
    ) {
        self.key(key);
        write_array(self.out, self.depth, items, |out, depth, item| {
            write_object_at(out, depth, |object| build(object, item));
        });
    }

    fn value(&mut self, key: &str, value: &Value) {
        self.key(key);
        write_value(self.out, self.depth, value);
    }

    fn key(&mut self, key: &str) {
        self.out.extend_from_slice(if self.is_empty { b"{\n" } else { b",\n" });
        self.is_empty = false;
        indent(self.out, self.depth);
        write_text(self.out, key);
        self.out.extend_from_slice(b" : ");
    }
}

/// Writes an object that begins on a line indented by `depth` levels.
fn write_object_at(out: &mut Vec<u8>, depth: usize, build: impl FnOnce(&mut Object<'_>)) {
    let mut object = Object { out, depth: depth + 1, is_empty: true };
    build(&mut object);
    if object.is_empty {
        out.extend_from_slice(b"{}");
    } else {
        out.push(b'\n');
        indent(out, depth);
        out.push(b'}');
    }
}

/// Writes an array with each item on lines of its own.
fn write_array<T>(
    out: &mut Vec<u8>,
    depth: usize,
    items: impl IntoIterator<Item = T>,
    mut write: impl FnMut(&mut Vec<u8>, usize, T),
) {
    let start = out.len();
    for item in items {
        out.extend_from_slice(if out.len() == start { b"[\n" } else { b",\n" });
        indent(out, depth + 1);
        write(out, depth + 1, item);
    }
    if out.len() == start {
        out.extend_from_slice(b"[]");
    } else {
        out.push(b'\n');
        indent(out, depth);
        out.push(b']');
    }
}

/// Writes an array whose items hold no others: tries one line, and starts again if it is too long.
fn write_flat_array<T>(
    out: &mut Vec<u8>,
    depth: usize,
    items: &[T],
    write: impl Fn(&mut Vec<u8>, &T),
) {
    let start = out.len();
    for item in items {
        out.extend_from_slice(if out.len() == start { b"[ " } else { b", " });
        write(out, item);
        if out.len() - start + b" ]".len() >= ARRAY_LINE_BYTES {
            out.truncate(start);
            return write_array(out, depth, items, |out, _, item| write(out, item));
        }
    }
    out.extend_from_slice(if items.is_empty() { b"[]" } else { b" ]" });
}

fn write_value(out: &mut Vec<u8>, depth: usize, value: &Value) {
    match value {
        Value::Null | Value::Bool(_) | Value::Number(_) => {
            serde_json::to_writer(out, value).expect(NO_FAILURE);
        }
        Value::String(text) => write_text(out, text),
        Value::Array(items) if items.iter().any(holds_something) => {
            write_array(out, depth, items, write_value);
        }
        Value::Array(items) => {
            write_flat_array(out, depth, items, |out, item| write_value(out, depth, item));
        }
        Value::Object(members) => write_object_at(out, depth, |object| {
            members.iter().for_each(|(key, value)| object.value(key, value));
        }),
    }
}

fn holds_something(value: &Value) -> bool {
    value.as_array().is_some_and(|items| !items.is_empty())
        || value.as_object().is_some_and(|members| !members.is_empty())
}

/// Writes a text in quotes.
pub(super) fn write_text(out: &mut Vec<u8>, text: &str) {
    out.push(b'"');
    let mut rest = text.as_bytes();
    while let Some(at) = rest.iter().position(|&byte| IS_ESCAPED[usize::from(byte)]) {
        out.extend_from_slice(&rest[..at]);
        write_escape(out, rest[at]);
        rest = &rest[at + 1..];
    }
    out.extend_from_slice(rest);
    out.push(b'"');
}

/// Which bytes must be escaped in a text.
const IS_ESCAPED: [bool; 256] = {
    let mut table = [false; 256];
    let mut byte = 0;
    while byte < table.len() {
        table[byte] = matches!(byte as u8, ..b' ' | b'"' | b'\\' | b'<' | b'>');
        byte += 1;
    }
    table
};

fn write_escape(out: &mut Vec<u8>, byte: u8) {
    let short: &[u8] = match byte {
        b'"' => b"\\\"",
        b'\\' => b"\\\\",
        b'\n' => b"\\n",
        b'\r' => b"\\r",
        b'\t' => b"\\t",
        0x08 => b"\\b",
        0x0c => b"\\f",
        _ => return write!(out, "\\u{byte:04x}").expect(NO_FAILURE),
    };
    out.extend_from_slice(short);
}

fn indent(out: &mut Vec<u8>, depth: usize) {
    out.resize(out.len() + depth * INDENT, b' ');
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use serde_json::json;

    fn laid_out(value: &Value) -> String {
        String::from_utf8(lay_out(value)).unwrap()
    }

    /// Programs that read Google's replies, and the recorded replies, rely on every byte of this
    /// form.
    #[test]
    fn members_indent_by_three_spaces() {
        let value = json!({
            "html_attributions": [],
            "results": [{ "geometry": { "lat": 34.0, "lng": -118.24368 }, "open": true }, {}],
            "photos": {},
            "count": 18446744073709551615u64,
            "nothing": null,
        });
        let expected = r#"{
   "html_attributions" : [],
   "results" : [
      {
         "geometry" : {
            "lat" : 34.0,
            "lng" : -118.24368
         },
         "open" : true
      },
      {}
   ],
   "photos" : {},
   "count" : 18446744073709551615,
   "nothing" : null
}"#;
        assert_eq!(laid_out(&value), expected);
    }

    /// The streaming writer and the writer for values must produce the same bytes.
    #[test]
    fn members_added_one_by_one_make_the_same_layout() {
        let mut out = Vec::new();
        write_object(&mut out, |reply| {
            reply.texts("html_attributions", &[""; 0]);
            reply.objects("results", ["a", "b"], |result, name| {
                result.object("geometry", |geometry| geometry.number("lat", -0.5));
                result.text("name", name);
                result.texts("types", &["x", "y"]);
            });
            reply.objects("none", [(); 0], |_, ()| ());
            reply.object("empty", |_| ());
        });
        let result =
            |name| json!({ "geometry": { "lat": -0.5 }, "name": name, "types": ["x", "y"] });
        let same = json!({
            "html_attributions": [],
            "results": [result("a"), result("b")],
            "none": [],
            "empty": {},
        });
        assert_eq!(String::from_utf8(out).unwrap(), laid_out(&same));
    }

    #[test]
    fn text_is_raw_but_for_what_json_and_html_mind() {
        let text = "\u{0}\u{1f}\u{7f}\u{8}\u{c}\n\r\t \"\\/<b>&'é東🐑";
        let expected =
            r#""\u0000\u001f"#.to_owned() + "\u{7f}" + r#"\b\f\n\r\t \"\\/\u003cb\u003e&'é東🐑""#;
        assert_eq!(laid_out(&json!(text)), expected);
        assert_eq!(laid_out(&json!({ "<": 1 })), "{\n   \"\\u003c\" : 1\n}");
    }

    /// The length counts as the line is written: 73 bytes stay on one line, 74 do not.
    #[test]
    fn an_array_stays_on_its_line_below_74_bytes() {
        let of_line = |bytes: usize| json!(["x".repeat(bytes - "[ \"\", 1 ]".len()), 1]);
        assert_eq!(laid_out(&of_line(73)).len(), 73);
        assert_eq!(laid_out(&of_line(73)).lines().count(), 1);
        assert_eq!(laid_out(&of_line(74)).lines().count(), 4);
        let escaped = json!(["<".repeat(12)]);
        assert_eq!(laid_out(&escaped).lines().count(), 3);
    }

    /// The writer of the recorded replies breaks 25 values; no 25 values fit on a line anyway.
    #[test]
    fn an_array_of_25_values_is_broken() {
        let of_ones = |count: usize| laid_out(&json!(vec![1; count]));
        assert_eq!(of_ones(23).len(), 71);
        assert_eq!(of_ones(24).lines().count(), 26);
        assert_eq!(of_ones(25).lines().count(), 27);
    }

    #[test]
    fn an_array_stays_on_its_line_when_its_containers_are_empty() {
        assert_eq!(laid_out(&json!([[], {}, null])), "[ [], {}, null ]");
        assert_eq!(laid_out(&json!([[], [1]])), "[\n   [],\n   [ 1 ]\n]");
        assert_eq!(laid_out(&json!([{ "a": 1 }])), "[\n   {\n      \"a\" : 1\n   }\n]");
    }

    fn any_value() -> impl Strategy<Value = Value> {
        let leaf = prop_oneof![
            Just(Value::Null),
            any::<bool>().prop_map(Value::from),
            any::<i64>().prop_map(Value::from),
            // As many digits as serde_json's parser reads exactly.
            (-18_000_000..18_000_000).prop_map(|units| Value::from(f64::from(units) / 100_000.0)),
            any::<String>().prop_map(Value::from),
        ];
        leaf.prop_recursive(4, 64, 8, |inner| {
            let members = prop::collection::vec((any::<String>(), inner.clone()), 0..8);
            prop_oneof![
                prop::collection::vec(inner, 0..8).prop_map(Value::from),
                members.prop_map(|members| Value::Object(members.into_iter().collect())),
            ]
        })
    }

    proptest! {
        #[test]
        fn what_is_laid_out_reads_back(value in any_value()) {
            let read: Value = serde_json::from_slice(&lay_out(&value)).unwrap();
            prop_assert_eq!(&read, &value);
            prop_assert_eq!(lay_out(&read), lay_out(&value), "the order of members");
        }
    }
}
