//! Whether the clients of a world must show tokens.

use crate::access::{AccessList, Grant, Rights, Role, Scope, TokenHash};

/// The name of the one token that all clients of a world hold.
const NAME: &str = "talker";

/// The token itself, which is no secret in a world that is not real.
const TOKEN: &str = "0123456789abcdef0123456789abcdef";

/// How clients get into the servers of a world.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Entry {
    /// Everybody may do everything.
    Open,
    /// Clients show a token first.
    Guarded,
}

impl Entry {
    /// What clients say before anything else, without its LF; empty if nothing.
    pub(super) fn greeting(self) -> Vec<u8> {
        match self {
            Entry::Open => Vec::new(),
            Entry::Guarded => format!("AUTH {NAME} {TOKEN}").into_bytes(),
        }
    }

    /// What that must be answered with.
    pub(super) fn welcome(self) -> Vec<u8> {
        match self {
            Entry::Open => Vec::new(),
            Entry::Guarded => format!("OK {NAME}").into_bytes(),
        }
    }

    /// The tokens that the servers know.
    pub(super) fn access(self) -> Option<AccessList> {
        let rights = Rights::new([Role::Operator], Scope::Everybody);
        let rights = rights.expect("an operator needs no ID");
        let name = NAME.parse().expect("the name is legal");
        let mut list = AccessList::default();
        list.add(Grant::new(name, TokenHash::of(TOKEN.as_bytes()), rights));
        match self {
            Entry::Open => None,
            Entry::Guarded => Some(list),
        }
    }
}
