//! What somebody has used.

use super::bucket::Bucket;
use super::daily::Daily;
use std::time::Duration;

/// What a token, or an address, has used of its quotas.
#[derive(Debug, Default)]
pub struct Usage {
    /// Commands.
    pub commands: Bucket,
    /// Clients that the server had never heard of.
    pub new_clients: Bucket,
    /// Questions to remote sources of places.
    pub remote_lookups: Daily,
}

impl Usage {
    /// Whether both buckets are as full at `now` as if nothing had ever been used.
    pub fn is_paid_off(&self, now: Duration) -> bool {
        self.commands.is_full(now) && self.new_clients.is_full(now)
    }
}
