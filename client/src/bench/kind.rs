//! What a command does.

/// The kinds of commands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// Tells where a client is: IAMAT, SET or GEOADD.
    Tell,
    /// Asks what is near a client: WHATSAT or GEOSEARCH.
    Ask,
}
