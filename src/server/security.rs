//! What secures the connections of a door.

use crate::runtime::Stream;
use std::future::{Future, ready};
use std::io;

/// Makes a secured connection of one that has just come in.
pub(super) trait Security<S: Stream>: Send + Sync + 'static {
    /// The secured connection.
    type Secured: Stream;

    /// Secures a connection. The door sets the deadline.
    ///
    /// # Errors
    /// When the other side is refused or gone.
    fn secure(&self, stream: S) -> impl Future<Output = io::Result<Self::Secured>> + Send;
}

/// No security: bytes go over the connection as they are.
#[derive(Clone, Copy, Debug)]
pub(super) struct Plain;

impl<S: Stream> Security<S> for Plain {
    type Secured = S;

    fn secure(&self, stream: S) -> impl Future<Output = io::Result<S>> + Send {
        ready(Ok(stream))
    }
}
