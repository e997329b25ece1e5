//! A picture of lines, areas and texts.

use std::fmt::{Arguments, Write};

/// A point in pixels, from the left and from the top.
pub(super) type Point = (f64, f64);

/// The side of a point at which a text is.
#[derive(Clone, Copy, Debug)]
pub(super) enum Anchor {
    Start,
    Middle,
    End,
}

/// A picture that is being drawn.
#[derive(Debug)]
pub(super) struct Svg(String);

impl Svg {
    /// An empty picture with a background of its own, so that it can be read on any page.
    pub(super) fn new((width, height): Point, ground: &str) -> Self {
        Self(format!(
            "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {width} {height}\" \
             width=\"{width}\" height=\"{height}\" font-family=\"system-ui, sans-serif\" \
             font-size=\"13\">\n<rect width=\"{width}\" height=\"{height}\" rx=\"6\" \
             fill=\"{ground}\"/>\n"
        ))
    }

    /// Writes a text whose baseline goes through the point.
    pub(super) fn text(&mut self, (x, y): Point, anchor: Anchor, ink: &str, text: &str) {
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

    /// Draws a straight line.
    pub(super) fn rule(&mut self, (x1, y1): Point, (x2, y2): Point, ink: &str, width: f64) {
        self.add(format_args!(
            "<path d=\"M{x1:.1} {y1:.1}L{x2:.1} {y2:.1}\" stroke=\"{ink}\" \
             stroke-width=\"{width}\"/>"
        ));
    }

    /// Fills the area between some points.
    pub(super) fn area(&mut self, points: &[Point], fill: &str) {
        let points: Vec<_> = points.iter().map(|(x, y)| format!("{x:.1},{y:.1}")).collect();
        let points = points.join(" ");
        self.add(format_args!("<polygon points=\"{points}\" fill=\"{fill}\"/>"));
    }

    /// The whole file.
    pub(super) fn end(mut self) -> String {
        self.add(format_args!("</svg>"));
        self.0
    }

    fn add(&mut self, element: Arguments<'_>) {
        writeln!(self.0, "{element}").expect("a text takes every line");
    }
}
