//! The reply of a places source.

use super::json_text::json_text;
use super::layout::{Object, write_object};
use super::places_error::PlacesError;
use super::shape::{InvalidAnswer, Shape};
use super::verdict::{Verdict, excerpt};
use crate::protocol::MaxResults;
use memchr::memmem;
use std::borrow::Cow;
use std::ops::Range;
use std::sync::Arc;

/// A reply in the shape of Nearby Search, as the bytes of its JSON. Clones share them.
///
/// All of a reply is looked at once, where it is made: a remote source's, which may have megabytes,
/// on a thread for that. To judge it, to put notes into it, to keep and to share it costs nothing that
/// depends on its size afterwards, and to write it costs a copy of what is written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Answer {
    /// Neither begins nor ends with LF or CR, and has no runs of LFs.
    json: Arc<[u8]>,
    shape: Known,
    /// What goes into its `info_messages`, before what is there.
    notes: Arc<[String]>,
}

/// What is known of an answer's JSON.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Known {
    /// Everything. It is shared, for it does not change.
    Shape(Arc<Shape>),
    /// We laid it out ourselves, with no more results than were asked for, and it is good.
    Own,
}

impl Answer {
    /// Takes the JSON of a reply, byte for byte but for a byte order mark, which is left out.
    ///
    /// ```
    /// use herd::places::Answer;
    /// use herd::protocol::MaxResults;
    ///
    /// let json = br#"{ "results" : [ 1, 2.50, 3 ], "status" : "OK" }"#;
    /// let mut out = Vec::new();
    /// let two = MaxResults::new(2).expect("2 is at most 20");
    /// Answer::from_json(json.to_vec())?.write(two, &mut out);
    /// assert_eq!(out, b"{ \"results\" : [ 1, 2.50 ], \"status\" : \"OK\" }\n\n");
    /// # Ok::<(), herd::places::InvalidAnswer>(())
    /// ```
    ///
    /// # Errors
    /// When it is no JSON object with a text at `status`, its `results` are no array, it has one of
    /// the two more than once, or it is no UTF-8 with LF or CRLF.
    pub fn from_json(json: Vec<u8>) -> Result<Self, InvalidAnswer> {
        let text = json_text(&json)?;
        let shape = Shape::find(text)?;
        let tidied = tidied(text);
        let shape = match text.starts_with(&*tidied) {
            true => shape,
            false => Shape::find(&tidied)?,
        };
        let json = tidied.as_bytes().into();
        Ok(Self { json, shape: Known::Shape(shape.into()), notes: Arc::default() })
    }

    /// Takes JSON that we laid out ourselves, with no more results than were asked for and a good
    /// status: it is neither checked nor cut.
    pub(crate) fn trusted(json: Vec<u8>) -> Self {
        Self { json: json.into(), shape: Known::Own, notes: Arc::default() }
    }

    /// The reply that stands for an error: no results, `UNKNOWN_ERROR`, and what happened.
    pub fn unknown_error(error: &PlacesError) -> Self {
        Self::refusal("UNKNOWN_ERROR", &error.to_string())
    }

    /// A reply without results, with a status and the words for it.
    pub(crate) fn refusal(status: &str, message: &str) -> Self {
        let message = excerpt(message);
        Self::without_results(|reply| reply.text("error_message", message), status)
    }

    /// The reply of a service that says 429, "too many requests", and nothing else.
    pub(super) fn over_query_limit() -> Self {
        Self::refusal("OVER_QUERY_LIMIT", &PlacesError::of_status(429).to_string())
    }

    /// The reply of a source that has nothing to tell.
    pub(super) fn zero_results() -> Self {
        Self::without_results(|_| (), "ZERO_RESULTS")
    }

