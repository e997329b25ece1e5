//! Notes in a reply for the people who read it: `info_messages`.

use super::layout::write_text;
use std::ops::Range;

/// Where notes go in a reply, counted in bytes from its start. It is found once, where the reply is
/// read, so that putting notes in costs nothing but the notes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct NotesPlace {
    /// The bytes that the notes replace; mostly none.
    pub(super) range: Range<usize>,
    form: Form,
}

/// What is at the place of the notes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Form {
    /// The end of the member behind which they become a member of their own.
    MemberEnds,
    /// The start of a reply without that member, where they become the first one.
    ReplyBegins,
    /// The start of an array that holds other notes, which follow.
    NotesBegin,
    /// A value that holds no notes.
    NoNotes,
}

impl NotesPlace {
    /// Behind the member whose value ends at `end`.
    pub(super) fn behind(end: usize) -> Self {
        Self { range: end..end, form: Form::MemberEnds }
    }

    /// Before all members of a reply that has some; its bracket is at `bracket`.
    pub(super) fn first(bracket: usize) -> Self {
        Self { range: bracket + 1..bracket + 1, form: Form::ReplyBegins }
    }

    /// Before the notes in `value`, the JSON at `range`.
    pub(super) fn at(range: Range<usize>, value: &str) -> Self {
        let items = value.strip_prefix('[').map(|items| items.trim_ascii_start());
        if items.is_none_or(|items| items.starts_with(']')) {
            return Self { range, form: Form::NoNotes };
        }
        Self { range: range.start + 1..range.start + 1, form: Form::NotesBegin }
    }

    /// The notes as they stand in the reply, each on a line of its own.
    pub(super) fn lay_out(&self, notes: &[String]) -> Vec<u8> {
        let mut items = Vec::new();
        for note in notes {
            items.extend_from_slice(if items.is_empty() { b"\n      " } else { b",\n      " });
            write_text(&mut items, note);
        }
        let (before, after): (&[u8], &[u8]) = match self.form {
            Form::MemberEnds => (b",\n   \"info_messages\" : [", b"\n   ]"),
            Form::ReplyBegins => (b"\n   \"info_messages\" : [", b"\n   ],"),
            Form::NotesBegin => (b"", b","),
            Form::NoNotes => (b"[", b"\n   ]"),
        };
        [before, &items, after].concat()
    }
}

#[cfg(test)]
mod tests {
    use crate::places::Answer;
    use crate::protocol::MaxResults;

    fn noted(json: &str) -> String {
        let answer = Answer::from_json(json.as_bytes().to_vec()).expect("it is a reply");
        let answer = answer.with_notes(&["b".to_owned()]).with_notes(&["a <b>".to_owned()]);
        let mut out = Vec::new();
        answer.write(MaxResults::new(1).expect("1 is at most 20"), &mut out);
        serde_json::from_slice::<serde_json::Value>(&out).expect("notes keep JSON valid");
        String::from_utf8(out).expect("a reply is UTF-8")
    }

    /// Without it a note would change what a source said, or break the reply that it is put into.
    #[test]
    fn notes_are_put_in_and_every_other_byte_stays() {
        let notes = "\n      \"a \\u003cb\\u003e\",\n      \"b\"";
        let attributions = r#"{"html_attributions":[ ] , "results":[1e-7,2],"status":"OK"}"#;
        let expected = format!(
            "{{\"html_attributions\":[ ],\n   \"info_messages\" : [{notes}\n   ] , \
             \"results\":[1e-7],\"status\":\"OK\"}}\n\n"
        );
        assert_eq!(noted(attributions), expected);
        let bare = format!("{{\n   \"info_messages\" : [{notes}\n   ],\"status\":\"OK\"}}\n\n");
        assert_eq!(noted(r#"{"status":"OK"}"#), bare);
        for none in ["[]", "[ ]", "null", "\"x\""] {
            let old = format!(r#"{{"info_messages":{none},"status":"OK"}}"#);
            let replaced = format!("{{\"info_messages\":[{notes}\n   ],\"status\":\"OK\"}}\n\n");
            assert_eq!(noted(&old), replaced);
        }
    }

    /// The notes that a source sent come behind, and notes may be behind the results that are cut.
    #[test]
    fn notes_come_before_those_that_are_there() {
        let notes = "\n      \"a \\u003cb\\u003e\",\n      \"b\"";
        let old = noted(r#"{"results":[1,2],"info_messages":[ "x", 4.0],"status":"OK"}"#);
        let both = format!(
            "{{\"results\":[1],\"info_messages\":[{notes}, \"x\", 4.0],\"status\":\"OK\"}}\n\n"
        );
        assert_eq!(old, both);
    }
}
