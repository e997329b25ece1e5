//! What was measured, for people and for programs.

mod figures;
mod plot;
mod svg;
mod table;

pub(crate) use figures::figures;
pub(crate) use plot::plot;
pub(crate) use table::{markdown, text};
