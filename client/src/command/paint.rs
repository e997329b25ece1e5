//! Colors of a terminal.

/// Whether texts get colors.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Paint {
    /// They do, by ANSI escapes.
    Colors,
    /// They stay as they are.
    Plain,
}

/// What a piece of text is, and with that its color.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Ink {
    /// A key of an object.
    Key,
    /// A string.
    Text,
    /// A number, `true`, `false` or `null`.
    Value,
    /// What stands above a column.
    Heading,
    /// What a client says.
    Said,
    /// Neither a request nor a reply.
    Aside,
    /// What went wrong.
    Alarm,
}

impl Ink {
    /// The number of the color (ECMA-48, SGR).
    fn code(self) -> &'static str {
        match self {
            Ink::Key => "34",
            Ink::Text => "32",
            Ink::Value => "33",
            Ink::Heading | Ink::Said => "1",
            Ink::Aside => "2",
            Ink::Alarm => "31",
        }
    }
}

impl Paint {
    /// Appends `text` in its color.
    pub(crate) fn push(self, ink: Ink, text: &[u8], out: &mut Vec<u8>) {
        match self {
            Paint::Plain => out.extend_from_slice(text),
            Paint::Colors => {
                out.extend_from_slice(format!("\x1b[{}m", ink.code()).as_bytes());
                out.extend_from_slice(text);
                out.extend_from_slice(b"\x1b[0m");
            }
        }
    }
}
