//! How many connections the system lets this process have.

use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};

/// Descriptors that are no client's: neighbors, files, the runtime's own.
const RESERVED: u64 = 256;

/// Raises the limit on open descriptors as far as it goes, and returns how many connections fit
/// under it, at least one and at most `wanted`.
pub(super) fn connections_within(wanted: usize) -> usize {
    let limit = getrlimit(Resource::Nofile);
    let raised = Rlimit { current: limit.maximum, maximum: limit.maximum };
    let current = match setrlimit(Resource::Nofile, raised) {
        Ok(()) => limit.maximum,
        Err(_) => limit.current,
    };
    let Some(descriptors) = current else { return wanted };
    let fit = descriptors.saturating_sub(RESERVED).max(descriptors / 2).max(1);
    wanted.min(usize::try_from(fit).unwrap_or(usize::MAX))
}
