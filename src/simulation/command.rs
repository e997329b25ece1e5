//! The commands of simulated clients, and the replies that they expect.

use super::at_line::AtLine;
use super::entry::Entry;
use super::places;
use crate::places::Question;
use crate::protocol::{At, LINE_BYTES_MAX, Request, Timestamp};
use crate::runtime::sim::Chance;
use std::time::Duration;

/// A command.
#[derive(Clone, Debug)]
pub(super) enum Command {
    /// IAMAT: a client's ID, position and time.
    IamAt(Vec<u8>),
    /// WHATSAT: the client, the radius and the number of results.
    WhatsAt { client: Vec<u8>, question: String },
    /// AUTH, where the world's clients need a token.
    Auth(Entry),
    /// An invalid command, which must come back with a question mark.
    Invalid(Vec<u8>),
}

impl Command {
    /// Draws a command about one of `clients`; `now` is roughly the current time.
    pub(super) fn draw(chance: &mut Chance, clients: &[String], now: Timestamp) -> Self {
        let client = chance.pick(clients).as_bytes().to_owned();
        match chance.below(20) {
            0 => Command::Invalid(invalid(chance, &client, now)),
            1..=7 => {
                let radius = *chance.pick(&["0", "5", "10.5", "50"]);
                let question = format!("{radius} {}", chance.pick(&[0, 0, 1, 20]));
                Command::WhatsAt { client, question }
            }
            _ => Command::IamAt(said(chance, &client, now)),
        }
    }

    /// A position of one of `clients`, at this time.
    pub(super) fn position(chance: &mut Chance, clients: &[String], time: Timestamp) -> Self {
        let client = chance.pick(clients).as_bytes();
        Command::IamAt([client, b"+1+1", time.to_string().as_bytes()].join(&b' '))
    }

    /// The line on the wire, with its LF.
    pub(super) fn line(&self) -> Vec<u8> {
        match self {
            Command::IamAt(said) => [b"IAMAT ", &said[..], b"\n"].concat(),
            Command::WhatsAt { client, question } => {
                [b"WHATSAT ", &client[..], b" ", question.as_bytes(), b"\n"].concat()
            }
            Command::Auth(entry) => entry.greeting(),
            Command::Invalid(line) => [&line[..], b"\n"].concat(),
        }
    }

    /// The reply if the command is invalid. Only the start of an overlong line comes back.
    pub(super) fn refusal(&self) -> Vec<u8> {
        let line = self.line();
        let length = (line.len() - 1).min(LINE_BYTES_MAX);
        [b"? ", &line[..length]].concat()
    }

    /// Whether `rest`, the part of a WHATSAT's reply after `at_line`, answers this command.
    pub(super) fn is_answered(&self, at_line: &[u8], rest: &str) -> bool {
        let line = self.line();
        let Ok(Request::WhatsAt(whatsat)) = Request::parse(&line[..line.len() - 1]) else {
            return false;
        };
        let Ok(at) = At::parse(at_line) else { return false };
        let center = at.position().coordinates();
        let question = Question::new(center, whatsat.radius(), whatsat.max());
        places::is_answer(rest, &question)
    }

    /// Whether `reply` is what the server with this name answers to an IAMAT that said this.
    pub(super) fn acknowledges(said: &[u8], server: &str, reply: &AtLine) -> bool {
        reply.server() == server.as_bytes() && reply.said() == said
    }
}

/// An ID, a position, and a time that may be the same as another one or older.
fn said(chance: &mut Chance, client: &[u8], now: Timestamp) -> Vec<u8> {
    let position = *chance.pick(&["+34.068930-118.445127", "+0+0", "-33.86+151.2093", "+90-180/"]);
    let back = Duration::from_millis(*chance.pick(&[0, 0, 0, 1, 2_000, 60_000]));
    let mut time = now.saturating_sub(back);
    if chance.one_in(3) {
        // With few different times, several servers get the same one.
        time = Timestamp::from_nanos(time.as_nanos() / 1_000_000_000 * 1_000_000_000);
    }
    let mut time = time.to_string();
    if chance.one_in(4) {
        time = time.trim_end_matches('0').trim_end_matches('.').to_owned();
    }
    [client, position.as_bytes(), time.as_bytes()].join(&b' ')
}

fn invalid(chance: &mut Chance, client: &[u8], now: Timestamp) -> Vec<u8> {
    // Further ahead than the clock of any liar.
    let in_two_years = now.saturating_add(Duration::from_secs(2 * 365 * 86_400));
    let too_far = format!("IAMAT {} +1+1 {in_two_years}", String::from_utf8_lossy(client));
    let overlong = "x".repeat(LINE_BYTES_MAX + 1 + chance.index(LINE_BYTES_MAX));
    let lines =
        ["", "hello", &overlong, "WHATSAT nobody 10 5", "AT Ball +0.0 client0 +1+1 1", &too_far];
    chance.pick(&lines).as_bytes().to_owned()
}
