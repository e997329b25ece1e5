//! What black-box tests share: herds of real `herd-server` processes, clients that speak bytes, and
//! waiting for things without guessing how long they take.
//!
//! Nothing here uses the library. Tests see only what goes over the wire, what is in a herd.toml
//! and on the command line, and what the system shows of a process.

#![allow(dead_code, unused_imports, reason = "each file of tests uses some of it")]

mod authority;
mod client;
mod clock;
mod herd;
pub mod places_service;
mod ports;
mod server;
mod traffic;
mod wire;

pub use authority::{Authority, Certificate, Certified};
pub use client::{Client, connect_with_receive_buffer, exchange};
pub use clock::{DEADLINE, eventually, eventually_some};
pub use herd::{Herd, Plan};
pub use ports::ReservedPort;
pub use server::{Launch, Server};
pub use traffic::Traffic;
pub use wire::{now, receive_time, without_skew};
