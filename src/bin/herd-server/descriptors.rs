//! How many connections the system allows this process to have.

use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};

/// Descriptors for the server's own files, links that it dials, requests for places, and the
/// runtime itself.
const RESERVED: u64 = 128;

/// Raises the limit on open descriptors as far as the system allows. Returns how many connections
/// fit below it beside `peers` connections on the peer port: at least one and at most `wanted`.
pub(super) fn connections_within(wanted: usize, peers: usize) -> usize {
    let limit = getrlimit(Resource::Nofile);
    let raised = Rlimit { current: limit.maximum, maximum: limit.maximum };
    let current = match setrlimit(Resource::Nofile, raised) {
        Ok(()) => limit.maximum,
        Err(_) => limit.current,
    };
    let Some(descriptors) = current else { return wanted };
    let reserved = RESERVED + peers as u64;
    let fit = descriptors.saturating_sub(reserved).max(descriptors / 2).max(1);
    wanted.min(usize::try_from(fit).unwrap_or(usize::MAX))
}
