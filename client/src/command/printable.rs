//! Text of strangers, made fit for a terminal.

use std::borrow::Cow;

/// Whether a character commands a terminal, or makes it show text in an order or on a line that is
/// not the text's own: the control characters, the line separators, and what overrides or embeds a
/// direction of writing (Unicode Standard Annex 9; CVE-2021-42574).
pub(super) fn is_command(character: char) -> bool {
    let directs = matches!(character, '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}');
    character.is_control() || directs || matches!(character, '\u{2028}' | '\u{2029}')
}

/// The text on one line, with a replacement character for each that commands a terminal.
pub(super) fn printable(text: &str) -> Cow<'_, str> {
    if text.contains(is_command) {
        return Cow::Owned(text.replace(is_command, "\u{fffd}"));
    }
    Cow::Borrowed(text)
}

/// The same of bytes that may be no text, which count as such characters.
pub(super) fn printable_bytes(bytes: &[u8]) -> String {
    printable(&String::from_utf8_lossy(bytes)).into_owned()
}

/// The same of several lines. Line ends and tabs stay, since they belong to the layout.
pub(super) fn printable_lines(bytes: &[u8]) -> String {
    let text = String::from_utf8_lossy(bytes).replace("\r\n", "\n");
    let is_unwelcome = |character| !matches!(character, '\n' | '\t') && is_command(character);
    text.replace(is_unwelcome, "\u{fffd}")
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A place's name could color, clear or retitle a terminal, or type into it.
    #[test]
    fn commands_are_replaced() {
        for (text, shown) in [
            ("Café Zürich 東京 👩‍🍳", "Café Zürich 東京 👩‍🍳"),
            ("\x1b[31mred\x1b]0;title\x07", "\u{fffd}[31mred\u{fffd}]0;title\u{fffd}"),
            ("a\nb\tc\rd\x7f", "a\u{fffd}b\u{fffd}c\u{fffd}d\u{fffd}"),
            ("\u{9b}31m \u{2028}", "\u{fffd}31m \u{fffd}"),
            ("\u{202e}evil\u{2069}", "\u{fffd}evil\u{fffd}"),
        ] {
            assert_eq!(printable(text), shown);
        }
        // One byte is CSI to a terminal that takes Latin-1.
        assert_eq!(printable_bytes(b"x\x9b2J\x1b"), "x\u{fffd}2J\u{fffd}");
        assert_eq!(printable_lines(b"a\tb\r\nc\rd\x1b\n"), "a\tb\nc\u{fffd}d\u{fffd}\n");
    }
}
