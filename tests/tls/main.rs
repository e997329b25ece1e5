//! TLS at both doors: who comes in, who does not, and what is told of it.

mod client;
mod door;
mod files;
mod link;
mod openssl;
mod page;
mod reload;
mod sides;
#[path = "../support/mod.rs"]
mod support;
mod world;
