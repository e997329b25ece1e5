//! What a Nearby Search reply says of itself, and where its parts are.
//!
//! Nothing is decoded, because a number or text that is decoded and written again may change.
//! serde_json walks over the values, with constant stack, and reports where they are.

use super::json_text::Misencoded;
use super::notes::NotesPlace;
use super::verdict::Verdict;
use crate::protocol::{MaxResults, RESULTS_MAX};
use serde::de::{Deserialize, Deserializer, MapAccess, SeqAccess, Visitor};
use serde_json::error::Category;
use serde_json::value::RawValue;
use std::fmt;
use std::ops::Range;

/// What came is no Nearby Search reply. The text holds nothing of what came.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct InvalidAnswer(String);

impl InvalidAnswer {
    fn new(what_is_wrong: impl Into<String>) -> Self {
        Self(what_is_wrong.into())
    }
}

impl fmt::Display for InvalidAnswer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl std::error::Error for InvalidAnswer {}

impl From<Misencoded> for InvalidAnswer {
    fn from(error: Misencoded) -> Self {
        Self(error.to_string())
    }
}

/// What is known of a reply. It takes one look at all of the reply to find it, and none to use it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Shape {
    pub(super) verdict: Verdict,
    /// None where there are no results to cut.
    pub(super) results: Option<Results>,
    pub(super) notes_place: NotesPlace,
}

impl Shape {
    /// Reads a reply.
    ///
    /// # Errors
    /// When the reply has not the shape of Nearby Search, or says `status` or `results` twice:
    /// readers would disagree on which one counts.
    pub(super) fn find(text: &str) -> Result<Self, InvalidAnswer> {
        let reply: Reply = serde_json::from_str(text).map_err(describe)?;
        let status = match reply.status[..] {
            [] => return Err(InvalidAnswer::new("no status")),
            [status] if status.get().starts_with('"') => status,
            [_] => return Err(InvalidAnswer::new("its status is no text")),
            [..] => return Err(InvalidAnswer::new("more than one status")),
        };
        let results = match reply.results[..] {
            [] => None,
            [results] if results.get().starts_with('[') => Some(Results::locate(results, text)?),
            [_] => return Err(InvalidAnswer::new("its results are no array")),
            [..] => return Err(InvalidAnswer::new("results more than once")),
        };
        let verdict = verdict(status, reply.error_message);
        Ok(Self { verdict, results, notes_place: reply.notes_place(text) })
    }
}

/// What the status and the error message say, if they are texts: else the source is out of order.
fn verdict(status: &RawValue, error_message: Option<&RawValue>) -> Verdict {
    let message = error_message.map_or(Ok(None), |raw| serde_json::from_str(raw.get()));
    match (serde_json::from_str::<String>(status.get()), message) {
        (Ok(status), Ok::<Option<String>, _>(message)) => Verdict::new(&status, message.as_deref()),
        (Err(_), _) | (_, Err(_)) => Verdict::new("UNKNOWN_ERROR", None),
    }
}

/// Where the JSON of a value is in the reply that it was found in.
fn range(value: &RawValue, text: &str) -> Range<usize> {
    let start = value.get().as_ptr().addr() - text.as_ptr().addr();
    start..start + value.get().len()
}

/// Where the results of a reply are, counted in bytes from its start.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Results {
    /// What is between the brackets.
    inside: Range<usize>,
    /// Where each result ends that anyone can ask for, and after those, if there are more, where
    /// the last one ends.
    ends: Vec<usize>,
}

impl Results {
    fn locate(array: &RawValue, text: &str) -> Result<Self, InvalidAnswer> {
        let brackets = range(array, text);
        let elements: Elements = serde_json::from_str(array.get()).map_err(describe)?;
        let place = |address: usize| address - text.as_ptr().addr();
        Ok(Self {
            inside: brackets.start + 1..brackets.end - 1,
            ends: elements.ends.into_iter().map(place).collect(),
        })
    }

    /// The bytes to leave out so that `max` results are left; None if there are no more.
    pub(super) fn cut(&self, max: MaxResults) -> Option<Range<usize>> {
        let last_end = *self.ends.get(max.get()..)?.last()?;
        match max.get().checked_sub(1) {
            Some(last_kept) => Some(self.ends[last_kept]..last_end),
            None => Some(self.inside.clone()),
        }
    }
}

/// What is wrong, without a word of the text, which may hold what is not for everyone.
fn describe(error: serde_json::Error) -> InvalidAnswer {
    match error.classify() {
        Category::Syntax | Category::Eof | Category::Io => {
            let (line, column) = (error.line(), error.column());
            InvalidAnswer::new(format!("not JSON: wrong at line {line} column {column}"))
        }
        Category::Data => InvalidAnswer::new("not a JSON object"),
    }
}

/// The values at the keys of a reply that matter here.
#[derive(Default)]
struct Reply<'a> {
    status: Vec<&'a RawValue>,
    results: Vec<&'a RawValue>,
    error_message: Option<&'a RawValue>,
    html_attributions: Option<&'a RawValue>,
    info_messages: Option<&'a RawValue>,
}

impl Reply<'_> {
    fn notes_place(&self, text: &str) -> NotesPlace {
        match (self.info_messages, self.html_attributions) {
            (Some(old), _) => NotesPlace::at(range(old, text), old.get()),
            (None, Some(attributions)) => NotesPlace::behind(range(attributions, text).end),
            (None, None) => NotesPlace::first(text.find('{').expect("a reply is an object")),
        }
    }
}

impl<'de> Deserialize<'de> for Reply<'de> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_map(ReplyVisitor)
    }
}

struct ReplyVisitor;

impl<'de> Visitor<'de> for ReplyVisitor {
    type Value = Reply<'de>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an object")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Reply<'de>, A::Error> {
        let mut reply = Reply::default();
        while let Some((key, value)) = map.next_entry::<String, &RawValue>()? {
            match key.as_str() {
                // More than two would be memory for what is an error anyway.
                "status" if reply.status.len() < 2 => reply.status.push(value),
                "results" if reply.results.len() < 2 => reply.results.push(value),
                "error_message" => reply.error_message = Some(value),
                "html_attributions" => reply.html_attributions = Some(value),
                "info_messages" => reply.info_messages = Some(value),
                _ => {}
            }
        }
        Ok(reply)
    }
}

/// Where the elements of an array end, as addresses in memory: see [`Results::ends`].
struct Elements {
    ends: Vec<usize>,
}

impl<'de> Deserialize<'de> for Elements {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_seq(ElementsVisitor)
    }
}

struct ElementsVisitor;

impl<'de> Visitor<'de> for ElementsVisitor {
    type Value = Elements;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an array")
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut array: A) -> Result<Elements, A::Error> {
        let mut ends = Vec::new();
        while let Some(element) = array.next_element::<&RawValue>()? {
            ends.truncate(usize::from(RESULTS_MAX));
            ends.push(element.get().as_bytes().as_ptr_range().end.addr());
        }
        Ok(Elements { ends })
    }
}
