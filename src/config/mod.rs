//! The servers of a herd, their addresses, links and limits: the default herd, or any other, from
//! the text of a `herd.toml` or built in code.
//!
//! This room owns the meaning of a `herd.toml`: a [`Herd`] is complete and in range, and every
//! error says which line to fix and how. It never opens a file or a socket, and it never resolves
//! names.

mod address;
mod config_error;
mod dns_names;
mod herd;
mod herd_builder;
mod herd_file;
mod limits;
mod links;
mod server_config;
pub mod text;
mod tls_config;

pub use address::{Address, HOST_BYTES_MAX, InvalidAddress};
pub use config_error::ConfigError;
pub use herd::Herd;
pub use herd_builder::HerdBuilder;
pub use limits::{CLIENTS_BYTES_DEFAULT, Limits};
pub use server_config::{LinkKind, NeighborConfig, PEER_PORT_OFFSET, ServerConfig};
pub use tls_config::{ClientAuth, PeerTlsConfig, TlsConfig, Transport};
