//! A port in a simulated network.

use super::stream::SimStream;
use super::world::World;
use crate::runtime::network::Listener;
use std::io;
use std::net::SocketAddr;
use std::sync::Arc;

/// A port of a [`Machine`](super::Machine). Dropping it frees the port.
pub struct SimPort {
    world: Arc<World>,
    address: SocketAddr,
}

impl SimPort {
    pub(super) fn new(world: Arc<World>, address: SocketAddr) -> Self {
        Self { world, address }
    }
}

impl Drop for SimPort {
    fn drop(&mut self) {
        self.world.with(|state| state.network.stop_listening(&mut state.timeline, self.address));
    }
}

impl Listener for SimPort {
    type Stream = SimStream;

    async fn accept(&self) -> io::Result<(SimStream, SocketAddr)> {
        let accepted = std::future::poll_fn(|cx| {
            self.world.with(|state| state.network.poll_accept(cx, self.address))
        });
        let (end, dialler) = accepted.await?;
        Ok((SimStream::new(Arc::clone(&self.world), end), dialler))
    }

    fn local_address(&self) -> SocketAddr {
        self.address
    }
}
