//! What a command does.

/// What a command is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// It tells where a client is: IAMAT, SET or GEOADD.
    Tell,
    /// It asks what is near a client: WHATSAT or GEOSEARCH.
    Ask,
}
