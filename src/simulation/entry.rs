//! Whether the clients of a world must show tokens.

use super::wire::Replies;
use crate::access::{AccessList, Grant, Rights, Role, Scope, TokenHash};
use futures_lite::AsyncRead;
use std::io;

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
    /// The line that clients say before anything else, with its LF; empty if they need not.
    pub(super) fn greeting(self) -> Vec<u8> {
        match self {
            Entry::Open => Vec::new(),
            Entry::Guarded => format!("AUTH {NAME} {TOKEN}\n").into_bytes(),
        }
    }

    /// Reads what the greeting is answered with.
    pub(super) async fn await_welcome<S: AsyncRead + Unpin>(
        self,
        replies: &mut Replies<S>,
    ) -> io::Result<()> {
        if self == Entry::Guarded && replies.line().await? != Some(self.welcome()) {
            return Err(io::Error::other("it does not accept the token"));
        }
        Ok(())
    }

    /// What the greeting must be answered with, without the LF.
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
