//! How fast a change reaches all servers.

use super::{Measure, Trial};
use crate::blocking_connection::BlockingConnection;
use crate::contestant::Setup;
use crate::problem::Outcome;
use crate::stage::Stage;
use crate::statistics::median;
use std::thread;
use std::time::{Duration, Instant};

/// How long the servers are idle before each try.
const PAUSE: Duration = Duration::from_millis(5);

/// The longest time that a change may take.
const PATIENCE: Duration = Duration::from_secs(10);

const CLIENT: &str = "versus-propagation-00000001";

/// The median time, in microseconds, from the first server's reply until all the others know the
/// change, while there is no other load. One thread asks each of them in turn until it knows.
#[derive(Debug)]
pub(crate) struct Propagation {
    pub(crate) servers: Setup,
}

impl Trial for Propagation {
    fn begin<'a>(&'a self, stage: &'a Stage) -> Outcome<Measure<'a>> {
        let contestant = self.servers.start(stage)?;
        let servers = 0..contestant.addresses().len();
        let connections: Outcome<Vec<_>> = servers.map(|index| contestant.connect(index)).collect();
        let mut connections = connections?;
        let mut time = 0_u64;
        Ok(Box::new(move || {
            // It runs for as long as this is called.
            let _ = &contestant;
            let mut spans = Vec::new();
            for _ in 0..stage.extent.tries {
                stage.interrupt.check()?;
                thread::sleep(PAUSE);
                time += 1;
                spans.push(1e6 * travel(&mut connections, time)?.as_secs_f64());
            }
            Ok(median(&spans))
        }))
    }
}

/// Sends the first server a position and waits until all the others know it.
fn travel(connections: &mut [BlockingConnection], time: u64) -> Outcome<Duration> {
    let time = time.to_string();
    let (first, others) = connections.split_first_mut().ok_or("nobody is there")?;
    first.tell(CLIENT, &time)?;
    let start = Instant::now();
    let mut ignorant: Vec<_> = others.iter_mut().collect();
    while !ignorant.is_empty() {
        if start.elapsed() > PATIENCE {
            return Err("the news does not arrive".into());
        }
        let mut still_ignorant = Vec::new();
        for connection in ignorant {
            if connection.known(CLIENT)?.as_deref() != Some(&time) {
                still_ignorant.push(connection);
            }
        }
        ignorant = still_ignorant;
    }
    Ok(start.elapsed())
}
