//! Which servers to start.

use super::herd::{Herd, Keeping};
use super::{Contestant, asyncio, redis};
use crate::problem::Outcome;
use crate::stage::Stage;

/// Servers that can be started again and again.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Setup {
    /// One server of ours.
    OneServer(Keeping),
    /// This many servers in a ring, in memory.
    Ring(usize),
    /// One Redis.
    Redis(Keeping),
    /// A Redis with four replicas, in memory.
    RedisWithReplicas,
    /// Five servers in Python.
    AsyncioHerd,
}

impl Setup {
    /// Starts the servers and waits until they are ready.
    pub(crate) fn start(self, stage: &Stage) -> Outcome<Contestant> {
        match self {
            Self::OneServer(keeping) => Herd::ring(1)?.start_all(keeping, stage),
            Self::Ring(count) => Herd::ring(count)?.start_all(Keeping::Nothing, stage),
            Self::Redis(keeping) => redis::start(keeping, 0, stage),
            Self::RedisWithReplicas => redis::start(Keeping::Nothing, 4, stage),
            Self::AsyncioHerd => asyncio::start(stage),
        }
    }
}
