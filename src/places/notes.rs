//! Notes in a reply for the people who read it: `info_messages`.

use super::answer::Answer;
use super::layout::write_text;
use super::shape::InvalidAnswer;
use serde::Deserialize;
use serde_json::value::RawValue;

/// The members of a reply beside which notes are put.
#[derive(Deserialize)]
struct Members<'a> {
    #[serde(borrow)]
    html_attributions: Option<&'a RawValue>,
    #[serde(borrow)]
    info_messages: Option<&'a RawValue>,
}

impl Answer {
    /// The same reply with notes before those that it has: its other bytes stay.
    ///
    /// # Errors
    /// When it says one of the members around them twice.
    pub(super) fn with_notes(&self, notes: &[String]) -> Result<Self, InvalidAnswer> {
        let json = self.as_bytes();
        let Ok(members) = serde_json::from_slice::<Members<'_>>(json) else {
            return Ok(self.clone());
        };
        let place = |inside: &RawValue| inside.get().as_ptr().addr() - json.as_ptr().addr();
        let (from, to, text) = match (members.info_messages, members.html_attributions) {
            (Some(old), _) => {
                let start = place(old);
                let items: Vec<&RawValue> = serde_json::from_str(old.get()).unwrap_or_default();
                (start, start + old.get().len(), array(notes, &items))
            }
            (None, Some(attributions)) => {
                let end = place(attributions) + attributions.get().len();
                (end, end, format!(",\n   \"info_messages\" : {}", array(notes, &[])))
            }
            (None, None) => {
                let start = json.iter().position(|&byte| byte == b'{').map_or(0, |at| at + 1);
                (start, start, format!("\n   \"info_messages\" : {},", array(notes, &[])))
            }
        };
        Self::from_json([&json[..from], text.as_bytes(), &json[to..]].concat())
    }
}

/// An array of a reply's first level, each item on a line of its own.
fn array(notes: &[String], old: &[&RawValue]) -> String {
    let mut items: Vec<String> = notes.iter().map(|note| quoted(note)).collect();
    items.extend(old.iter().map(|item| item.get().to_owned()));
    format!("[\n      {}\n   ]", items.join(",\n      "))
}

fn quoted(text: &str) -> String {
    let mut out = Vec::new();
    write_text(&mut out, text);
    String::from_utf8(out).expect("text in quotes is text")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::protocol::MaxResults;

    fn noted(json: &str) -> String {
        let answer = Answer::from_json(json.as_bytes().to_vec()).expect("it is a reply");
        let answer = answer.with_notes(&["a <b>".to_owned()]).expect("it stays one");
        let mut out = Vec::new();
        answer.write(MaxResults::new(1).expect("1 is at most 20"), &mut out);
        String::from_utf8(out).expect("a reply is UTF-8")
    }

    /// Without it a note would change what a source said, or break the reply that it is put into.
    #[test]
    fn notes_are_put_in_and_every_other_byte_stays() {
        let note = r#"[
      "a \u003cb\u003e"
   ]"#;
        let attributions = r#"{"html_attributions":[ ] , "results":[1e-7,2],"status":"OK"}"#;
        let expected = format!(
            "{{\"html_attributions\":[ ],\n   \"info_messages\" : {note} , \
             \"results\":[1e-7],\"status\":\"OK\"}}\n\n"
        );
        assert_eq!(noted(attributions), expected);
        let bare = format!("{{\n   \"info_messages\" : {note},\"status\":\"OK\"}}\n\n");
        assert_eq!(noted(r#"{"status":"OK"}"#), bare);
        let old = noted(r#"{"info_messages":["x", 4.0],"status":"OK"}"#);
        let both = note.replace("\n   ]", ",\n      \"x\",\n      4.0\n   ]");
        assert_eq!(old, format!("{{\"info_messages\":{both},\"status\":\"OK\"}}\n\n"));
    }
}
