//! An application server herd.

pub mod config;
pub mod fetch;
pub mod places;
pub mod protocol;
pub mod runtime;
