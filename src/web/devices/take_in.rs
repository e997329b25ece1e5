//! From a device's request to its reply.

use super::friends::friends;
use super::message::{Message, Misunderstood};
use super::owntracks::Sender;
use super::recognize::Sent;
use crate::runtime::Clock;
use crate::web::asked::Asked;
use crate::web::caller::Caller;
use crate::web::credential::Credential;
use crate::web::endpoint::Path;
use crate::web::problem::Problem;
use crate::web::reason::Reason;
use crate::web::reply::{self, Reply};
use crate::web::source::Source;
use crate::web::{body, elsewhere, origin, teller};
use hyper::StatusCode;

/// Takes in what a device sends, and answers when what was taken is as safe as the journal promises.
pub(in crate::web) async fn take_in<C: Clock>(
    caller: &Caller<C>,
    asked: Asked,
    path: Path,
) -> Result<Reply, Problem> {
    origin::check_write(&asked.headers)?;
    let sender = sender(&asked);
    let body = body::read(caller, asked.body).await?;
    let (size, received) = (body.bytes.len(), caller.clock().now());
    let sent = Sent { parameters: asked.parameters, body: body.bytes, sender, path, received };
    let message = match elsewhere::read(size, move || sent.recognize()).await {
        Ok(message) => message,
        Err(misunderstood) => return Err(complain(caller, misunderstood)),
    };
    let Message { source, positions, sender } = message;
    let (reports, unfit) = split(positions);
    unfit.iter().for_each(|&reason| caller.note_refused(source, reason));
    let told = teller::tell_newest(caller, &asked.credential, reports).await?;
    judge(caller, source, &asked.credential, &told)?;
    respond(caller, source, &asked.credential, sender.as_deref()).await
}

fn split<T>(positions: Vec<Result<T, Reason>>) -> (Vec<T>, Vec<Reason>) {
    let (mut reports, mut unfit) = (Vec::new(), Vec::new());
    for position in positions {
        match position {
            Ok(report) => reports.push(report),
            Err(reason) => unfit.push(reason),
        }
    }
    (reports, unfit)
}

/// Who OwnTracks says it is. A header counts before the query, and both before the name that goes with
/// a password.
fn sender(asked: &Asked) -> Sender {
    let text = |header, parameter| {
        let header = asked.header(header).filter(|text| !text.is_empty());
        header.or(asked.parameters.value(parameter)).map(str::to_owned)
    };
    let user = text("x-limit-u", "u").or_else(|| asked.credential.name().map(str::to_owned));
    Sender { user: user.filter(|user| !user.is_empty()), device: text("x-limit-d", "d") }
}

/// Nobody here understands it. It is an error, so that whoever sends it keeps it.
fn complain<C: Clock>(caller: &Caller<C>, misunderstood: Misunderstood) -> Problem {
    let Misunderstood { source, reason, status, detail } = misunderstood;
    caller.note_refused(source, reason);
    Problem::new(status, detail)
}

/// Counts what was not taken. It is an error only if the device should come again.
fn judge<C: Clock>(
    caller: &Caller<C>,
    source: Source,
    credential: &Credential,
    told: &[Result<(), Reason>],
) -> Result<(), Problem> {
    let reasons = || told.iter().filter_map(|outcome| outcome.err());
    reasons().for_each(|reason| caller.note_refused(source, reason));
    if reasons().any(|reason| reason == Reason::Full) {
        return Err(Problem::later("the server has no room for further clients"));
    }
    let is_forbidden = |outcome: &Result<(), Reason>| *outcome == Err(Reason::Forbidden);
    if !told.is_empty() && told.iter().all(is_forbidden) {
        return Err(Problem::refused(credential));
    }
    Ok(())
}

/// The reply that the app takes for success.
async fn respond<C: Clock>(
    caller: &Caller<C>,
    source: Source,
    credential: &Credential,
    sender: Option<&str>,
) -> Result<Reply, Problem> {
    match source {
        Source::Owntracks => {
            let permission = caller.permission(credential);
            let friends = friends(caller, &permission, sender).await;
            Ok(reply::json(friends.map_err(|_| Problem::journal())?))
        }
        Source::Overland => Ok(reply::json("{\"result\":\"ok\"}")),
        Source::Osmand | Source::Traccar | Source::Api | Source::Unknown => {
            Ok(reply::empty(StatusCode::OK))
        }
    }
}
