//! The client of a herd, for programs and for scripts.
//!
//! [`Client`] talks with one server, plainly or over TLS: it sends commands and reads the replies as
//! types. [`script`]
//! runs whole conversations with a herd and checks what comes back. Both run on any
//! [`Runtime`](herd::runtime::Runtime), also in the simulated world; async-std is the default. With the
//! feature `command`, `bench` puts a load on servers and measures their replies, and the command
//! `herd-client` is all three with arguments.
//!
//! This package knows what a client may know: the grammar of [`herd::protocol`] and the addresses of
//! [`herd::config`]. It never looks inside a server, prints nothing and reads no arguments; only
//! the command does.
//!
//! ```no_run
//! use herd::protocol::{ClientId, MaxResults, Position, Radius};
//! use herd_client::Client;
//!
//! # async fn conversation() -> Result<(), Box<dyn std::error::Error>> {
//! let mut client = Client::connect(&"127.0.0.1:12000".parse()?).await?;
//! let kiwi = ClientId::parse(b"kiwi.cs.ucla.edu")?;
//! let now = client.now();
//! client.iamat(kiwi, Position::new(34.06893, -118.445127)?, now).await?;
//! let near = client.whatsat(kiwi, Radius::parse(b"10")?, MaxResults::parse(b"5")?).await?;
//! println!("{}{}", near.at(), near.json());
//! # Ok(())
//! # }
//! ```

mod bearing;
#[cfg(feature = "command")]
pub mod bench;
mod channel;
mod client;
mod client_error;
mod credentials;
mod destination;
mod fields;
mod now;
mod reply;
mod reply_buffer;
pub mod script;
mod spelling;
mod wire;

pub use bearing::Bearing;
pub use client::{Client, TIMEOUT_DEFAULT};
pub use client_error::{ClientError, Problem, REPLY_BYTES_MAX};
pub use credentials::{Credentials, InvalidCredentials};
pub use destination::{Destination, InvalidTarget, Target, UnknownServer};
pub use now::now;
pub use reply::{AtLine, PlacesReply, Reply};
