//! Who may tell and ask what, and how often.
//!
//! This room owns the meaning of an `access.toml`: an [`AccessList`] of [`Grant`]s, each a token that
//! is known by its hash, and the [`Rights`] that go with it. It also decides where a server may listen
//! without any proof of who comes in ([`protected_mode`]), and paces those who come often
//! ([`Bucket`]). It is pure: it never opens a file or a socket and reads no clock, and nothing in it
//! prints a secret.

mod access_file;
mod access_list;
mod bucket;
mod certificate;
mod daily;
mod grant;
mod hex;
pub mod protected_mode;
mod rights;
mod scope;
mod secret;
mod token_hash;
mod token_name;
mod usage;

pub use access_list::AccessList;
pub use bucket::Bucket;
pub use certificate::ClientCertificate;
pub use daily::Daily;
pub use grant::Grant;
pub use rights::{Rights, Role, UnknownRole};
pub use scope::Scope;
pub use secret::{Secret, TOKEN_RANDOM_BYTES};
pub use token_hash::TokenHash;
pub use token_name::{InvalidTokenName, TOKEN_NAME_BYTES_MAX, TokenName};
pub use usage::Usage;
