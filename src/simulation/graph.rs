//! The servers and links of a simulated herd.

use crate::config::Herd;
use crate::runtime::sim::Chance;
use std::collections::BTreeSet;
use std::fmt::Write;

/// The most servers that [`Graph::connected`] draws.
pub const SERVERS_MAX: usize = 9;

/// The names of the servers of a random graph.
const NAMES: [&str; SERVERS_MAX] =
    ["Alford", "Ball", "Hamilton", "Holiday", "Welsh", "Goloman", "Hands", "Wilkes", "Bona"];

/// The client port of the first server. The others have the ports after it.
const FIRST_PORT: usize = 12_000;

/// The names of the servers, and the links as pairs of indexes into them, lower one first.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Graph {
    names: Vec<String>,
    links: BTreeSet<(usize, usize)>,
}

impl Graph {
    /// Servers `n0`, `n1`, ... with these links.
    pub fn numbered(servers: usize, links: impl IntoIterator<Item = (usize, usize)>) -> Self {
        Self::new((0..servers).map(|index| format!("n{index}")).collect(), links)
    }

    /// Servers with these names, and links as pairs of indexes into them.
    pub fn new(names: Vec<String>, links: impl IntoIterator<Item = (usize, usize)>) -> Self {
        let ordered = |(one, other): (usize, usize)| (one.min(other), one.max(other));
        Self { names, links: links.into_iter().map(ordered).collect() }
    }

    /// The default herd: a ring of five.
    pub fn default_herd() -> Self {
        let herd = Herd::default_herd();
        let names: Vec<String> = herd.servers().map(|s| s.name().as_str().to_owned()).collect();
        let place = |name: &str| names.iter().position(|known| known == name);
        let links: Vec<_> = herd
            .servers()
            .flat_map(|server| server.neighbors().iter().map(move |n| (server.name(), n.name())))
            .filter_map(|(one, other)| Some((place(one.as_str())?, place(other.as_str())?)))
            .collect();
        Self::new(names, links)
    }

    /// The herd of an often used exercise: Goloman is linked with Hands, Holiday and Wilkes, Hands
    /// with Wilkes, and Holiday with Welsh and Wilkes.
    pub fn goloman_herd() -> Self {
        let names = ["Goloman", "Hands", "Holiday", "Welsh", "Wilkes"].map(str::to_owned).to_vec();
        Self::new(names, [(0, 1), (0, 2), (0, 4), (1, 4), (2, 3), (2, 4)])
    }

    /// A random connected graph with this many servers, at most [`SERVERS_MAX`].
    pub fn connected(servers: usize, chance: &mut Chance) -> Self {
        let names = NAMES[..servers].iter().map(|&name| name.to_owned()).collect();
        let tree = (1..servers).map(|index| (chance.index(index), index));
        let mut links: BTreeSet<_> = tree.collect();
        if servers > 2 {
            for _ in 0..chance.index(servers + 1) {
                let one = chance.index(servers);
                let other = (one + 1 + chance.index(servers - 1)) % servers;
                links.insert((one.min(other), one.max(other)));
            }
        }
        Self { names, links }
    }

    /// The servers' names.
    pub fn names(&self) -> &[String] {
        &self.names
    }

    /// The links.
    pub fn links(&self) -> impl ExactSizeIterator<Item = (usize, usize)> {
        self.links.iter().copied()
    }

    /// How many messages naive flooding takes for one change: each server sends it once over each
    /// of its links, except the one that it came from. That is 2E-(N-1).
    pub fn flooding(&self) -> u64 {
        (2 * self.links.len() - (self.names.len() - 1)) as u64
    }

    /// The herd with these limits, given as the text of the table in a herd.toml.
    pub fn herd(&self, limits: &str) -> Herd {
        let mut text = String::new();
        for (index, name) in self.names.iter().enumerate() {
            let neighbors = self.links.iter().filter(|&&(one, _)| one == index);
            let neighbors: Vec<_> = neighbors.map(|&(_, other)| &self.names[other]).collect();
            let port = FIRST_PORT + index;
            writeln!(
                text,
                "[servers.{name}]\nlisten = \"127.0.0.1:{port}\"\nneighbors = {neighbors:?}"
            )
            .expect("a string takes every text");
        }
        write!(text, "[limits]\n{limits}").expect("a string takes every text");
        Herd::from_toml(&text).expect("a graph is a good herd")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Servers without a path between them could never agree.
    #[test]
    fn drawn_graphs_are_connected() {
        for seed in 0..200 {
            let mut chance = Chance::new(seed);
            let servers = chance.between(2..=SERVERS_MAX as u64) as usize;
            let graph = Graph::connected(servers, &mut chance);
            let mut reached = BTreeSet::from([0]);
            for _ in 0..servers {
                for (one, other) in graph.links() {
                    if reached.contains(&one) || reached.contains(&other) {
                        reached.extend([one, other]);
                    }
                }
            }
            assert_eq!(reached.len(), servers, "{graph:?}");
        }
    }

    /// The messages of an update are compared with these numbers.
    #[test]
    fn flooding_counts_each_link_twice_but_those_that_a_line_came_over() {
        assert_eq!(Graph::default_herd().flooding(), 6);
        assert_eq!(Graph::goloman_herd().flooding(), 8);
        assert_eq!(Graph::default_herd().herd("").servers().len(), 5);
    }
}
