//! How much memory a client takes.

use super::{MILLION, Measure, Trial};
use crate::contestant::Setup;
use crate::load::{Length, Load, RedisCommand};
use crate::problem::Outcome;
use crate::stage::Stage;

/// By how many bytes a server's resident memory grows for each of a million clients.
#[derive(Debug)]
pub(crate) struct MemoryPerClient {
    pub(crate) servers: Setup,
    pub(crate) redis_command: RedisCommand,
    /// How often each client is sent, with a later time each time.
    pub(crate) times: u32,
}

impl Trial for MemoryPerClient {
    fn begin<'a>(&'a self, stage: &'a Stage) -> Outcome<Measure<'a>> {
        let load = Load::new(8, 128).of_clients(MILLION).with(self.redis_command);
        Ok(Box::new(move || {
            let contestant = self.servers.start(stage)?;
            let before = contestant.resident_bytes()?;
            for _ in 0..self.times {
                load.run(Length::EachClientOnce, &contestant, stage)?;
            }
            let grown = contestant.resident_bytes()?.saturating_sub(before);
            Ok(grown as f64 / MILLION as f64)
        }))
    }
}
