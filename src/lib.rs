//! An application server herd.

pub mod fetch;
pub mod node;
pub mod places;
pub mod protocol;
pub mod runtime;
