//! What was measured, for people and for programs.

mod figures;
mod svg;
mod table;

pub(crate) use figures::figures;
pub(crate) use svg::plot;
pub(crate) use table::{markdown, text};
