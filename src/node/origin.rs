//! Where a server learned a line.

/// A neighbor, by its index in this server's list of neighbors.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct NeighborId(pub u16);

/// Where a server learned a line.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Origin {
    /// From a client, or from this server's own journal.
    Here,
    /// From the feed of a neighbor.
    Neighbor(NeighborId),
}
