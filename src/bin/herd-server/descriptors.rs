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
    /// Over HTTP.
    pub(super) http_connections: usize,
    /// To the peer port, of which nobody knows yet whose they are.
    pub(super) anonymous_peers: usize,
}

/// There are fewer descriptors than a server needs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct TooFew {
    descriptors: u64,
    needed: u64,
}

/// How many connections one would like to have.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Wanted {
    /// Of clients.
    pub(super) connections: usize,
    /// Over HTTP; 0 where that is not spoken.
    pub(super) http_connections: usize,
}

impl Shares {
    /// Shares `descriptors` out, or as many as one likes if that is None: at most `wanted` are for
    /// clients and for HTTP. Of what nobody needs at least, these get half or more, and HTTP up to a
    /// quarter of that.
    ///
    /// # Errors
    /// When there are too few for a server with this number of neighbors.
    pub(super) fn of(
        descriptors: Option<u64>,
        neighbors: usize,
        wanted: Wanted,
    ) -> Result<Self, TooFew> {
        let needed = OWN_MIN + OF_NEIGHBOR * neighbors as u64 + 2 * ANONYMOUS_MIN + CONNECTIONS_MIN;
        let descriptors = descriptors.unwrap_or(u64::MAX);
        let spare = descriptors.checked_sub(needed).ok_or(TooFew { descriptors, needed })?;
        let own = (spare / 4).min(OWN_USUAL - OWN_MIN);
        let anonymous = (spare / 8).min(ANONYMOUS_USUAL - ANONYMOUS_MIN);
        let all = CONNECTIONS_MIN + (spare - own - 2 * anonymous);
        let all = usize::try_from(all).unwrap_or(usize::MAX);
        let http_connections = wanted.http_connections.min(all / 4);
        Ok(Self {
            connections: (all - http_connections).min(wanted.connections),
            http_connections,
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

    /// As many clients as usual, and this many connections over HTTP.
    fn wanted(http_connections: usize) -> Wanted {
        Wanted { connections: 10_000, http_connections }
    }

    fn shares(descriptors: u64, neighbors: usize) -> Result<(usize, usize), String> {
        let shares = Shares::of(Some(descriptors), neighbors, wanted(0));
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
        let unlimited =
            Shares { connections: 10_000, http_connections: 2_000, anonymous_peers: 64 };
        assert_eq!(Shares::of(None, 2, wanted(2_000)), Ok(unlimited));
        let few = Shares { connections: 81, http_connections: 26, anonymous_peers: 29 };
        assert_eq!(Shares::of(Some(256), 2, wanted(2_000)), Ok(few));
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
