//! An application server herd: servers that tell each other where moving clients are, and answer
//! what is near them.
//!
//! A client tells any server of the herd where it is (`IAMAT`); every server knows soon; anybody
//! asks any server what is near that client (`WHATSAT`). This library is such a server in parts
//! that can be exchanged: where it runs, where places come from, how it is configured. It knows no
//! arguments, no terminal and no global state, so one program can hold many servers.
//!
//! # The picture
//!
//! Bytes of a client go through [`protocol`], which makes commands of them, into the [`node`], which
//! makes replies of those. What the node knows is a *change log*: the newest line of each client, in
//! the order in which this server learned them, each with a number. Whoever must know of changes
//! follows that log from a number on: each neighbor over a connection of its own, and the journal
//! onto a disk. So news, a slow neighbor, a broken link and a restart are all the same to a server,
//! and it keeps no queue for anybody.
//!
//! # The rooms
//!
//! | module | owns |
//! |---|---|
//! | [`protocol`] | the grammar of lines: bytes to messages and back. Pure |
//! | [`node`] | what a server knows and what it answers: the change log. Pure |
//! | [`config`] | herd.toml: which servers there are, who talks with whom, and the limits |
//! | [`runtime`] | the ground: network, tasks, clocks and chance as the trait [`Runtime`](runtime::Runtime) |
//! | [`fetch`] | HTTP as the trait [`Fetcher`](fetch::Fetcher), with limits on time and size |
//! | [`places`] | what is near a position: the trait [`Places`](places::Places), and the sources |
//! | [`journal`] | the change log on disk |
//! | [`traffic`] | the traffic log: everything that goes in and out, in a file |
//! | [`server`] | what drives it all: connections, tasks and deadlines |
//!
//! A room uses only rooms above it here. `docs/ARCHITECTURE.md` says why things are as they are, and
//! `docs/PROTOCOL.md` what goes over the wire.
//!
//! # A server in a program
//!
//! ```
//! use async_std::io::prelude::*;
//! use async_std::net::TcpStream;
//! use herd::config::Herd;
//! use herd::runtime::AsyncStd;
//! use herd::server::Server;
//! use std::net::Shutdown;
//!
//! # async_std::task::block_on(async {
//! let herd = Herd::from_toml("[servers.Solo]\nlisten = '127.0.0.1:0'")?;
//! let server = Server::builder(AsyncStd::new(), &herd, &"Solo".parse()?).bind().await?;
//! let (address, stop) = (server.client_address(), server.stop());
//! let running = async_std::task::spawn(server.run());
//!
//! let mut client = TcpStream::connect(address).await?;
//! client.write_all(b"IAMAT van-7 +52.52+13.405 1479413884.392014450\n").await?;
//! client.shutdown(Shutdown::Write)?;
//! let mut reply = String::new();
//! client.read_to_string(&mut reply).await?;
//! assert!(reply.starts_with("AT Solo +"));
//! assert!(reply.ends_with(" van-7 +52.52+13.405 1479413884.392014450\n"));
//!
//! stop.request();
//! running.await;
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! # }).unwrap();
//! ```

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
