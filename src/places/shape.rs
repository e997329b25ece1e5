//! Where the results are in a Nearby Search reply.
//!
//! Nothing is decoded, because a number or text that is decoded and written again may change.
//! serde_json walks over the values, with constant stack, and reports where they are.

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
    /// Finds the results of a reply; None where it has none to find.
    ///
    /// # Errors
    /// When the reply has not the shape of Nearby Search, or says `status` or `results` twice:
    /// readers would disagree on which one counts.
    pub(super) fn find(json: &[u8]) -> Result<Option<Self>, InvalidAnswer> {
        let text = std::str::from_utf8(json).map_err(|_| InvalidAnswer::new("not UTF-8"))?;
        let reply: Reply = serde_json::from_str(text).map_err(describe)?;
        match reply.status[..] {
            [] => return Err(InvalidAnswer::new("no status")),
            [status] if status.get().starts_with('"') => {}
            [_] => return Err(InvalidAnswer::new("its status is no text")),
            [..] => return Err(InvalidAnswer::new("more than one status")),
        }
        match reply.results[..] {
            [] => Ok(None),
            [results] if results.get().starts_with('[') => Self::locate(results, text).map(Some),
            [_] => Err(InvalidAnswer::new("its results are no array")),
            [..] => Err(InvalidAnswer::new("results more than once")),
        }
    }

    fn locate(array: &RawValue, text: &str) -> Result<Self, InvalidAnswer> {
        let place = |address: usize| address - text.as_ptr().addr();
        let array = array.get();
        let brackets = array.as_bytes().as_ptr_range();
        let elements: Elements = serde_json::from_str(array).map_err(describe)?;
        Ok(Self {
            inside: place(brackets.start.addr()) + 1..place(brackets.end.addr()) - 1,
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
