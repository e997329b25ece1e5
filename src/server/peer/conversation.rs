//! The conversation on a link that this server dialled.

use super::link_end::LinkEnd;
use super::peer_link::PeerLink;
use crate::runtime::{Clock, Stream};
use crate::traffic::Purpose;
use std::future::Future;

/// What this server says to a neighbor that it dialled, and hears from it.
pub(super) trait Conversation<C: Clock>: Send {
    /// What the link is for.
    const PURPOSE: Purpose;

    /// Talks until the link ends, and says why it did.
    fn talk<S: Stream>(
        &mut self,
        link: &mut PeerLink<C, S>,
    ) -> impl Future<Output = LinkEnd> + Send;
}
