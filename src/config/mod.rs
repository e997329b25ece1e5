//! Which servers there are, where they listen and who talks with whom: the default herd, and any
//! other from the text of a `herd.toml`.
//!
//! This room owns the meaning of that text: what comes out of it is whole and in range, and every
//! error says which line to mend and how. It opens no file and no socket, and it never looks up a
//! host's name.

mod address;
mod config_error;
mod herd;
mod herd_builder;
mod herd_file;
mod limits;
mod links;
mod server_config;

pub use address::{Address, HOST_BYTES_MAX, InvalidAddress};
pub use config_error::ConfigError;
pub use herd::Herd;
pub use herd_builder::HerdBuilder;
pub use limits::Limits;
pub use server_config::{Link, Neighbor, PEER_PORT_OFFSET, ServerConfig};
