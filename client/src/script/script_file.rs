//! A whole script.

use super::script_error::ScriptError;
use super::step::Step;
use herd::config::Herd;
use herd::config::text::read_text;

/// The steps of a script, each with its line, ready to run.
#[derive(Clone, Debug, PartialEq)]
pub struct Script {
    name: String,
    steps: Vec<(usize, Step)>,
}

impl Script {
    /// Reads the text of a script, in an encoding that [`read_text`] takes. `name`, usually the file's, goes into messages; the servers that
    /// the script names are looked up in `herd`.
    ///
    /// ```
    /// use herd::config::Herd;
    /// use herd_client::script::Script;
    ///
    /// let herd = Herd::default_herd();
    /// let script = Script::parse("hello.herd", b"@Alford\nWHATSAT kiwi 10 5\n", &herd)?;
    /// assert_eq!(script.name(), "hello.herd");
    /// let error = Script::parse("hello.herd", b"\n@Alfred\n", &herd).unwrap_err();
    /// assert_eq!(error.line(), 2);
    /// # Ok::<(), herd_client::script::ScriptError>(())
    /// ```
    ///
    /// # Errors
    /// The first line that is no step, and what to write instead.
    pub fn parse(name: &str, text: &[u8], herd: &Herd) -> Result<Self, ScriptError> {
        let mut steps = Vec::new();
        let mut requested = false;
        let text = read_text(text)
            .map_err(|error| ScriptError::new(name, error.line(), error.to_string()))?;
        for (line, number) in text.lines().zip(1..) {
            let error = |message| ScriptError::new(name, number, message);
            let parsed = Step::parse(line.as_bytes(), herd);
            let Some(step) = parsed.map_err(error)? else { continue };
            match step {
                Step::Request(_) => requested = true,
                Step::Expect(_) if !requested => {
                    return Err(error("nothing to expect before the first request".to_owned()));
                }
                Step::Expect(_) | Step::Server(_) | Step::Wait(_) => (),
            }
            steps.push((number, step));
        }
        Ok(Self { name: name.to_owned(), steps })
    }

    /// What it is called in messages.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// Whether it expects anything. A script that does not can fail only when a server gives no
    /// reply.
    pub fn has_expectations(&self) -> bool {
        self.steps.iter().any(|(_, step)| matches!(step, Step::Expect(_)))
    }

    /// The steps and the lines that they stand on, counted from 1.
    pub(super) fn steps(&self) -> &[(usize, Step)] {
        &self.steps
    }
}

#[cfg(test)]
mod tests {
    use super::super::expectation::Expectation;
    use super::super::request::Request;
    use super::*;
    use crate::destination::Target;
    use proptest::prelude::*;
    use std::time::Duration;

    fn parse(text: &str) -> Result<Vec<(usize, Step)>, String> {
        let script = Script::parse("x.herd", text.as_bytes(), &Herd::default_herd());
        script.map(|script| script.steps).map_err(|error| error.to_string())
    }

    /// Each line must become the step that the documentation promises, on its own line.
    #[test]
    fn each_line_is_a_step() {
        let server = |text: &str| {
            let target: Target = text.parse().unwrap();
            Step::Server(target.resolve(&Herd::default_herd()).unwrap())
        };
        let request = |line: &str| Step::Request(Request::parse(line.as_bytes()).unwrap());
        let text = "# a comment\n\n@Ball\n  IAMAT k +1+1 {now}  \n expect AT *\n\t# another\n\
                    wait 200ms\r\nwait 2s\n@localhost:1\nEXPECTATIONS are commands\r\n\
                    expect-json /a 1";
        assert_eq!(
            parse(text),
            Ok(vec![
                (3, server("Ball")),
                (4, request("  IAMAT k +1+1 {now}  ")),
                (5, Step::Expect(Expectation::parse_first_line(b"AT *").unwrap())),
                (7, Step::Wait(Duration::from_millis(200))),
                (8, Step::Wait(Duration::from_secs(2))),
                (9, server("localhost:1")),
                (10, request("EXPECTATIONS are commands")),
                (11, Step::Expect(Expectation::parse_json(b"/a 1").unwrap())),
            ])
        );
    }

    /// Without `send`, no script could show how servers answer an empty line, or one beginning with a
    /// word of the scripts' own.
    #[test]
    fn any_line_can_be_sent() {
        let request = |line: &str| Step::Request(Request::parse(line.as_bytes()).unwrap());
        for (step, line) in [
            ("send", ""),
            ("send ", ""),
            (" send   two  words ", "  two  words "),
            ("send\t# no comment", "# no comment"),
            ("send @Ball", "@Ball"),
            ("send send {now}", "send {now}"),
            ("send\r\n", ""),
            ("send sending", "sending"),
        ] {
            assert_eq!(parse(step), Ok(vec![(1, request(line))]), "{step:?}");
        }
    }

    /// An editor jumps to the line; the message says what to write.
    #[test]
    fn mistakes_have_their_line() {
        for (text, message) in [
            ("\nexpect AT", "x.herd:2: nothing to expect before the first request"),
            (
                "X\nexpct AT",
                "x.herd:2: unknown step \"expct\": did you mean \"expect\"? To send the line as it \
                 stands, write send before it",
            ),
            (
                "iamat kiwi",
                "x.herd:1: unknown step \"iamat\": did you mean \"IAMAT\"? To send the line as it \
                 stands, write send before it",
            ),
            (
                "Expect AT",
                "x.herd:1: unknown step \"Expect\": did you mean \"expect\"? To send the line as it \
                 stands, write send before it",
            ),
            (
                "? nothing",
                "x.herd:1: unknown step \"?\": a step is @SERVER, expect, expect-json, wait, send or \
                 a request in upper case. To send the line as it stands, write send before it",
            ),
            (
                "X\rY",
                "x.herd:1: this line has a CR without an LF: save the file with LF or CRLF line ends",
            ),
            ("X\nexpect", "x.herd:2: expect what? write expect AT Alford * or so"),
            (
                "@",
                "x.herd:1: invalid server name \"\": 1 to 64 letters, digits, '-', '_' and '.', \
                 beginning with a letter or a digit",
            ),
            (
                "@host:",
                "x.herd:1: invalid address \"host:\": write HOST:PORT, for example \
                 \"127.0.0.1:12000\"",
            ),
            (
                "@Alfred",
                "x.herd:1: unknown server \"Alfred\": the herd has Alford, Ball, Hamilton, \
                 Holiday, Welsh; name one of them, or write HOST:PORT",
            ),
            ("wait 5", "x.herd:1: invalid time to wait \"5\": write 200ms or 2s, an hour at most"),
            ("wait", "x.herd:1: invalid time to wait \"\": write 200ms or 2s, an hour at most"),
            (
                "wait 3601s",
                "x.herd:1: invalid time to wait \"3601s\": write 200ms or 2s, an hour at most",
            ),
            (
                "IAMAT {now x",
                "x.herd:1: invalid time \"{now x\": write {now}, {now-SECONDS} or {now+SECONDS}",
            ),
        ] {
            assert_eq!(parse(text), Err(message.to_owned()), "{text}");
        }
    }

    proptest! {
        #[test]
        fn no_script_panics(text in prop::collection::vec(any::<u8>(), 0..60)) {
            let _ = Script::parse("x.herd", &text, &Herd::default_herd());
        }

        #[test]
        fn no_step_panics(text in "(@|expect |expect-json /|wait |send ?|\\{now|[-+}0-9as:\"* ]){0,8}") {
            let _ = Script::parse("x.herd", format!("X\n{text}").as_bytes(), &Herd::default_herd());
        }
    }
}
