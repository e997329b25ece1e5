//! The rows as a table.

use crate::measured::Measured;
use crate::statistics::three_digits;
use std::iter::zip;

const COLUMNS: usize = 9;

const HEADINGS: [&str; COLUMNS] =
    ["row", "ours", "theirs", "unit", "ratio", "from", "to", "target", "reached"];

/// The heading of the last column, which is as wide as its texts.
const WHAT: &str = "ours : theirs";

/// The columns with numbers. They are aligned to the right, the others to the left.
const RIGHT: std::ops::RangeInclusive<usize> = 1..=6;

/// The table for a terminal.
pub(crate) fn text(rows: &[Measured<'_>]) -> String {
    let cells: Vec<_> = rows.iter().map(cells).collect();
    let headings = (HEADINGS.map(str::to_owned), WHAT.to_owned());
    let all = || [&headings].into_iter().chain(&cells);
    let mut widths = [0; COLUMNS];
    for (texts, _) in all() {
        zip(&mut widths, texts)
            .for_each(|(width, text)| *width = (*width).max(text.chars().count()));
    }
    let mut table = String::new();
    for (texts, what) in all() {
        for (index, (text, width)) in zip(texts, widths).enumerate() {
            table += &match RIGHT.contains(&index) {
                true => format!("{text:>width$}  "),
                false => format!("{text:<width$}  "),
            };
        }
        table += what;
        table.push('\n');
    }
    table
}

/// The table in Markdown.
pub(crate) fn markdown(rows: &[Measured<'_>]) -> String {
    let line =
        |texts: &[String; COLUMNS], what: &str| format!("| {} | {what} |\n", texts.join(" | "));
    let mut table = line(&HEADINGS.map(str::to_owned), WHAT);
    table.push('|');
    for index in 0..=COLUMNS {
        table += if RIGHT.contains(&index) { "---:|" } else { "---|" };
    }
    table.push('\n');
    for (texts, what) in rows.iter().map(cells) {
        table += &line(&texts, &what);
    }
    table
}

/// The texts of a row, and the text of its last column.
fn cells(measured: &Measured<'_>) -> ([String; COLUMNS], String) {
    let row = measured.row;
    let mut texts = [const { String::new() }; COLUMNS];
    texts[0] = row.name().to_owned();
    texts[3] = row.unit().to_owned();
    texts[7] = measured.target();
    let summary = match &measured.result {
        Ok(summary) => summary,
        Err(problem) => return (texts, format!("{} ({})", row.what(), problem.brief())),
    };
    let (least, greatest) = summary.ratio_bounds;
    texts[1] = three_digits(summary.ours);
    if row.has_rival() {
        texts[2] = three_digits(summary.theirs);
    }
    texts[4] = three_digits(summary.ratio);
    texts[5] = three_digits(least);
    texts[6] = three_digits(greatest);
    texts[8] = measured.verdict().map(|verdict| verdict.to_string()).unwrap_or_default();
    (texts, row.what().to_owned())
}
