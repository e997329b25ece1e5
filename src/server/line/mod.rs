//! The line door: clients that speak the protocol's commands, one a line.
//!
//! This folder owns the conversation with one client. It decides nothing about positions: lines go
//! into the node, and its replies go out in order.

mod admission;
mod allowance;
mod ending;
mod gate;
mod greeting;
mod input;
mod last_read;
mod outbox;
mod patience;
mod service;
mod session;
mod wake;

pub(super) use allowance::Allowance;
pub(super) use service::LineService;
