//! The links of a herd, collected from both of their ends.

use super::config_error::ConfigError;
use super::herd_file::{NeighborEntry, ServerEntry};
use super::server_config::{LinkKind, NeighborConfig};
use crate::protocol::ServerName;
use std::collections::BTreeMap;
use std::ops::Range;
use toml::Spanned;

/// The links of a herd while they are being collected: for each server, its neighbors and the kind
/// of each link.
pub(super) struct Links<'t> {
    text: &'t str,
    known: BTreeMap<ServerName, BTreeMap<ServerName, LinkKind>>,
}

impl<'t> Links<'t> {
    /// Collects the links that the servers of a herd.toml name.
    pub(super) fn gather<'e>(
        text: &'t str,
        servers: impl Iterator<Item = (&'e ServerName, &'e ServerEntry)> + Clone,
    ) -> Result<Self, ConfigError> {
        let known = servers.clone().map(|(name, _)| (name.clone(), BTreeMap::new())).collect();
        let mut links = Self { text, known };
        // Pushes come first: a follow link is entered on both sides, and only finds a contradiction
        // with a push that is there already.
        for wanted in [LinkKind::Push, LinkKind::Follow] {
            for (name, entry) in servers.clone() {
                let named = entry.neighbors.iter().filter(|n| link_of(n.get_ref()) == wanted);
                named.into_iter().try_for_each(|neighbor| links.enter(name, neighbor))?;
            }
        }
        Ok(links)
    }

    /// The neighbors of `name`, sorted by name.
    pub(super) fn of(&self, name: &ServerName) -> Vec<NeighborConfig> {
        let links = self.known.get(name).into_iter().flatten();
        links.map(|(name, &link)| NeighborConfig { name: name.clone(), link }).collect()
    }

    fn enter(
        &mut self,
        server: &ServerName,
        neighbor: &Spanned<NeighborEntry>,
    ) -> Result<(), ConfigError> {
        let link = link_of(neighbor.get_ref());
        let name = self.named(server, neighbor)?;
        self.enter_side(server, &name, link, neighbor.span())?;
        if link == LinkKind::Follow {
            self.enter_side(&name, server, link, neighbor.span())?;
        }
        Ok(())
    }

    fn named(
        &self,
        server: &ServerName,
        neighbor: &Spanned<NeighborEntry>,
    ) -> Result<ServerName, ConfigError> {
        let written = &neighbor.get_ref().name;
        let error = |message| Err(ConfigError::at(self.text, neighbor.span(), message));
        if written == server.as_str() {
            return error(format!("{server} is its own neighbor: take it out of the list"));
        }
        match self.known.keys().find(|known| known.as_str() == written) {
            Some(name) => Ok(name.clone()),
            None => error(format!(
                "unknown neighbor {written:?} of {server}: add [servers.{written}], or name one of \
                 {}",
                self.all_but(server)
            )),
        }
    }

    fn all_but(&self, server: &ServerName) -> String {
        let others = self.known.keys().filter(|&name| name != server);
        others.map(ServerName::as_str).collect::<Vec<_>>().join(", ")
    }

    fn enter_side(
        &mut self,
        server: &ServerName,
        neighbor: &ServerName,
        link: LinkKind,
        span: Range<usize>,
    ) -> Result<(), ConfigError> {
        let links = self.known.entry(server.clone()).or_default();
        match links.insert(neighbor.clone(), link) {
            Some(earlier) if earlier != link => Err(ConfigError::at(
                self.text,
                span,
                format!(
                    "{server} pushes to {neighbor} and also follows it: write push = true where \
                     {neighbor} knows only AT lines, and name the link nowhere else"
                ),
            )),
            _ => Ok(()),
        }
    }
}

fn link_of(entry: &NeighborEntry) -> LinkKind {
    if entry.push { LinkKind::Push } else { LinkKind::Follow }
}
