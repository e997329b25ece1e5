//! Any line as AUTH, any text as an access.toml, and any bytes, cut into two pieces somewhere, on their
//! way into a log: no panic, and no token that gets out.
#![no_main]

use herd::access::AccessList;
use herd::protocol::Auth;
use herd::traffic::{Direction, Redactor};
use libfuzzer_sys::fuzz_target;

/// No input is likely to hold it by chance.
const TOKEN: &[u8] = b"0123456789abcdef";

fuzz_target!(|input: (u16, &[u8], &str)| {
    let (cut, line, text) = input;
    if let Some(auth) = Auth::parse(line) {
        assert!(Auth::is_meant_by(line));
        assert!(!auth.name().is_empty() && !auth.token().is_empty());
        assert!(AccessList::default().authenticate(&auth).is_none());
    }
    let _ = AccessList::from_toml(text);
    for direction in [Direction::In, Direction::Out] {
        redact(direction, cut, line);
    }
});

/// Puts a token behind the word, and what the input says around both.
fn redact(direction: Direction, cut: u16, line: &[u8]) {
    let (before, after) = line.split_at(line.len() / 2);
    let line_start: &[u8] = match direction {
        Direction::In => b"",
        Direction::Out => b"\n? ",
    };
    let bytes = [before, line_start, b"AUTH van-7 ", TOKEN, after].concat();
    let (head, tail) = bytes.split_at(usize::from(cut) % (bytes.len() + 1));
    let mut redactor = Redactor::new(direction);
    let shown = [redactor.redact(head), redactor.redact(tail)].concat();
    let is_in_input = |token: &[u8]| line.windows(token.len()).any(|part| part == token);
    assert!(is_in_input(TOKEN) || !shown.windows(TOKEN.len()).any(|part| part == TOKEN));
}
