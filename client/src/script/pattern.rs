//! What a line should look like.

use crate::fields::fields;
use std::fmt;

/// Fields to compare with those of a line: as many, each equal, where `*` stands for any bytes
/// within one field, or none. A last field that is only `*` also stands for all fields after it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Pattern {
    fields: Vec<Vec<u8>>,
}

impl Pattern {
    /// Reads a pattern; None when there is no field in it.
    pub(super) fn parse(text: &[u8]) -> Option<Self> {
        let fields: Vec<_> = fields(text).map(<[u8]>::to_vec).collect();
        (!fields.is_empty()).then_some(Self { fields })
    }

    /// Whether `line` looks like this.
    pub(super) fn matches(&self, line: &[u8]) -> bool {
        let mut found = fields(line);
        let all_match = self.fields.iter().all(|pattern| {
            // A line with too few fields matches no field's pattern, not even `*`.
            found.next().is_some_and(|field| field_matches(pattern, field))
        });
        let rest_matches = self.fields.last().is_some_and(|last| last == b"*");
        all_match && (rest_matches || found.next().is_none())
    }
}

impl fmt::Display for Pattern {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&String::from_utf8_lossy(&self.fields.join(&b' ')))
    }
}

/// The pieces between the stars stand in the field in their order, the first at its start and the
/// last at its end. Taking each piece where it is found first leaves the most room for the rest.
fn field_matches(pattern: &[u8], field: &[u8]) -> bool {
    let mut pieces = pattern.split(|&byte| byte == b'*');
    let start = pieces.next().unwrap_or_default();
    let Some(mut rest) = field.strip_prefix(start) else { return false };
    let Some(end) = pieces.next_back() else { return rest.is_empty() };
    for piece in pieces.filter(|piece| !piece.is_empty()) {
        let Some(at) = rest.windows(piece.len()).position(|window| window == piece) else {
            return false;
        };
        rest = &rest[at + piece.len()..];
    }
    rest.ends_with(end)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn matches(pattern: &str, line: &str) -> bool {
        Pattern::parse(pattern.as_bytes()).unwrap().matches(line.as_bytes())
    }

    /// A pattern that matches too much proves nothing, one that matches too little cries wolf.
    #[test]
    fn fields_match_one_by_one() {
        for (pattern, line) in [
            ("AT Alford * kiwi *", "AT Alford +0.5 kiwi +1+1"),
            ("AT   Alford", " AT\tAlford\r"),
            ("?", "? "),
            ("+34*-118*", "+34.068930-118.445127"),
            ("*a*b*", "xaxbx"),
            ("a*a", "aa"),
            ("a*b*a", "abba"),
            ("*", "*"),
            ("AT *", "AT a b"),
            ("***", "x"),
        ] {
            assert!(matches(pattern, line), "{pattern:?} {line:?}");
        }
        for (pattern, line) in [
            ("AT *", "AT"),
            ("AT *x", "AT ax bx"),
            ("AT", "AT a"),
            ("a", "ab"),
            ("b", "ab"),
            ("a*a", "a"),
            ("a*b*a", "aba b"),
            ("*a*b*", "xbxax"),
            ("at", "AT"),
        ] {
            assert!(!matches(pattern, line), "{pattern:?} {line:?}");
        }
    }

    proptest! {
        #[test]
        fn any_piece_may_be_left_to_a_star(field in "[ab]{1,8}", from in 0usize..8, to in 0usize..8) {
            let (from, to) = (from.min(field.len()), to.min(field.len()));
            let (from, to) = (from.min(to), from.max(to));
            let pattern = format!("{}*{}", &field[..from], &field[to..]);
            prop_assert!(matches(&pattern, &field));
            prop_assert!(matches(&field, &field));
            let longer = format!("{field}c");
            prop_assert!(!matches(&field, &longer));
        }
    }
}
