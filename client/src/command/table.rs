//! Tables for a terminal, or for a pipe.

use super::paint::{Ink, Paint};
use std::borrow::Cow;
use std::iter::zip;
use unicode_width::UnicodeWidthChar;

/// The spaces between two columns.
const GAP: usize = 2;

/// A column of a table. Widths are counted in the cells of a terminal.
#[derive(Debug)]
pub(super) struct Column {
    /// What stands above it.
    pub(super) heading: &'static str,
    /// Where its texts begin.
    pub(super) side: Side,
    /// How wide it may be at most, which also bounds what its padding costs. None, for the last
    /// column only, which is not padded.
    pub(super) width_max: Option<usize>,
    /// The color of its texts.
    pub(super) ink: Option<Ink>,
}

/// The side to which the texts of a column are aligned.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Side {
    Left,
    Right,
}

/// Rows of texts, which must be printable, under headings.
#[derive(Debug)]
pub(super) struct Table<const COLUMNS: usize> {
    columns: [Column; COLUMNS],
    rows: Vec<[String; COLUMNS]>,
}

impl<const COLUMNS: usize> Table<COLUMNS> {
    /// A table of these rows.
    pub(super) fn new(columns: [Column; COLUMNS], rows: Vec<[String; COLUMNS]>) -> Self {
        Self { columns, rows }
    }

    /// Appends the table, no wider than `width`, if there is one: the widest columns give way, and
    /// texts that are cut end in an ellipsis. No line ends in spaces.
    pub(super) fn push(&self, width: Option<usize>, paint: Paint, out: &mut Vec<u8>) {
        let widths = self.widths(width);
        let headings = self.columns.each_ref().map(|column| (column.heading, Some(Ink::Heading)));
        self.push_row(&widths, headings, paint, out);
        for row in &self.rows {
            let inks = self.columns.each_ref().map(|column| column.ink);
            let mut cells = row.each_ref().map(|text| (text.as_str(), None));
            zip(&mut cells, inks).for_each(|(cell, ink)| cell.1 = ink);
            self.push_row(&widths, cells, paint, out);
        }
    }

    fn push_row(
        &self,
        widths: &[usize; COLUMNS],
        cells: [(&str, Option<Ink>); COLUMNS],
        paint: Paint,
        out: &mut Vec<u8>,
    ) {
        // Spaces are written only before a text.
        let mut spaces = 0;
        for ((column, &width), (text, ink)) in zip(zip(&self.columns, widths), cells) {
            let text = cut(text, width);
            let padding = width - display_width(&text).min(width);
            let (before, after) = match column.side {
                Side::Left => (0, padding),
                Side::Right => (padding, 0),
            };
            spaces += before;
            if !text.is_empty() {
                out.resize(out.len() + spaces, b' ');
                spaces = 0;
                match ink {
                    Some(ink) => paint.push(ink, text.as_bytes(), out),
                    None => out.extend_from_slice(text.as_bytes()),
                }
            }
            spaces = spaces.saturating_add(after).saturating_add(GAP);
        }
        out.push(b'\n');
    }

    /// The width of each column.
    fn widths(&self, width: Option<usize>) -> [usize; COLUMNS] {
        let mut widths = std::array::from_fn(|index| self.natural_width(index));
        let Some(width) = width else { return widths };
        let available = width.saturating_sub(GAP * COLUMNS.saturating_sub(1)).max(COLUMNS);
        for width in &mut widths {
            *width = (*width).min(available);
        }
        while widths.iter().sum::<usize>() > available {
            // Of equals the last one gives way.
            match widths.iter_mut().max() {
                Some(widest) => *widest -= 1,
                None => break,
            }
        }
        widths
    }

    /// How wide a column is when nothing but its own limit keeps it back.
    fn natural_width(&self, index: usize) -> usize {
        let column = &self.columns[index];
        let texts = self.rows.iter().map(|row| row[index].as_str());
        let width = texts.chain([column.heading]).map(display_width).max().unwrap_or(0);
        width.min(column.width_max.unwrap_or(width))
    }
}

