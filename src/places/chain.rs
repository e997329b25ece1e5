//! One source after the other.

use super::answer::Answer;
use super::places_error::PlacesError;
use super::question::Question;
use super::source::Places;
use super::verdict::Verdict;
use async_trait::async_trait;
use std::fmt;
use std::sync::Arc;

/// A source that asks others in order until one does not fail. The reply's `info_messages` say
/// which sources failed, and why.
///
/// A source fails when it has no answer at all, or one with the status `REQUEST_DENIED`,
/// `OVER_QUERY_LIMIT` or `UNKNOWN_ERROR`. `ZERO_RESULTS` is an answer, and `INVALID_REQUEST` is the
/// question's fault. When all fail, the last one's answer counts.
///
/// ```
/// use async_trait::async_trait;
/// use herd::places::{Answer, Chain, Gazetteer, Places, PlacesError, Question};
///
/// struct Broken;
///
/// #[async_trait]
/// impl Places for Broken {
///     async fn nearby(&self, _question: &Question) -> Result<Answer, PlacesError> {
///         Err(PlacesError::new("out of order"))
///     }
/// }
///
/// let places = Chain::new("broken", Broken).then("gazetteer", Gazetteer);
/// assert_eq!(format!("{places:?}"), r#"Chain(["broken", "gazetteer"])"#);
/// ```
pub struct Chain {
    sources: Vec<Source>,
}

struct Source {
    name: String,
    source: Arc<dyn Places>,
}

impl Chain {
    /// A chain of one source, with the name that notes give it.
    pub fn new(name: impl Into<String>, source: impl Places) -> Self {
        Self { sources: Vec::new() }.then(name, source)
    }

    /// The same chain with another source at its end.
    pub fn then(mut self, name: impl Into<String>, source: impl Places) -> Self {
        self.sources.push(Source { name: name.into(), source: Arc::new(source) });
        self
    }
}

#[async_trait]
impl Places for Chain {
    async fn nearby(&self, question: &Question) -> Result<Answer, PlacesError> {
        let mut notes = Vec::new();
        let mut refused = None;
        for Source { name, source } in &self.sources {
            let why = match source.nearby(question).await {
                Ok(answer) => match answer.verdict() {
                    Verdict::Good | Verdict::Refusal => return Ok(noted(answer, &notes)),
                    Verdict::Failure(why) => {
                        let why = why.to_string();
                        refused = Some(noted(answer, &notes));
                        why
                    }
                },
                Err(error) => {
                    refused = None;
                    error.to_string()
                }
            };
            notes.push(format!("{name}: {why}"));
        }
        refused.ok_or_else(|| PlacesError::new(notes.join("; ")))
    }

    fn is_remote(&self) -> bool {
        self.sources.iter().any(|source| source.source.is_remote())
    }
}

fn noted(answer: Answer, notes: &[String]) -> Answer {
    if notes.is_empty() { answer } else { answer.with_notes(notes) }
}

impl fmt::Debug for Chain {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let names: Vec<&str> = self.sources.iter().map(|link| link.name.as_str()).collect();
        f.debug_tuple("Chain").field(&names).finish()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::protocol::{Coordinates, MaxResults, Radius};
    use futures_lite::future::block_on;

    struct Fixed(Result<&'static str, &'static str>);

    #[async_trait]
    impl Places for Fixed {
        async fn nearby(&self, _question: &Question) -> Result<Answer, PlacesError> {
            let json = self.0.map_err(PlacesError::new)?;
            Ok(Answer::from_json(json.as_bytes().to_vec()).expect("the test's reply is one"))
        }
    }

    const DENIED: &str = r#"{"error_message":"no key","results":[],"status":"REQUEST_DENIED"}"#;
    const NOTHING: &str = r#"{"html_attributions":[],"results":[],"status":"ZERO_RESULTS"}"#;

    fn ask<const N: usize>(
        sources: [Result<&'static str, &'static str>; N],
    ) -> Result<String, String> {
        let empty = Chain { sources: Vec::new() };
        let number = 1..;
        let chain = sources
            .into_iter()
            .zip(number)
            .fold(empty, |chain, (source, n)| chain.then(format!("s{n}"), Fixed(source)));
        let question = Question::new(
            Coordinates { latitude: 0.0, longitude: 0.0 },
            Radius::from_metres(1.0).expect("a metre is in range"),
            MaxResults::new(1).expect("1 is at most 20"),
        );
        let answer = block_on(chain.nearby(&question)).map_err(|error| error.to_string())?;
        let mut out = Vec::new();
        answer.write(question.max, &mut out);
        Ok(String::from_utf8(out).expect("a reply is UTF-8").trim_end().to_owned())
    }

    /// Without it a reply would be changed without need, or an empty neighborhood be asked for
    /// again and again.
    #[test]
    fn the_first_that_does_not_fail_answers() {
        assert_eq!(ask([Ok(NOTHING), Err("no")]), Ok(NOTHING.to_owned()));
        let invalid = r#"{"results":[],"status":"INVALID_REQUEST"}"#;
        assert_eq!(ask([Ok(invalid), Err("no")]), Ok(invalid.to_owned()));
    }

    /// Without it nobody would learn that the source they pay for does not answer.
    #[test]
    fn who_failed_before_is_told() {
        let expected = "{\"html_attributions\":[],\n   \"info_messages\" : [\n      \
            \"s1: REQUEST_DENIED, no key\",\n      \"s2: down\"\n   ],\
            \"results\":[],\"status\":\"ZERO_RESULTS\"}";
        assert_eq!(ask([Ok(DENIED), Err("down"), Ok(NOTHING)]), Ok(expected.to_owned()));
    }

    #[test]
    fn when_all_fail_the_last_one_counts() {
        assert_eq!(
            ask([Ok(DENIED), Err("down")]),
            Err("s1: REQUEST_DENIED, no key; s2: down".into())
        );
        let expected =
            DENIED.replacen('{', "{\n   \"info_messages\" : [\n      \"s1: down\"\n   ],", 1);
        assert_eq!(ask([Err("down"), Ok(DENIED)]), Ok(expected));
    }
}
