//! TLS: certificates come in as PEM files, connections go out secured.
//!
//! This room owns certificates, the handshake in both directions and the secured stream over any
//! [`Stream`](crate::runtime::Stream), so it works in the simulated world, too. A server keeps its
//! configurations in a [`Newest`], so that certificates can be exchanged while it runs: each
//! handshake takes the newest one. Nothing here may know what a herd is, or what is said over a
//! connection.

mod client_side;
mod failure;
mod file_error;
mod handshake;
mod host_name;
mod identity;
mod newest;
mod peer_certificate;
mod pem_file;
mod provider;
mod roots;
mod secured;
mod server_side;
mod utc_time;
mod validity;

pub use client_side::ClientSide;
pub use failure::{FailureKind, TlsFailure};
pub use file_error::{FileMistake, TlsFileError, TlsSetupError};
pub use host_name::{HostName, InvalidHostName};
pub use identity::Identity;
pub use newest::Newest;
pub use peer_certificate::PeerCertificate;
pub use pem_file::PEM_FILE_BYTES_MAX;
pub use roots::{InvalidRoots, Roots};
pub use secured::Secured;
pub use server_side::{ClientTrust, ServerSide};
pub use utc_time::UtcTime;
