//! An application server herd.

pub mod config;
pub mod fetch;
pub mod journal;
pub mod node;
pub mod places;
pub mod protocol;
pub mod runtime;
pub mod server;
#[cfg(feature = "sim")]
pub mod simulation;
pub mod traffic;
