//! A line to send, with times still to be filled in.

use herd::protocol::Timestamp;
use std::time::Duration;

/// A command's bytes with places for times in between.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Request {
    parts: Vec<Part>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
enum Part {
    Bytes(Vec<u8>),
    Before(Duration),
    After(Duration),
}

impl Request {
    /// Reads a line, in which `{now}`, `{now-2.5}` and `{now+1}` stand for times. Other braces stand
    /// for themselves.
    pub(super) fn parse(line: &[u8]) -> Result<Self, String> {
        let mut parts = Vec::new();
        let mut rest = line;
        while let Some(at) = find(rest, b"{now") {
            parts.push(Part::Bytes(rest[..at].to_vec()));
            let shift = &rest[at + b"{now".len()..];
            let end = find(shift, b"}").ok_or_else(|| wrong(&rest[at..]))?;
            let text = &rest[at..at + b"{now}".len() + end];
            parts.push(Part::parse(&shift[..end]).ok_or_else(|| wrong(text))?);
            rest = &shift[end + 1..];
        }
        parts.push(Part::Bytes(rest.to_vec()));
        Ok(Self { parts })
    }

    /// The line as it is sent at `now`.
    pub(super) fn line(&self, now: Timestamp) -> Vec<u8> {
        let mut line = Vec::new();
        for part in &self.parts {
            match part {
                Part::Bytes(bytes) => line.extend_from_slice(bytes),
                Part::Before(span) => push_time(&mut line, now.saturating_sub(*span)),
                Part::After(span) => push_time(&mut line, now.saturating_add(*span)),
            }
        }
        line
    }
}

impl Part {
    /// Reads what stands between `{now` and `}`.
    fn parse(shift: &[u8]) -> Option<Self> {
        let Some((sign, seconds)) = shift.split_first() else {
            return Some(Part::After(Duration::ZERO));
        };
        // A span of seconds is written as a time is: both are seconds with up to nine decimals.
        let span = Duration::from_nanos(Timestamp::parse(seconds).ok()?.as_nanos());
        match sign {
            b'-' => Some(Part::Before(span)),
            b'+' => Some(Part::After(span)),
            _ => None,
        }
    }
}

fn push_time(line: &mut Vec<u8>, time: Timestamp) {
    line.extend_from_slice(time.to_string().as_bytes());
}

fn find(text: &[u8], piece: &[u8]) -> Option<usize> {
    text.windows(piece.len()).position(|window| window == piece)
}

fn wrong(text: &[u8]) -> String {
    format!(
        "invalid time {:?}: write {{now}}, {{now-SECONDS}} or {{now+SECONDS}}",
        String::from_utf8_lossy(text)
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    fn filled(line: &str) -> Result<String, String> {
        let request = Request::parse(line.as_bytes())?;
        let line = request.line(Timestamp::from_nanos(1_000_000_000_500));
        Ok(String::from_utf8(line).unwrap())
    }

    /// A time filled in wrongly would make newest-wins scripts prove the contrary.
    #[test]
    fn times_are_filled_in() {
        for (line, sent) in [
            ("IAMAT k +1+1 {now}", "IAMAT k +1+1 1000.000000500"),
            ("{now-2.5} {now+1}x", "997.500000500 1001.000000500x"),
            ("{now-5000}", "0.000000000"),
            ("{now+18446744073}", "18446744073.709551615"),
            (" a {b} } {no {  ", " a {b} } {no {  "),
        ] {
            assert_eq!(filled(line).as_deref(), Ok(sent), "{line}");
        }
    }

    /// A typing error must not be sent as a time.
    #[test]
    fn wrong_times_are_named() {
        for (line, named) in [
            ("x {now", "{now"),
            ("x {now-} y", "{now-}"),
            ("x {now*2}", "{now*2}"),
            ("{now-1e3}", "{now-1e3}"),
            ("{nowhere}", "{nowhere}"),
        ] {
            let message = format!(
                "invalid time {named:?}: write {{now}}, {{now-SECONDS}} or {{now+SECONDS}}"
            );
            assert_eq!(filled(line), Err(message), "{line}");
        }
    }
}
