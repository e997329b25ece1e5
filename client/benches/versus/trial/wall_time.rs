//! How many commands a second servers answer, as the time for one command.

use super::{Measure, Trial};
use crate::contestant::Setup;
use crate::load::{Length, Load};
use crate::problem::Outcome;
use crate::stage::Stage;

/// Wall time for each command, in microseconds, under the load that the servers answer fastest.
#[derive(Debug)]
pub(crate) struct WallTimePerCommand {
    pub(crate) servers: Setup,
    pub(crate) loads: Vec<Load>,
}

impl Trial for WallTimePerCommand {
    fn begin<'a>(&'a self, stage: &'a Stage) -> Outcome<Measure<'a>> {
        let contestant = self.servers.start(stage)?;
        for load in &self.loads {
            load.run(Length::Seconds(1), &contestant, stage)?;
        }
        Ok(Box::new(move || {
            let mut least = f64::INFINITY;
            for load in &self.loads {
                contestant.cpu_at_rest(stage)?;
                let done = load.run(Length::Seconds(stage.extent.seconds), &contestant, stage)?;
                least = least.min(done.wall_us_per_command());
            }
            Ok(least)
        }))
    }
}
