//! What somebody has used.

use super::bucket::Bucket;

/// What a token, or an address, has used of its quotas.
#[derive(Debug, Default)]
pub struct Usage {
    /// Commands.
    pub commands: Bucket,
    /// Clients that the server had never heard of.
    pub new_clients: Bucket,
}
