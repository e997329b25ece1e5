//! The rows' ratios as a plot.

use crate::row::{Measured, Summary, Verdict};
use crate::statistics::three_digits;
use std::fmt::Write;

/// The parts of a line, from left to right, in pixels.
const MARGIN: f64 = 16.0;
const WHAT_WIDTH: f64 = 400.0;
const BARS_WIDTH: f64 = 380.0;
const VALUES_WIDTH: f64 = 130.0;
const WIDTH: f64 = MARGIN + WHAT_WIDTH + BARS_WIDTH + VALUES_WIDTH + MARGIN;

/// The lines, from top to bottom, in pixels.
const HEAD_HEIGHT: f64 = 88.0;
const LINE_HEIGHT: f64 = 24.0;
const FOOT_HEIGHT: f64 = 40.0;

const BAR_HEIGHT: f64 = 12.0;

/// The ratios at the ends of the scale, which is logarithmic. What lies beyond ends in a point.
const LEAST: f64 = 0.1;
const GREATEST: f64 = 4.0;
const TICKS: [f64; 6] = [0.1, 0.2, 0.5, 1.0, 2.0, 4.0];

/// The colors tell apart for all kinds of sight, on a ground of their own in light and dark.
const GROUND: &str = "#ffffff";
const INK: &str = "#1f2328";
const FAINT_INK: &str = "#59636e";
const GRID: &str = "#d1d9e0";
const REACHED: &str = "#2b7bba";
const MISSED: &str = "#d9730d";
const OPEN: &str = "#9aa4ae";