    fn without_results(begin: impl FnOnce(&mut Object<'_>), status: &str) -> Self {
        let mut json = Vec::new();
        write_object(&mut json, |reply| {
            begin(reply);
            reply.texts("html_attributions", &[""; 0]);
            reply.texts("results", &[""; 0]);
            reply.text("status", status);
        });
        Self::from_json(json).expect("what is laid out above is a Nearby Search reply")
    }

    /// The same reply, ready for questions that want fewer places than the one it was made for.
    pub(super) fn into_shareable(self) -> Self {
        Self { shape: Known::Shape(self.shape()), ..self }
    }

    /// What its status means.
    pub(super) fn verdict(&self) -> &Verdict {
        match &self.shape {
            Known::Shape(shape) => &shape.verdict,
            Known::Own => &Verdict::Good,
        }
    }

    /// The same reply with notes before those that it has: its other bytes stay.
    pub(super) fn with_notes(self, notes: &[String]) -> Self {
        let notes = notes.iter().chain(&*self.notes).cloned().collect();
        Self { notes, ..self.into_shareable() }
    }

    /// How many bytes it has, without notes.
    pub(super) fn bytes(&self) -> usize {
        self.json.len()
    }

    /// What is known of its JSON. To find it out takes a look at what we laid out ourselves: that is
    /// short.
    fn shape(&self) -> Arc<Shape> {
        match &self.shape {
            Known::Shape(shape) => Arc::clone(shape),
            Known::Own => {
                let text = str::from_utf8(&self.json).expect("what we lay out is UTF-8");
                Arc::new(Shape::find(text).expect("what we lay out is a Nearby Search reply"))
            }
        }
    }

    /// Appends the JSON with its results cut to `max`, as a WHATSAT's reply has it: runs of LF are
    /// one LF, none comes first, and two end it, in place of all CR and LF there. Every other byte
    /// is as it came.
    pub fn write(&self, max: MaxResults, out: &mut Vec<u8>) {
        let mut edits: Vec<(Range<usize>, Vec<u8>)> = Vec::new();
        if let Known::Shape(shape) = &self.shape {
            let cut = shape.results.as_ref().and_then(|results| results.cut(max));
            edits.extend(cut.map(|cut| (cut, Vec::new())));
            if !self.notes.is_empty() {
                let place = &shape.notes_place;
                edits.push((place.range.clone(), place.lay_out(&self.notes)));
            }
        }
        // They never overlap: each is in a member of its own.
        edits.sort_by_key(|(range, _)| range.start);
        let mut written = 0;
        for (range, instead) in edits {
            out.extend_from_slice(&self.json[written..range.start]);
            out.extend_from_slice(&instead);
            written = range.end;
        }
        out.extend_from_slice(&self.json[written..]);
        out.extend_from_slice(b"\n\n");
    }
}

/// The text without CR and LF at its ends, and with every run of LF made one: an empty line in a reply
/// would be taken for its end. In JSON, LFs are only between tokens, where one is as good as many.
fn tidied(text: &str) -> Cow<'_, str> {
    let mut rest = text.trim_matches(['\n', '\r']);
    if memmem::find(rest.as_bytes(), b"\n\n").is_none() {
        return rest.into();
    }
    let mut tidied = String::with_capacity(rest.len());
    while let Some((line, behind)) = rest.split_once('\n') {
        tidied.push_str(line);
        tidied.push('\n');
        rest = behind.trim_start_matches('\n');
    }
    tidied.push_str(rest);
    tidied.into()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::protocol::RESULTS_MAX;
    use proptest::prelude::*;
    use serde_json::value::RawValue;

    fn written(json: &[u8], max: u8) -> Result<String, String> {
        let answer = Answer::from_json(json.to_vec()).map_err(|error| error.to_string())?;
        let mut out = Vec::new();
        answer.write(MaxResults::new(max).expect("the test's max is at most 20"), &mut out);
        Ok(String::from_utf8(out).expect("what was UTF-8 stays UTF-8"))
    }

    /// Without it a client would get other places, or other digits, than the source sent.
    #[test]
    fn results_are_cut_and_every_other_byte_stays() {
        let json = concat!(
            "{\n   \"a\" : 1e-7,\"results\":[ {\"results\":[1,2,3]} ,\n 4.0,\t12345678901234567890 ],",
            "\r\n \"z\\u00e9\" : [1 , 2,3], \"status\":\"OK\" }\n"
        );
        let (head, tail) = (
            "{\n   \"a\" : 1e-7,\"results\":[",
            "],\r\n \"z\\u00e9\" : [1 , 2,3], \"status\":\"OK\" }\n\n",
        );
        let cut = |max, results: &str| {
            assert_eq!(written(json.as_bytes(), max), Ok(format!("{head}{results}{tail}")));
        };
        cut(0, "");
        cut(1, " {\"results\":[1,2,3]} ");
        cut(2, " {\"results\":[1,2,3]} ,\n 4.0 ");
        cut(3, " {\"results\":[1,2,3]} ,\n 4.0,\t12345678901234567890 ");
        cut(20, " {\"results\":[1,2,3]} ,\n 4.0,\t12345678901234567890 ");
    }

