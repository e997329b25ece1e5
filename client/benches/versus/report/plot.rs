//! The rows' ratios as a plot.

use super::svg::{Anchor, Svg};
use crate::measured::{Measured, Summary, Verdict};
use crate::statistics::{three_digits, up_to_three_digits};

/// The parts of a line, from left to right, in pixels. Together they fit into a page on GitHub,
/// which would otherwise shrink the text.
const MARGIN: f64 = 16.0;
const WHAT_WIDTH: f64 = 350.0;
const BARS_WIDTH: f64 = 300.0;
const RATIO_WIDTH: f64 = 70.0;
const TARGET_WIDTH: f64 = 70.0;
const WIDTH: f64 = MARGIN + WHAT_WIDTH + BARS_WIDTH + RATIO_WIDTH + TARGET_WIDTH + MARGIN;

/// The lines, from top to bottom, in pixels.
const HEAD_HEIGHT: f64 = 88.0;
const LINE_HEIGHT: f64 = 24.0;
const FOOT_HEIGHT: f64 = 66.0;

const BAR_HEIGHT: f64 = 12.0;

/// How far the foot of a text is below its middle.
const FOOT: f64 = 4.5;

/// The ratios at the ends of the scale, which is logarithmic. A bar that would go beyond them ends
/// in a point.
const LEAST: f64 = 0.1;
const GREATEST: f64 = 4.0;
const TICKS: [f64; 6] = [0.1, 0.2, 0.5, 1.0, 2.0, 4.0];

/// People with any kind of color blindness can distinguish blue and orange.
const GROUND: &str = "#ffffff";
const INK: &str = "#1f2328";
const FAINT_INK: &str = "#59636e";
const GRID: &str = "#d1d9e0";
const REACHED: &str = "#2b7bba";
const MISSED: &str = "#d9730d";
const OPEN: &str = "#9aa4ae";

/// A plot of all rows that were measured. Each has a bar from 1, where both sides cost the same, to
/// the median of its ratios, a thin line from the least ratio to the greatest, and a mark at the
/// target.
pub(crate) fn plot(rows: &[Measured<'_>]) -> String {
    let lines: Vec<_> = rows
        .iter()
        .filter_map(|row| Some((row, row.result.as_ref().ok()?, row.verdict()?)))
        .collect();
    let bottom = HEAD_HEIGHT + LINE_HEIGHT * lines.len() as f64;
    let mut svg = Svg::new((WIDTH, bottom + FOOT_HEIGHT), GROUND);
    head(&mut svg);
    scale(bottom, &mut svg);
    for (index, (row, summary, verdict)) in lines.into_iter().enumerate() {
        let middle = HEAD_HEIGHT + LINE_HEIGHT * (index as f64 + 0.5);
        line(middle, row, summary, verdict, &mut svg);
    }
    svg.end()
}

/// Where a ratio stands on the scale.
fn x(ratio: f64) -> f64 {
    let share = (ratio.clamp(LEAST, GREATEST) / LEAST).ln() / (GREATEST / LEAST).ln();
    MARGIN + WHAT_WIDTH + BARS_WIDTH * share
}

fn color(verdict: Verdict) -> &'static str {
    match verdict {
        Verdict::Reached => REACHED,
        Verdict::Missed => MISSED,
        Verdict::Open => OPEN,
    }
}

/// Writes what the picture shows and what its signs mean.
fn head(svg: &mut Svg) {
    let title = "What it costs, ours : theirs (a bar to the left: ours costs less)";
    svg.text((MARGIN, 28.0), Anchor::Start, INK, title);
    let middle = 50.0;
    let mut left = MARGIN;
    for (verdict, word) in [
        (Verdict::Reached, "target reached"),
        (Verdict::Missed, "target missed"),
        (Verdict::Open, "no target"),
    ] {
        bar(middle, (left, left + 14.0), 0.0, color(verdict), svg);
        svg.text((left + 20.0, middle + FOOT), Anchor::Start, FAINT_INK, word);
        left += 130.0;
    }
    mark((left, middle), svg);
    svg.text((left + 10.0, middle + FOOT), Anchor::Start, FAINT_INK, "target");
    left += 70.0;
    svg.rule((left, middle), (left + 24.0, middle), INK, 1.5);
    svg.text((left + 32.0, middle + FOOT), Anchor::Start, FAINT_INK, "least to greatest");
}

/// Draws the scale, with its numbers below and above the lines, and explains the lines' names.
fn scale(bottom: f64, svg: &mut Svg) {
    for ratio in TICKS {
        let x = x(ratio);
        let (ink, width) = if ratio == 1.0 { (INK, 1.5) } else { (GRID, 1.0) };
        svg.rule((x, HEAD_HEIGHT - 4.0), (x, bottom + 4.0), ink, width);
        for y in [HEAD_HEIGHT - 10.0, bottom + 20.0] {
            svg.text((x, y), Anchor::Middle, FAINT_INK, &ratio.to_string());
        }
    }
    let loads = "50x16: 50 connections with 16 commands under way on each, and so on";
    svg.text((MARGIN, bottom + 48.0), Anchor::Start, FAINT_INK, loads);
}

fn line(middle: f64, row: &Measured<'_>, summary: &Summary, verdict: Verdict, svg: &mut Svg) {
    let foot = middle + FOOT;
    let mut right = MARGIN + WHAT_WIDTH - 12.0;
    svg.text((right, foot), Anchor::End, INK, row.row.what());
    let ratio = summary.ratio;
    let point = match ratio {
        ratio if ratio < LEAST => -BAR_HEIGHT / 2.0,
        ratio if ratio > GREATEST => BAR_HEIGHT / 2.0,
        _ => 0.0,
    };
    bar(middle, (x(1.0), x(ratio)), point, color(verdict), svg);
    let (least, greatest) = summary.ratio_bounds;
    svg.rule((x(least), middle), (x(greatest), middle), INK, 1.5);
    right = WIDTH - MARGIN - TARGET_WIDTH;
    svg.text((right, foot), Anchor::End, INK, &three_digits(ratio));
    if let Some(wanted) = summary.ratio_wanted {
        let text = format!("≤ {}", up_to_three_digits(wanted));
        svg.text((WIDTH - MARGIN, foot), Anchor::End, FAINT_INK, &text);
        if (LEAST..=GREATEST).contains(&wanted) {
            mark((x(wanted), middle), svg);
        }
    }
}

/// Draws a bar between two places, with a point of this length at its end.
fn bar(middle: f64, (start, end): (f64, f64), point: f64, fill: &str, svg: &mut Svg) {
    let (top, bottom) = (middle - BAR_HEIGHT / 2.0, middle + BAR_HEIGHT / 2.0);
    let tip = (end + point, middle);
    svg.area(&[(start, top), (end, top), tip, (end, bottom), (start, bottom)], fill);
}

/// Draws the mark of a target: a rule across the line between two small triangles.
fn mark((x, middle): (f64, f64), svg: &mut Svg) {
    let (top, bottom) = (middle - 10.0, middle + 10.0);
    svg.rule((x, top), (x, bottom), INK, 2.0);
    for (outer, inner) in [(top, top + 5.0), (bottom, bottom - 5.0)] {
        svg.area(&[(x - 4.0, outer), (x + 4.0, outer), (x, inner)], INK);
    }
}