/// The cells of a terminal that a text takes. Terminals count character by character, so this does.
fn display_width(text: &str) -> usize {
    text.chars().map(char_width).sum()
}

fn char_width(character: char) -> usize {
    character.width().unwrap_or(0)
}

/// The text in `width` cells at most, with an ellipsis where it is cut.
fn cut(text: &str, width: usize) -> Cow<'_, str> {
    if display_width(text) <= width {
        return Cow::Borrowed(text);
    }
    let mut taken = 0;
    let fitting = text.chars().take_while(|&character| {
        taken += char_width(character);
        taken < width
    });
    let kept: String = fitting.collect();
    Cow::Owned(kept.trim_end().to_owned() + "…")
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn table(rows: &[[&str; 3]]) -> Table<3> {
        let column = |heading, side, width_max, ink| Column { heading, side, width_max, ink };
        let columns = [
            column("NAME", Side::Left, Some(12), Some(Ink::Text)),
            column("FAR", Side::Right, Some(8), None),
            column("WHERE", Side::Left, None, None),
        ];
        Table::new(columns, rows.iter().map(|row| row.map(str::to_owned)).collect())
    }

    fn shown(rows: &[[&str; 3]], width: Option<usize>, paint: Paint) -> String {
        let mut out = Vec::new();
        table(rows).push(width, paint, &mut out);
        String::from_utf8(out).unwrap()
    }

    /// Wide and combining characters must not push what follows out of its column.
    #[test]
    fn columns_align_by_display_width() {
        let rows = [
            ["東京タワー", "1.2 km", "Minato"],
            ["Cafe\u{301}", "5 m", ""],
            ["", "", "nowhere"],
            ["a name that is too long", "50.0 km", "x"],
        ];
        assert_eq!(
            shown(&rows, None, Paint::Plain),
            "NAME              FAR  WHERE\n\
             東京タワー     1.2 km  Minato\n\
             Cafe\u{301}              5 m\n\
             \x20                      nowhere\n\
             a name that…  50.0 km  x\n"
        );
    }

    /// On a terminal no line breaks; whoever wants it all asks for JSON.
    #[test]
    fn the_widest_column_gives_way() {
        let rows =
            [["Los Angeles", "1 m", "California, United States"], ["東京東京", "2 m", "日本"]];
        assert_eq!(
            shown(&rows, Some(30), Paint::Plain),
            "NAME         FAR  WHERE\n\
             Los Angeles  1 m  California,…\n\
             東京東京     2 m  日本\n"
        );
        assert_eq!(
            shown(&rows, Some(17), Paint::Plain),
            "NAME   FAR  WHERE\nLos…   1 m  Cali…\n東京…  2 m  日本\n"
        );
        assert_eq!(shown(&rows, Some(0), Paint::Plain), "…  …  …\n…  …  …\n…  …  …\n");
    }

    /// Colors are around the texts, not around the spaces, and change no width.
    #[test]
    fn headings_and_texts_have_colors() {
        assert_eq!(
            shown(&[["a", "1 m", "b"]], Some(80), Paint::Colors),
            "\x1b[1mNAME\x1b[0m  \x1b[1mFAR\x1b[0m  \x1b[1mWHERE\x1b[0m\n\
             \x1b[32ma\x1b[0m     1 m  b\n"
        );
    }

    proptest! {
        #[test]
        fn no_line_is_too_wide(
            rows in prop::collection::vec(["\\PC{0,20}", "[a-z0-9 ]{0,9}", "[ a-z東京é]{0,60}"], 0..4),
            width in 7usize..100,
        ) {
            let rows: Vec<[&str; 3]> = rows.iter().map(|row| row.each_ref().map(String::as_str)).collect();
            let shown = shown(&rows, Some(width), Paint::Plain);
            prop_assert_eq!(shown.lines().count(), rows.len() + 1);
            for line in shown.lines() {
                prop_assert!(display_width(line) <= width, "{:?}", line);
            }
        }
    }
}
