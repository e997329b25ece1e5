//! Telling the server what has come in.

use super::caller::Caller;
use super::credential::Credential;
use super::problem::Problem;
use super::reason::Reason;
use super::report::Report;
use crate::runtime::Clock;
use crate::server::TellError;
use futures_lite::future;
use std::collections::{BTreeMap, BTreeSet};

/// How many positions are told at once: as many as a client's turn has lines.
const POSITIONS_A_TURN: usize = 128;

/// What became of each position, in order.
pub(super) type Outcomes = Vec<Result<(), Reason>>;

/// Tells positions, and returns when those that were taken are as safe as the journal promises.
pub(super) async fn tell<C: Clock>(
    caller: &Caller<C>,
    credential: &Credential,
    reports: &[Report],
) -> Result<Outcomes, Problem> {
    let mut outcomes = Vec::with_capacity(reports.len());
    for turn in reports.chunks(POSITIONS_A_TURN) {
        outcomes.extend(tell_some(caller, credential, turn).await?);
        future::yield_now().await;
    }
    Ok(outcomes)
}

/// Tells of each client only the newest position that the server takes, since no other can matter.
/// The outcomes are those of the positions that were told, in no particular order.
pub(super) async fn tell_newest<C: Clock>(
    caller: &Caller<C>,
    credential: &Credential,
    mut reports: Vec<Report>,
) -> Result<Outcomes, Problem> {
    reports.sort_by_key(Report::time);
    let mut clients: BTreeMap<String, Vec<Report>> = BTreeMap::new();
    for report in reports {
        clients.entry(report.client().to_string()).or_default().push(report);
    }
    let mut outcomes = Vec::new();
    while !clients.is_empty() {
        let newest: Vec<_> = clients.values_mut().flat_map(take_newest).collect();
        let told = tell(caller, credential, &newest).await?;
        // Where the newest position is refused for its time, the one before it may be good.
        let refused = newest.iter().zip(&told).filter(|(_, told)| **told == Err(Reason::Future));
        let refused: BTreeSet<_> = refused.map(|(report, _)| report.client().to_string()).collect();
        clients.retain(|id, rest| refused.contains(id) && !rest.is_empty());
        outcomes.extend(told);
    }
    Ok(outcomes)
}

/// Takes the newest of positions that are sorted by time. Of several at the same time, the greater
/// line will win, as it does on the wire.
fn take_newest(sorted: &mut Vec<Report>) -> Vec<Report> {
    let Some(newest) = sorted.last().map(Report::time) else { return Vec::new() };
    sorted.split_off(sorted.partition_point(|report| report.time() < newest))
}

/// Tells what the sender may tell, and notes it in the traffic log.
async fn tell_some<C: Clock>(
    caller: &Caller<C>,
    credential: &Credential,
    reports: &[Report],
) -> Result<Outcomes, Problem> {
    let permission = caller.permission(credential);
    let is_allowed = |report: &Report| permission.may_tell(report.client());
    let allowed: Vec<_> = reports.iter().map(is_allowed).collect();
    let pairs = reports.iter().zip(&allowed).filter(|(_, is_allowed)| **is_allowed);
    let iamats: Vec<_> = pairs.map(|(report, _)| report.iamat()).collect();
    permission.await_positions(&iamats).await;
    iamats.iter().for_each(|iamat| caller.visit.note(iamat));
    let told = caller.server.tell_all(iamats).await.map_err(|error| match error {
        TellError::Stopping => Problem::later("the server is stopping"),
        TellError::Journal(_) | TellError::Refused(_) => Problem::journal(),
    })?;
    let mut told = told.into_iter();
    let outcome = |is_allowed| match is_allowed {
        true => told.next().expect("each told position has an outcome").map_err(Reason::from),
        false => Err(Reason::Forbidden),
    };
    Ok(allowed.into_iter().map(outcome).collect())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::protocol::Timestamp;

    /// owntracks/android#317: many points with one time; the log decides between them.
    #[test]
    fn all_positions_of_the_newest_time_are_taken() {
        let report = |longitude, time| {
            Report::new("van", 1.0, longitude, Timestamp::from_nanos(time)).expect("it is good")
        };
        let mut sorted = vec![report(1.0, 1), report(2.0, 2), report(3.0, 2)];
        assert_eq!(take_newest(&mut sorted), [report(2.0, 2), report(3.0, 2)]);
        assert_eq!(take_newest(&mut sorted), [report(1.0, 1)]);
        assert_eq!(take_newest(&mut sorted), []);
    }
}
