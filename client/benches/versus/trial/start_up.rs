//! How long a server takes after a start until it knows all clients.

use super::{MILLION, Measure, Trial};
use crate::blocking_connection::{BlockingConnection, Language};
use crate::contestant::{Herd, Keeping};
use crate::load::{Length, Load};
use crate::problem::Outcome;
use crate::stage::Stage;
use std::time::{Duration, Instant};

/// The longest time that a server may take.
const PATIENCE: Duration = Duration::from_secs(120);

/// The client that is sent last, and the time of its position.
const LAST: (&str, &str) = ("versus-last-client-00000001", "1");

/// Seconds from the start of a server's process until it has answered a question about the last of
/// a million clients.
#[derive(Debug)]
pub(crate) struct StartUp {
    pub(crate) source: Source,
}

/// Where the server gets its clients from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Source {
    /// Its own journal, which is still in the system's cache.
    Journal,
    /// A neighbor: the server starts without a journal.
    Neighbor,
}

impl Trial for StartUp {
    fn begin<'a>(&'a self, stage: &'a Stage) -> Outcome<Measure<'a>> {
        let (herd, keeping) = match self.source {
            Source::Journal => (Herd::ring(1)?, Keeping::EverySecond),
            Source::Neighbor => (Herd::ring(2)?, Keeping::Nothing),
        };
        let first = herd.start_first(1, keeping, stage)?;
        let load = Load::new(8, 128).of_clients(MILLION);
        load.run(Length::EachClientOnce, &first, stage)?;
        let (client, time) = LAST;
        first.connect(0)?.tell(client, time)?;
        let (index, neighbor) = match self.source {
            Source::Journal => {
                drop(first);
                (0, None)
            }
            Source::Neighbor => (1, Some(first)),
        };
        Ok(Box::new(move || {
            // The neighbor runs for as long as this is called.
            let _ = &neighbor;
            seconds_until_known(&herd, index, keeping, stage)
        }))
    }
}

fn seconds_until_known(herd: &Herd, index: usize, keeping: Keeping, stage: &Stage) -> Outcome<f64> {
    let start = Instant::now();
    let mut server = herd.start(index, keeping, stage)?;
    let (client, time) = LAST;
    let mut connection = stage.interrupt.wait_for("the server to accept", PATIENCE, || {
        server.require_running()?;
        Ok(BlockingConnection::open(herd.address(index), Language::Herd).ok())
    })?;
    stage.interrupt.wait_for("the server to know all", PATIENCE, || {
        Ok(connection.known(client)?.filter(|known| known == time))
    })?;
    Ok(start.elapsed().as_secs_f64())
}
