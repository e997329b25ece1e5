//! An application server herd: servers that tell each other where moving clients are, and answer
//! what is near them.
//!
//! A client tells any server of the herd where it is (`IAMAT`). Every server knows soon. Anybody asks
//! any server what is near that client (`WHATSAT`). This library is such a server in parts that can be
//! exchanged: where it runs, where places come from, how changes are kept. It reads no arguments, knows
//! no terminal and has no global state, so one program can hold many servers.
//!
//! # The picture
//!
//! Clients and neighbors come in through *doors*; the program that embeds a server holds a
//! [`Handle`](server::Handle). All of them tell, ask and follow the same [`node`]. What the node knows
//! is a *change log*: the newest line of each client, in the order in which this server learned them,
//! each with a number. Everything that must know of changes follows that log from a number on: each
//! neighbor over a connection of its own, the journal onto a disk, and the program that calls
//! [`follow`](server::Handle::follow). So live updates, a slow neighbor, a broken link and a restart
//! are the same case to a server, and it keeps no queue for anybody.
//!
//! # The rooms
//!
//! | module | owns |
//! |---|---|
//! | [`protocol`] | the grammar of lines: bytes to messages and back. Pure |
//! | [`earth`] | how far apart two positions are, on a sphere. Pure |
//! | [`node`] | what a server knows and what it answers: the change log. Pure |
//! | [`config`] | herd.toml: which servers there are, who talks with whom, and the limits |
//! | [`runtime`] | clocks, network and tasks as the traits [`Clock`](runtime::Clock), [`Net`](runtime::Net) and [`Spawn`](runtime::Spawn) |
//! | [`tls`] | certificates in, secured connections out, in both directions |
//! | [`fetch`] | HTTP as the trait [`Fetcher`](fetch::Fetcher), with limits on time and size |
//! | [`places`] | what is near a position: the trait [`Places`](places::Places), and the sources |
//! | [`journal`] | what makes a change safe: the trait [`Keeper`](journal::Keeper), and the journal on disk |
//! | [`traffic`] | the traffic log: everything that goes in and out, in a file |
//! | [`access`] | who may tell and ask what, and how often. Pure |
//! | [`nearest`] | which clients are near a point, and who enters a circle. Pure |
//! | [`server`] | what drives it all: the handle, doors, links and deadlines |
//! | [`web`] | the web door: what phones send, and the interface for programs |
//!
//! A room uses only rooms above it here. `docs/ARCHITECTURE.md` says why things are as they are, and
//! `docs/PROTOCOL.md` what goes over the wire.
//!
//! # A server in a program
//!
//! ```
//! use herd::config::Herd;
//! use herd::protocol::{ClientId, IamAt, MaxResults, Position, Radius};
//! use herd::runtime::AsyncStd;
//! use herd::server::Server;
//! use std::time::SystemTime;
//!
//! # async_std::task::block_on(async {
//! let herd = Herd::from_toml("[servers.Solo]\nlisten = '127.0.0.1:0'")?;
//! let server = Server::builder(AsyncStd::new(), &herd, &"Solo".parse()?).bind().await?;
//! let handle = server.handle();
//! let running = async_std::task::spawn(server.run());
//!
//! let van = ClientId::new("van-7")?;
//! handle.tell(IamAt::new(van, Position::new(52.52, 13.405)?, SystemTime::now().into())).await?;
//! let reply = handle.ask(van, Radius::parse(b"10")?, MaxResults::parse(b"3")?).await?;
//! assert!(reply.is_some_and(|reply| reply.starts_with(b"AT Solo +")));
//!
//! handle.stop().request();
//! running.await?;
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! # }).unwrap();
//! ```

pub mod access;
pub mod config;
pub mod earth;
pub mod fetch;
pub mod journal;
pub mod nearest;
pub mod node;
pub mod places;
pub mod protocol;
pub mod runtime;
pub mod server;
#[cfg(feature = "sim")]
pub mod simulation;
pub mod tls;
pub mod traffic;
pub mod web;

/// For implementations of [`Places`](places::Places), [`Fetcher`](fetch::Fetcher) and the other traits
/// with async methods.
pub use async_trait::async_trait;
