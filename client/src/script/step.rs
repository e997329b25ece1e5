//! One line of a script.

use super::expectation::Expectation;
use super::request::Request;
use crate::destination::{Destination, InvalidTarget, Target};
use crate::spelling::nearest;
use herd::config::Herd;
use std::time::Duration;

/// The longest `wait`, an hour: a longer one is a typing error.
pub(super) const WAIT_MAX: Duration = Duration::from_secs(3600);

/// The words that a line may begin with, except for requests of servers to come.
const WORDS: [&str; 6] = ["expect", "expect-json", "wait", "send", "IAMAT", "WHATSAT"];

/// One thing to do.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Step {
    /// `@NAME` or `@HOST:PORT`: where the following requests go.
    Server(Destination),
    /// `send LINE`, or a line whose first word is in upper case: a line to send.
    Request(Request),
    /// `expect` or `expect-json`: what the last reply must be.
    Expect(Expectation),
    /// `wait 200ms` or `wait 2s`.
    Wait(Duration),
}

impl Step {
    /// Reads a line, without its LF. None when there is nothing to do on it.
    pub(super) fn parse(line: &[u8], herd: &Herd) -> Result<Option<Self>, String> {
        let text = line.trim_ascii();
        if text.is_empty() || text.starts_with(b"#") {
            return Ok(None);
        }
        if let Some(target) = text.strip_prefix(b"@") {
            return server(target, herd).map(Step::Server).map(Some);
        }
        let length = text.iter().position(u8::is_ascii_whitespace).unwrap_or(text.len());
        let (word, rest) = text.split_at(length);
        let step = match word {
            b"expect" => Step::Expect(Expectation::parse_first_line(rest)?),
            b"expect-json" => Step::Expect(Expectation::parse_json(rest.trim_ascii())?),
            b"wait" => Step::Wait(span(rest.trim_ascii())?),
            b"send" => Step::Request(Request::parse(line_to_send(line))?),
            word if is_request(word) => Step::Request(Request::parse(line)?),
            word => return Err(unknown(&String::from_utf8_lossy(word))),
        };
        Ok(Some(step))
    }
}

/// Whether a line that begins with this word is sent as it stands. A word in lower case is more often
/// a misspelt step than a command.
fn is_request(word: &[u8]) -> bool {
    word.first().is_some_and(u8::is_ascii_uppercase) && !word.iter().any(u8::is_ascii_lowercase)
}

fn unknown(word: &str) -> String {
    let meant = match nearest(word, &WORDS) {
        Some(nearest) => format!("did you mean \"{nearest}\"?"),
        None => "a step is @SERVER, expect, expect-json, wait, send or a request in upper case."
            .to_owned(),
    };
    format!("unknown step \"{word}\": {meant} To send the line as it stands, write send before it")
}

fn server(text: &[u8], herd: &Herd) -> Result<Destination, String> {
    let text = String::from_utf8_lossy(text);
    let target: Target = text.parse().map_err(|error: InvalidTarget| error.to_string())?;
    target.resolve(herd).map_err(|error| error.to_string())
}

/// What a `send` step sends: all that follows the one byte of white space after the word, be it
/// nothing or more white space.
fn line_to_send(line: &[u8]) -> &[u8] {
    let step = line.trim_ascii_start();
    step.strip_prefix(b"send").and_then(<[u8]>::split_first).map_or(b"", |(_, line)| line)
}

/// Reads `200ms` or `2s`.
fn span(text: &[u8]) -> Result<Duration, String> {
    let wrong = || {
        let text = String::from_utf8_lossy(text);
        format!("invalid time to wait {text:?}: write 200ms or 2s, an hour at most")
    };
    let digits = text.iter().take_while(|byte| byte.is_ascii_digit()).count();
    let (number, unit) = text.split_at(digits);
    let number = std::str::from_utf8(number).ok().and_then(|number| number.parse::<u64>().ok());
    let span = match (number, unit) {
        (Some(number), b"ms") => Duration::from_millis(number),
        (Some(number), b"s") => Duration::from_secs(number),
        _ => return Err(wrong()),
    };
    if span <= WAIT_MAX { Ok(span) } else { Err(wrong()) }
}
