//! What a reply should be.

use super::pattern::Pattern;
use crate::reply::Reply;
use serde_json::Value;

/// A condition on the last reply.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Expectation {
    /// `expect PATTERN`: its first line looks like this.
    FirstLine(Pattern),
    /// `expect-json POINTER VALUE`: its JSON has this value there.
    Json {
        /// A JSON pointer (RFC 6901).
        pointer: String,
        /// What must stand there.
        value: Value,
    },
}

impl Expectation {
    /// Reads what follows `expect`.
    pub(super) fn parse_first_line(text: &[u8]) -> Result<Self, String> {
        let pattern = Pattern::parse(text).ok_or("expect what? write expect AT Alford * or so")?;
        Ok(Expectation::FirstLine(pattern))
    }

    /// Reads what follows `expect-json`.
    pub(super) fn parse_json(text: &[u8]) -> Result<Self, String> {
        let text = std::str::from_utf8(text).map_err(|_| "expect-json takes UTF-8 only")?;
        let form = "write expect-json /POINTER VALUE, for example expect-json /status \"OK\"";
        let (pointer, value) = text.split_once(char::is_whitespace).ok_or(form)?;
        if !pointer.starts_with('/') {
            return Err(format!("invalid JSON pointer {pointer:?}: {form}"));
        }
        let value = value.trim();
        let value = serde_json::from_str(value)
            .map_err(|_| format!("invalid JSON value {value:?}: texts stand in quotes; {form}"))?;
        Ok(Expectation::Json { pointer: pointer.to_owned(), value })
    }

    /// Compares with the last reply, None standing for a request that got none.
    ///
    /// # Errors
    /// What was expected, and what there is instead.
    pub(super) fn check(&self, reply: Option<&Reply>) -> Result<(), String> {
        let found = match self {
            Expectation::FirstLine(pattern) => check_first_line(pattern, reply),
            Expectation::Json { pointer, value } => check_json(pointer, value, reply),
        };
        found.map_err(|found| format!("expected {self}, but {found}"))
    }
}

impl std::fmt::Display for Expectation {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Expectation::FirstLine(pattern) => write!(f, "{pattern}"),
            Expectation::Json { pointer, value } => write!(f, "{pointer} {value}"),
        }
    }
}

fn check_first_line(pattern: &Pattern, reply: Option<&Reply>) -> Result<(), String> {
    let reply = reply.ok_or("there is no reply")?;
    if pattern.matches(reply.first_line()) {
        return Ok(());
    }
    match reply {
        Reply::Nothing => Err("the reply is empty".to_owned()),
        _ => Err(format!("the reply is {}", String::from_utf8_lossy(reply.first_line()))),
    }
}

fn check_json(pointer: &str, value: &Value, reply: Option<&Reply>) -> Result<(), String> {
    let Some(Reply::Places(places)) = reply else {
        return Err("the last reply has no JSON".to_owned());
    };
    let json: Value = serde_json::from_str(places.json())
        .map_err(|error| format!("the last reply's JSON is broken: {error}"))?;
    match json.pointer(pointer) {
        None => Err(format!("there is no {pointer}")),
        Some(found) if found == value => Ok(()),
        Some(found) => Err(format!("it is {found}")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::reply::PlacesReply;

    fn reply(json: &str) -> Reply {
        let line = "AT A +0.5 k +34-118 1\n";
        let bytes = format!("{line}{json}\n\n").into_bytes();
        Reply::Places(PlacesReply::new(bytes, line.len()).unwrap())
    }

    fn check_json(expected: &str, json: &str) -> Result<(), String> {
        Expectation::parse_json(expected.as_bytes())?.check(Some(&reply(json)))
    }

    fn failed(message: &str) -> Result<(), String> {
        Err(message.to_owned())
    }

    /// An expectation that compares the wrong value makes a script worthless.
    #[test]
    fn values_are_compared_where_the_pointer_leads() {
        let json = r#"{"results" : [{"name" : "Los Angeles", "n" : 1.50}], "status" : "OK"}"#;
        assert_eq!(check_json("/status \"OK\"", json), Ok(()));
        assert_eq!(check_json("/results/0/name   \"Los Angeles\" ", json), Ok(()));
        assert_eq!(check_json("/results/0/n 1.5", json), Ok(()));
        assert_eq!(
            check_json("/status \"ZERO_RESULTS\"", json),
            failed("expected /status \"ZERO_RESULTS\", but it is \"OK\"")
        );
        assert_eq!(
            check_json("/results/1 {}", json),
            failed("expected /results/1 {}, but there is no /results/1")
        );
        let broken = check_json("/a 1", "{").unwrap_err();
        assert!(
            broken.starts_with("expected /a 1, but the last reply's JSON is broken: "),
            "{broken}"
        );
    }

    /// What fails should say what came instead.
    #[test]
    fn a_line_that_differs_is_shown() {
        let expected = Expectation::parse_first_line(b" AT  B *").unwrap();
        let check = |reply: Option<&Reply>| expected.check(reply);
        assert_eq!(
            check(Some(&reply("{}"))),
            failed("expected AT B *, but the reply is AT A +0.5 k +34-118 1")
        );
        assert_eq!(check(Some(&Reply::Nothing)), failed("expected AT B *, but the reply is empty"));
        assert_eq!(check(None), failed("expected AT B *, but there is no reply"));
    }

    /// A mistake in an expectation is found before anything is sent.
    #[test]
    fn mistakes_are_named() {
        let form = "write expect-json /POINTER VALUE, for example expect-json /status \"OK\"";
        let error = |text: &str| Expectation::parse_json(text.as_bytes()).unwrap_err();
        assert_eq!(error("/status"), form);
        assert_eq!(error("status \"OK\""), format!("invalid JSON pointer \"status\": {form}"));
        assert_eq!(
            error("/status OK"),
            format!("invalid JSON value \"OK\": texts stand in quotes; {form}")
        );
        assert_eq!(
            Expectation::parse_first_line(b" ").unwrap_err(),
            "expect what? write expect AT Alford * or so"
        );
    }
}