/// A plot of all rows that were measured: for each a bar from 1, where both sides cost the same, to the
/// median of its ratios, a thin line from the least to the greatest, and a mark at the target.
pub(crate) fn plot(rows: &[Measured<'_>]) -> String {
    let lines: Vec<_> = rows
        .iter()
        .filter_map(|row| Some((row, row.result.as_ref().ok()?, row.verdict()?)))
        .collect();
    let bottom = HEAD_HEIGHT + LINE_HEIGHT * lines.len() as f64;
    let mut svg = Svg::new(bottom + FOOT_HEIGHT);
    svg.head();
    svg.scale(bottom);
    for (index, (row, summary, verdict)) in lines.into_iter().enumerate() {
        let middle = HEAD_HEIGHT + LINE_HEIGHT * (index as f64 + 0.5);
        svg.line(middle, row, summary, verdict);
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

/// The side of a point at which a text is.
#[derive(Clone, Copy)]
enum Anchor {
    Start,
    Middle,
    End,
}

/// A picture in the making.
struct Svg(String);

impl Svg {
    fn new(height: f64) -> Self {
        Self(format!(
            "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {WIDTH} {height}\" \
             width=\"{WIDTH}\" height=\"{height}\" font-family=\"system-ui, sans-serif\" \
             font-size=\"13\">\n<rect width=\"{WIDTH}\" height=\"{height}\" rx=\"6\" \
             fill=\"{GROUND}\"/>\n"
        ))
    }

    fn add(&mut self, element: std::fmt::Arguments<'_>) {
        writeln!(self.0, "{element}").expect("a text takes every line");
    }

    fn text(&mut self, x: f64, y: f64, anchor: Anchor, ink: &str, text: &str) {
        let anchor = match anchor {
            Anchor::Start => "start",
            Anchor::Middle => "middle",
            Anchor::End => "end",
        };
        let text = text.replace('&', "&amp;").replace('<', "&lt;");
        self.add(format_args!(
            "<text x=\"{x:.1}\" y=\"{y:.1}\" text-anchor=\"{anchor}\" fill=\"{ink}\">{text}</text>"
        ));
    }

    fn rule(&mut self, (x1, y1): (f64, f64), (x2, y2): (f64, f64), ink: &str, width: f64) {
        self.add(format_args!(
            "<path d=\"M{x1:.1} {y1:.1}L{x2:.1} {y2:.1}\" stroke=\"{ink}\" \
             stroke-width=\"{width}\"/>"
        ));
    }

    /// What the picture shows, and what its colors mean.
    fn head(&mut self) {
        let title = "What it costs, ours : theirs (a bar to the left: ours costs less)";
        self.add(format_args!("<g font-weight=\"600\">"));
        self.text(MARGIN, 28.0, Anchor::Start, INK, title);
        self.add(format_args!("</g>"));
        let mut left = MARGIN;
        for (verdict, word) in [
            (Verdict::Reached, "target reached"),
            (Verdict::Missed, "target missed"),
            (Verdict::Open, "no target"),
        ] {
            let fill = color(verdict);
            self.add(format_args!(
                "<rect x=\"{left}\" y=\"42\" width=\"12\" height=\"12\" fill=\"{fill}\"/>"
            ));
            self.text(left + 18.0, 53.0, Anchor::Start, FAINT_INK, word);
            left += 130.0;
        }
        self.mark(left, 48.0);
        self.text(left + 10.0, 53.0, Anchor::Start, FAINT_INK, "target");
        left += 70.0;
        self.rule((left, 48.0), (left + 24.0, 48.0), INK, 1.5);
        self.text(left + 32.0, 53.0, Anchor::Start, FAINT_INK, "least to greatest");
    }

    /// The scale, its lines, and the numbers below and above them.
    fn scale(&mut self, bottom: f64) {
        for ratio in TICKS {
            let (ink, width) = if ratio == 1.0 { (INK, 1.5) } else { (GRID, 1.0) };
            self.rule((x(ratio), HEAD_HEIGHT - 4.0), (x(ratio), bottom + 4.0), ink, width);
            for y in [HEAD_HEIGHT - 10.0, bottom + 20.0] {
                self.text(x(ratio), y, Anchor::Middle, FAINT_INK, &ratio.to_string());
            }
        }
    }

    fn line(&mut self, middle: f64, row: &Measured<'_>, summary: &Summary, verdict: Verdict) {
        let baseline = middle + 4.5;
        let what = row.row.what();
        self.text(MARGIN + WHAT_WIDTH - 12.0, baseline, Anchor::End, INK, what);
        self.bar(middle, summary.ratio, color(verdict));
        let (least, greatest) = summary.ratio_bounds;
        self.rule((x(least), middle), (x(greatest), middle), INK, 1.5);
        let on_scale = |ratio: &f64| (LEAST..=GREATEST).contains(ratio);
        if let Some(wanted) = summary.ratio_wanted.filter(on_scale) {
            self.mark(x(wanted), middle);
        }
        let wanted = summary.ratio_wanted.map(|wanted| format!(" ≤ {}", three_digits(wanted)));
        let value = three_digits(summary.ratio) + &wanted.unwrap_or_default();
        self.text(WIDTH - MARGIN, baseline, Anchor::End, INK, &value);
    }

    /// A bar from 1 to a ratio, which ends in a point where it is cut off.
    fn bar(&mut self, middle: f64, ratio: f64, fill: &str) {
        let (start, end) = (x(1.0), x(ratio));
        let (top, bottom) = (middle - BAR_HEIGHT / 2.0, middle + BAR_HEIGHT / 2.0);
        let point = match ratio {
            ratio if ratio < LEAST => -BAR_HEIGHT / 2.0,
            ratio if ratio > GREATEST => BAR_HEIGHT / 2.0,
            _ => 0.0,
        };
        let tip = end + point;
        self.add(format_args!(
            "<path d=\"M{start:.1} {top}H{end:.1}L{tip:.1} {middle}L{end:.1} {bottom}H{start:.1}Z\" \
             fill=\"{fill}\"/>"
        ));
    }

    /// The mark of a target: a rule across the line between two small triangles.
    fn mark(&mut self, x: f64, middle: f64) {
        let (top, bottom) = (middle - 10.0, middle + 10.0);
        self.rule((x, top), (x, bottom), INK, 2.0);
        for (y, inner) in [(top, top + 5.0), (bottom, bottom - 5.0)] {
            let (left, right) = (x - 4.0, x + 4.0);
            self.add(format_args!(
                "<path d=\"M{left:.1} {y}H{right:.1}L{x:.1} {inner}Z\" fill=\"{INK}\"/>"
            ));
        }
    }

    fn end(mut self) -> String {
        self.0.push_str("</svg>\n");
        self.0
    }
}