    /// Without it a source with more results than the most would be cut in the wrong place.
    #[test]
    fn a_reply_may_hold_more_than_anyone_asks_for() {
        let numbers = |count: u8| (0..count).map(|n| n.to_string()).collect::<Vec<_>>().join(",");
        for count in [20, 21, 22, 60] {
            let json = format!(r#"{{"status":"OK","results":[{} ]}}"#, numbers(count));
            let expected = format!("{{\"status\":\"OK\",\"results\":[{} ]}}\n\n", numbers(20));
            assert_eq!(written(json.as_bytes(), RESULTS_MAX), Ok(expected));
        }
    }

    /// Without it a client could take a blank line inside a reply for its end.
    #[test]
    fn runs_of_line_feeds_are_one_and_two_end_the_reply() {
        let json = b"\n\n{\n\n\n\"results\":\n\n[\n\n1\n\n,\n\n2\n\n]\n,\"status\":\"\"}\n\n\r\n";
        let cut = "{\n\"results\":\n[\n1\n]\n,\"status\":\"\"}\n\n";
        assert_eq!(written(json, 1).as_deref(), Ok(cut));
        let whole = "{\n\"results\":\n[\n1\n,\n2\n]\n,\"status\":\"\"}\n\n";
        assert_eq!(written(json, 2).as_deref(), Ok(whole));
        assert_eq!(written(b"{\"status\":\"\"} ", 2).as_deref(), Ok("{\"status\":\"\"} \n\n"));
    }

    /// Without it a wrong reply would go to clients as a right one.
    #[test]
    fn what_is_no_reply_is_refused_without_its_text() {
        for (json, error) in [
            (r#""#, "not JSON: wrong at line 1 column 0"),
            (r#"<html>SECRET</html>"#, "not JSON: wrong at line 1 column 1"),
            (r#"{"status":"OK","SECRET"#, "not JSON: wrong at line 1 column 22"),
            (r#"{"status":"OK"} SECRET"#, "not JSON: wrong at line 1 column 17"),
            (r#"{"status":"OK","results":[1,]}"#, "not JSON: wrong at line 1 column 29"),
            (r#""SECRET""#, "not a JSON object"),
            (r#"["SECRET"]"#, "not a JSON object"),
            (r#"{}"#, "no status"),
            (r#"{"error":{"status":"SECRET"}}"#, "no status"),
            (r#"{"status":7}"#, "its status is no text"),
            (r#"{"status":"OK","results":null}"#, "its results are no array"),
            (r#"{"status":"OK","status":"SECRET"}"#, "more than one status"),
            (r#"{"status":"OK","results":[],"result\u0073":[]}"#, "results more than once"),
        ] {
            assert_eq!(written(json.as_bytes(), 1), Err(error.to_owned()), "{json}");
        }
        for (json, error) in [
            (&b"{\n\"status\":\"\xff\"}"[..], "not UTF-8 on line 2"),
            (b"\xff\xfe{\0}\0", "UTF-16, not UTF-8"),
            (b"{\r\"status\":\"OK\"}", "a CR without an LF on line 1"),
        ] {
            assert_eq!(written(json, 1), Err(error.to_owned()));
        }
    }

    /// Windows' editors put a mark before a text, which is no part of its JSON.
    #[test]
    fn a_byte_order_mark_is_left_out() {
        let marked = written("\u{feff}\r\n{\r\n\"status\":\"OK\"}\r\n".as_bytes(), 1);
        assert_eq!(marked.as_deref(), Ok("{\r\n\"status\":\"OK\"}\n\n"));
    }

    /// Without it one reply could overflow the stack and end the server.
    #[test]
    fn deep_nesting_needs_no_stack() {
        let (open, close) = ("[".repeat(500_000), "]".repeat(500_000));
        let json = format!(r#"{{"status":"OK","x":{open}{close},"results":[{open}{close},2]}}"#);
        let whole = written(json.as_bytes(), 2).expect("nesting is no error");
        assert_eq!(whole.trim_end(), json);
        let cut = written(json.as_bytes(), 1).expect("nesting is no error");
        assert_eq!(cut.trim_end(), json.replace(",2]", "]"));
        written(open.as_bytes(), 1).expect_err("it is never closed");
    }

    /// Megabytes were read and copied where clients are served, for each one that asked.
    #[test]
    fn an_answer_that_is_shared_kept_and_noted_is_neither_copied_nor_read_again() {
        let padding = "x".repeat(4_000_000);
        let json = format!(r#"{{"x":"{padding}","results":[],"status":"UNKNOWN_ERROR"}}"#);
        let answer = Answer::from_json(json.into_bytes()).expect("it is a reply");
        assert_eq!(answer.verdict(), &Verdict::Failure("UNKNOWN_ERROR".into()));
        let noted = answer.clone().into_shareable().with_notes(&["note".to_owned()]);
        assert!(Arc::ptr_eq(&noted.json, &answer.json));
        let shared = |answer: &Answer| match &answer.shape {
            Known::Shape(shape) => Arc::as_ptr(shape),
            Known::Own => panic!("it came from outside"),
        };
        assert_eq!(shared(&noted), shared(&answer));
    }

    /// Without it an error's text could break the reply's JSON.
    #[test]
    fn an_error_is_laid_out_as_a_reply() {
        let answer = Answer::unknown_error(&PlacesError::new("a \"b\" \\ <c>\n\u{1}é"));
        let mut out = Vec::new();
        answer.write(MaxResults::new(0).expect("0 is at most 20"), &mut out);
        let expected = concat!(
            "{\n   \"error_message\" : \"a \\\"b\\\" \\\\ \\u003cc\\u003e\\n\\u0001é\",\n",
            "   \"html_attributions\" : [],\n   \"results\" : [],\n",
            "   \"status\" : \"UNKNOWN_ERROR\"\n}\n\n"
        );
        assert_eq!(String::from_utf8(out).as_deref(), Ok(expected));
    }

    /// Blanks between tokens, with line ends as [`read_text`](crate::config::text::read_text) has
    /// them.
    const BLANKS: &str = "( |\\n|\\r\\n|\\t){0,3}";

    /// Any JSON, with blanks of all kinds between its tokens.
    fn json() -> impl Strategy<Value = String> {
        let blank = BLANKS;
        let leaf = prop_oneof![
            Just("null".to_owned()),
            "-?(0|[1-9][0-9]{0,25})(\\.[0-9]{1,5})?([eE][+-]?[0-9]{1,3})?",
            "\"([a-zé\\[\\]{}:, ]|\\\\[\"\\\\/bfnrt]|\\\\u00[0-9a-f]{2}){0,6}\"",
        ];
        leaf.prop_recursive(3, 24, 4, move |inner| {
            let item = (blank, inner, blank).prop_map(|(a, value, b)| format!("{a}{value}{b}"));
            let member = ("[a-z]{0,3}", item.clone()).prop_map(|(k, v)| format!("\"{k}\":{v}"));
            prop_oneof![
                prop::collection::vec(item, 0..4)
                    .prop_map(|items| format!("[{}]", items.join(","))),
                prop::collection::vec(member, 0..4)
                    .prop_map(|members| format!("{{{}}}", members.join(","))),
            ]
        })
    }

    proptest! {
        /// Without it some way to write JSON would be cut in the wrong place.
        #[test]
        fn a_cut_reply_is_the_same_but_for_its_last_results(
            items in prop::collection::vec(json(), 0..24),
            blanks in prop::collection::vec(BLANKS, 8),
            other in json(),
            max in 0..=RESULTS_MAX,
        ) {
            let [a, b, c, d, e, f, g, h] = &blanks[..] else { unreachable!("there are eight") };
            let reply = |results: &str| format!(
                "{a}{{\"x\":{other},\"results\"{b}:{c}[{results}]{d},\"status\":\"OK\"}}{e}"
            );
            let json = reply(&format!("{f}{}{g}", items.join(&format!("{h},{a}"))));
            let kept = &items[..items.len().min(usize::from(max))];
            let mut expected = match kept {
                [] if !items.is_empty() => reply(""),
                _ => reply(&format!("{f}{}{g}", kept.join(&format!("{h},{a}")))),
            };
            while expected.contains("\n\n") {
                expected = expected.replace("\n\n", "\n");
            }
            let expected = format!("{}\n\n", expected.trim_matches(['\n', '\r']));
            let out = written(json.as_bytes(), max).expect("it has the shape");
            serde_json::from_str::<&RawValue>(&out).expect("a cut keeps JSON valid");
            prop_assert_eq!(out, expected);
        }

        /// Without it some input could end the server.
        #[test]
        fn no_input_panics(bytes in prop::collection::vec(any::<u8>(), 0..64), max in 0..=RESULTS_MAX) {
            written(&bytes, max).ok();
            written(&[b"{\"status\":\"\",\"results\":[", &bytes[..], b"]}"].concat(), max).ok();
        }
    }
}
