//! The structure of a herd.toml, before its parts are checked against each other.

use super::limits::Limits;
use super::tls_config::{PeerTlsConfig, TlsConfig};
use serde::Deserialize;
use serde::de::value::MapAccessDeserializer;
use serde::de::{Deserializer, MapAccess, Visitor};
use std::collections::BTreeMap;
use std::fmt;
use std::path::PathBuf;
use toml::Spanned;

/// A whole file.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct HerdFile {
    #[serde(default)]
    pub(super) servers: BTreeMap<Spanned<String>, ServerEntry>,
    #[serde(default, deserialize_with = "Limits::deserialize_checked")]
    pub(super) limits: Limits,
    pub(super) access: Option<AccessEntry>,
    #[serde(default = "protected")]
    pub(super) protected_mode: bool,
    #[serde(default, deserialize_with = "TlsConfig::deserialize_checked")]
    pub(super) tls: Option<TlsConfig>,
    pub(super) peer_tls: Option<PeerTlsConfig>,
}

/// Protected mode is on unless somebody turns it off.
fn protected() -> bool {
    true
}

/// The table `[access]`.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct AccessEntry {
    pub(super) file: Spanned<PathBuf>,
}

/// One table `[servers.NAME]`.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct ServerEntry {
    pub(super) listen: Option<Spanned<String>>,
    pub(super) tls_listen: Option<Spanned<String>>,
    pub(super) peer_listen: Option<Spanned<String>>,
    pub(super) http_listen: Option<Spanned<String>>,
    pub(super) peer_tls_listen: Option<Spanned<String>>,
    pub(super) advertise: Option<Spanned<String>>,
    #[serde(default)]
    pub(super) neighbors: Vec<Spanned<NeighborEntry>>,
    #[serde(default)]
    pub(super) accept_at: bool,
    pub(super) catch_up: Option<bool>,
    pub(super) max_ahead: Option<u64>,
}

impl ServerEntry {
    /// A table with nothing but `listen` in it.
    pub(super) fn new(listen: Spanned<String>) -> Self {
        Self {
            listen: Some(listen),
            tls_listen: None,
            peer_listen: None,
            http_listen: None,
            peer_tls_listen: None,
            advertise: None,
            neighbors: Vec::new(),
            accept_at: false,
            catch_up: None,
            max_ahead: None,
        }
    }
}

/// An element of `neighbors` that is a table.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct NeighborTable {
    name: String,
    #[serde(default)]
    push: bool,
}

/// An element of `neighbors`: a name or a table.
#[derive(Debug)]
pub(super) struct NeighborEntry {
    pub(super) name: String,
    pub(super) push: bool,
}

impl<'de> Deserialize<'de> for NeighborEntry {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(NameOrTable)
    }
}

/// An untagged serde enum would do the same, but its errors would not say what is wrong inside.
struct NameOrTable;

impl<'de> Visitor<'de> for NameOrTable {
    type Value = NeighborEntry;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a server's name or { name = \"NAME\", push = true }")
    }

    fn visit_str<E>(self, name: &str) -> Result<NeighborEntry, E> {
        Ok(NeighborEntry { name: name.to_owned(), push: false })
    }

    fn visit_map<M: MapAccess<'de>>(self, map: M) -> Result<NeighborEntry, M::Error> {
        let NeighborTable { name, push } =
            NeighborTable::deserialize(MapAccessDeserializer::new(map))?;
        Ok(NeighborEntry { name, push })
    }
}
