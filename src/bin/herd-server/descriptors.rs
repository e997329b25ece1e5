//! How the descriptors of this process are shared out.

use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};
use std::fmt;

/// Descriptors for the server's own files at least: 26 are open when nothing happens, and a new journal,
/// the synchronization of its folder and a new traffic log need some for a moment.
const OWN_MIN: u64 = 34;

/// Descriptors for the server's own files and for requests to places services, if there are enough.
const OWN_USUAL: u64 = 128;

/// Descriptors for each neighbor: a link that it dials, and two attempts to dial it.
const OF_NEIGHBOR: u64 = 3;

/// Connections to the peer port whose neighbor is not known yet: at least, and if there are enough.
/// As many again may be about to end.
const ANONYMOUS_MIN: u64 = 4;
const ANONYMOUS_USUAL: u64 = 64;

/// Connections of clients at least. With fewer, the server does not start.
const CONNECTIONS_MIN: u64 = 4;

/// How many connections there may be.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Shares {
    /// Of clients.
    pub(super) connections: usize,
    /// To the peer port, of which nobody knows yet whose they are.
    pub(super) anonymous_peers: usize,
}

/// There are fewer descriptors than a server needs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct TooFew {
    descriptors: u64,
    needed: u64,
}

impl Shares {
    /// Shares `descriptors` out, or as many as one likes if that is None: at most `wanted` are for
    /// clients. Of what nobody needs at least, clients get half or more.
    ///
    /// # Errors
    /// When there are too few for a server with this number of neighbors.
    pub(super) fn of(
        descriptors: Option<u64>,
        neighbors: usize,
        wanted: usize,
    ) -> Result<Self, TooFew> {
        let needed = OWN_MIN + OF_NEIGHBOR * neighbors as u64 + 2 * ANONYMOUS_MIN + CONNECTIONS_MIN;
        let descriptors = descriptors.unwrap_or(u64::MAX);
        let spare = descriptors.checked_sub(needed).ok_or(TooFew { descriptors, needed })?;
        let own = (spare / 4).min(OWN_USUAL - OWN_MIN);
        let anonymous = (spare / 8).min(ANONYMOUS_USUAL - ANONYMOUS_MIN);
        let connections = CONNECTIONS_MIN + (spare - own - 2 * anonymous);
        Ok(Self {
            connections: usize::try_from(connections).unwrap_or(usize::MAX).min(wanted),
            anonymous_peers: (ANONYMOUS_MIN + anonymous) as usize,
        })
    }
}

impl fmt::Display for TooFew {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { descriptors, needed } = self;
        write!(
            f,
            "the limit on open files is {descriptors}, and this server needs {needed}: raise it, for \
             example with ulimit -n 1024"
        )
    }
}

impl std::error::Error for TooFew {}

/// Raises the limit on open descriptors as far as the system allows. Returns the limit; None if there
/// is none.
pub(super) fn raise_limit() -> Option<u64> {
    let limit = getrlimit(Resource::Nofile);
    let raised = Rlimit { current: limit.maximum, maximum: limit.maximum };
    match setrlimit(Resource::Nofile, raised) {
        Ok(()) => limit.maximum,
        Err(_) => limit.current,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shares(descriptors: u64, neighbors: usize) -> Result<(usize, usize), String> {
        let shares = Shares::of(Some(descriptors), neighbors, 10_000);
        shares
            .map(|shares| (shares.connections, shares.anonymous_peers))
            .map_err(|error| error.to_string())
    }

    /// Clients once got half of few descriptors, and the journal's next file none.
    #[test]
    fn few_descriptors_are_shared_out_and_too_few_are_refused() {
        assert_eq!(
            shares(51, 2),
            Err("the limit on open files is 51, and this server needs 52: raise it, for example \
                 with ulimit -n 1024"
                .to_owned())
        );
        assert_eq!(shares(52, 2), Ok((4, 4)));
        assert_eq!(shares(64, 2), Ok((11, 5)));
        assert_eq!(shares(256, 2), Ok((107, 29)));
        assert_eq!(shares(1_024, 2), Ok((762, 64)));
        assert_eq!(shares(20_000, 2), Ok((10_000, 64)));
        let unlimited = Shares { connections: 10_000, anonymous_peers: 64 };
        assert_eq!(Shares::of(None, 2, 10_000), Ok(unlimited));
    }

    /// Whatever the limit is, the sum of all shares must fit into it.
    #[test]
    fn no_share_is_taken_from_what_the_server_needs_itself() {
        for descriptors in 0..2_000 {
            let Ok((connections, anonymous)) = shares(descriptors, 5) else { continue };
            let used = connections as u64 + 2 * anonymous as u64 + 5 * OF_NEIGHBOR + OWN_MIN;
            assert!(used <= descriptors, "{descriptors}: {connections}, {anonymous}");
        }
    }
}
