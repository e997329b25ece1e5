//! How many connections the system lets this process have.

use super::failure::Failure;
use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};

/// Descriptors that are no connections: the terminal, what waits for events, the runtime's own.
const RESERVED: u64 = 32;

/// Raises the limit on open descriptors if `connections` do not fit under it.
pub(super) fn make_room_for(connections: u32) -> Result<(), Failure> {
    let needed = u64::from(connections) + RESERVED;
    let limit = getrlimit(Resource::Nofile);
    if limit.current.is_none_or(|current| current >= needed) {
        return Ok(());
    }
    let raised = Rlimit { current: Some(needed), maximum: limit.maximum };
    setrlimit(Resource::Nofile, raised).map_err(|_| {
        let allowed = limit.maximum.or(limit.current).unwrap_or_default();
        Failure::Usage(format!(
            "{connections} connections need {needed} open files, and this process may have \
             {allowed}: raise the limit with ulimit -n, or lower --connections"
        ))
    })
}
