//! The cost of an answer about the places near a client.

use super::{Measure, Trial, cpu};
use crate::blocking_connection::Language;
use crate::contestant::{Setup, add_places};
use crate::load::Load;
use crate::problem::Outcome;
use crate::stage::Stage;

/// How many clients are asked about, two in each city. In Redis they are in the same set as the
/// places, and are found with them, so they must be few.
const CLIENTS: u64 = 8;

/// How many places are asked for at most.
const PLACES: u32 = 20;

/// User and system time of the server for each answer, in microseconds, averaged over clients near
/// Los Angeles, Paris, Nairobi and Sydney. A Redis is sent the gazetteer's places first.
#[derive(Debug)]
pub(crate) struct CpuPerAnswer {
    pub(crate) servers: Setup,
    pub(crate) radius_km: u32,
}

impl Trial for CpuPerAnswer {
    fn begin<'a>(&'a self, stage: &'a Stage) -> Outcome<Measure<'a>> {
        let contestant = self.servers.start(stage)?;
        if contestant.language() == Language::Redis {
            add_places(&contestant)?;
        }
        let load = Load::new(8, 16).of_clients(CLIENTS).asking(self.radius_km, PLACES);
        cpu::measure(contestant, load, stage)
    }
}
