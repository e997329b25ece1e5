//! JSON for the eye.

use super::paint::{Ink, Paint};
use super::printable::is_command;
use serde_json::Value;
use std::borrow::Cow;

/// Appends `json` with its keys and values colored.
///
/// Its own layout and digits are kept, since a server lays it out already; only what comes without
/// any line break, from a source that did not care, is laid out anew. Characters that command a
/// terminal are escaped in strings, which does not change what they say, and replaced elsewhere.
pub(super) fn push(json: &str, paint: Paint, out: &mut Vec<u8>) {
    let json = laid_out(json);
    let json = printable_json(&json);
    if paint == Paint::Plain {
        return out.extend_from_slice(json.as_bytes());
    }
    let mut rest = json.as_ref();
    while !rest.is_empty() {
        let (token, after) = rest.split_at(token_bytes(rest));
        match ink(token, after) {
            Some(ink) => paint.push(ink, token.as_bytes(), out),
            None => out.extend_from_slice(token.as_bytes()),
        }
        rest = after;
    }
}

fn laid_out(json: &str) -> Cow<'_, str> {
    if json.contains('\n') {
        return Cow::Borrowed(json);
    }
    let pretty = serde_json::from_str::<Value>(json).and_then(|v| serde_json::to_string_pretty(&v));
    pretty.map_or(Cow::Borrowed(json), Cow::Owned)
}

fn printable_json(json: &str) -> Cow<'_, str> {
    if !json.contains(is_command_in_json) {
        return Cow::Borrowed(json);
    }
    let (mut printable, mut rest) = (String::new(), json);
    while !rest.is_empty() {
        let (token, after) = rest.split_at(token_bytes(rest));
        let mut characters = token.chars().peekable();
        while let Some(character) = characters.next() {
            let ends_line = character == '\r' && characters.peek() == Some(&'\n');
            match is_command_in_json(character) && !ends_line {
                false => printable.push(character),
                true if token.starts_with('"') => push_escape(character, &mut printable),
                true => printable.push('\u{fffd}'),
            }
        }
        rest = after;
    }
    Cow::Owned(printable)
}

/// Line breaks and tabs belong to the layout.
fn is_command_in_json(character: char) -> bool {
    !matches!(character, '\n' | '\t') && is_command(character)
}

/// All that commands a terminal is in the plane that one escape reaches.
fn push_escape(character: char, out: &mut String) {
    out.push_str(&format!("\\u{:04x}", u32::from(character)));
}

/// The length of the token at the start of `json`, which is not empty: a string, a run of the
/// characters of numbers and words, or a run of anything else.
fn token_bytes(json: &str) -> usize {
    if json.starts_with('"') {
        return string_bytes(json);
    }
    let word = json.starts_with(is_word);
    json.find(|next| next == '"' || is_word(next) != word).unwrap_or(json.len())
}

fn is_word(character: char) -> bool {
    character.is_ascii_alphanumeric() || matches!(character, '-' | '+' | '.')
}

/// The length of the string at the start of `json`, quotes included.
fn string_bytes(json: &str) -> usize {
    let mut escaped = false;
    for (at, byte) in json.bytes().enumerate().skip(1) {
        match byte {
            _ if escaped => escaped = false,
            b'\\' => escaped = true,
            b'"' => return at + 1,
            _ => (),
        }
    }
    json.len()
}

/// A string before a colon is a key.
fn ink(token: &str, after: &str) -> Option<Ink> {
    if token.starts_with(is_word) {
        return Some(Ink::Value);
    }
    let text = token.starts_with('"');
    let key = text && after.trim_start().starts_with(':');
    text.then_some(if key { Ink::Key } else { Ink::Text })
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn shown(json: &str, paint: Paint) -> String {
        let mut out = Vec::new();
        push(json, paint, &mut out);
        String::from_utf8(out).unwrap()
    }

    /// Colors that change the text would make it no JSON.
    #[test]
    fn keys_texts_and_values_have_colors_of_their_own() {
        assert_eq!(
            shown("{\n   \"a\\\"b\" : [ \"c:\", -1.50e+3, true ]\n}", Paint::Colors),
            "{\n   \x1b[34m\"a\\\"b\"\x1b[0m : [ \x1b[32m\"c:\"\x1b[0m, \
             \x1b[33m-1.50e+3\x1b[0m, \x1b[33mtrue\x1b[0m ]\n}"
        );
    }

    /// A file on one line, given to a server as its places, should be readable as well.
    #[test]
    fn one_line_is_laid_out() {
        assert_eq!(
            shown("{\"b\":[1],\"a\":2}", Paint::Plain),
            "{\n  \"b\": [\n    1\n  ],\n  \"a\": 2\n}"
        );
        assert_eq!(shown("{\"b\":", Paint::Plain), "{\"b\":");
    }

    /// A terminal must not do what a place's name says.
    #[test]
    fn commands_to_a_terminal_are_escaped() {
        for (json, escaped) in [
            (
                "{\n\"a\u{9b}2J\" : \"\u{7f}\u{202e}\"\n}",
                "{\n\"a\\u009b2J\" : \"\\u007f\\u202e\"\n}",
            ),
            ("{\r\n\t\"a\" : 1\r2 \x1b[2J\n}", "{\r\n\t\"a\" : 1\u{fffd}2 \u{fffd}[2J\n}"),
            ("[\"\x1bc", "[\"\\u001bc"),
        ] {
            assert_eq!(shown(json, Paint::Plain), escaped);
        }
    }

    proptest! {
        #[test]
        fn nothing_commands_a_terminal(json in "(?s).{0,40}\n") {
            prop_assert!(!shown(&json, Paint::Plain).replace("\r\n", "\n").contains(is_command_in_json));
        }

        #[test]
        fn nothing_is_lost(json in "([\\PC&&[^\u{2028}\u{2029}]]|[\\\\\"{}:, \n]){0,40}\n") {
            prop_assert_eq!(shown(&json, Paint::Plain), json.clone());
            let mut colored = shown(&json, Paint::Colors);
            for code in ["0", "32", "33", "34"] {
                colored = colored.replace(&format!("\x1b[{code}m"), "");
            }
            prop_assert_eq!(colored, json);
        }
    }
}
