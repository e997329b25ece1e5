//! The web door: what apps, programs and browsers really send, and what they get.
//!
//! Most of it runs in the simulated world, where a deadline of a minute costs nothing. Requests are
//! written out by hand, from what the apps' source texts and bug reports say that they send.

#[path = "../support/mod.rs"]
mod support;

mod answer;
mod api;
mod devices;
mod door;
mod events;
mod gate;
mod openapi;
mod process;
mod schema;
mod world;
