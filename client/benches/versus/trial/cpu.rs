//! The processor time that a command costs the servers.

use super::{Measure, Trial};
use crate::contestant::{Contestant, Setup};
use crate::load::{Length, Load};
use crate::problem::Outcome;
use crate::stage::Stage;

/// User and system time of all the servers' processes for each command, in microseconds.
#[derive(Debug)]
pub(crate) struct CpuPerCommand {
    pub(crate) servers: Setup,
    pub(crate) load: Load,
}

impl Trial for CpuPerCommand {
    fn begin<'a>(&'a self, stage: &'a Stage) -> Outcome<Measure<'a>> {
        let contestant = self.servers.start(stage)?;
        measure(contestant, self.load, stage)
    }
}

/// The same for servers that run already.
pub(super) fn measure(contestant: Contestant, load: Load, stage: &Stage) -> Outcome<Measure<'_>> {
    load.run(Length::EachClientOnce, &contestant, stage)?;
    load.run(Length::Seconds(1), &contestant, stage)?;
    Ok(Box::new(move || {
        let before = contestant.cpu_at_rest(stage)?;
        let done = load.run(Length::Seconds(stage.extent.seconds), &contestant, stage)?;
        let spent = contestant.cpu_at_rest(stage)?.saturating_sub(before);
        Ok(1e6 * spent.as_secs_f64() / done.commands())
    }))
}
