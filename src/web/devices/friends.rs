//! What OwnTracks is answered with: where the others are.

use crate::journal::Failed;
use crate::protocol::{At, ClientId, OwnedAt};
use crate::runtime::Clock;
use crate::server::Permission;
use crate::web::caller::Caller;
use serde_json::{Value, json};

/// The most others that a reply has: those who moved last.
const FRIENDS_MAX: usize = 100;

/// How many characters of its ID stand for a client on the app's map.
const TRACKER_ID_CHARS: usize = 2;

/// The positions of those whom the sender may ask about, as an array of OwnTracks' messages.
pub(super) async fn friends<C: Clock>(
    caller: &Caller<C>,
    permission: &Permission<C>,
    sender: Option<&str>,
) -> Result<String, Failed> {
    if !permission.is_reader() {
        return Ok("[]".to_owned());
    }
    let status = caller.server.status();
    // Each client has one change in the log. Where there are few clients, all of them are told.
    let from = match status.clients <= FRIENDS_MAX {
        true => 0,
        false => status.changes.saturating_sub(FRIENDS_MAX as u64),
    };
    let changes = caller.server.follow(from).ready();
    let mut known: Vec<OwnedAt> = changes.into_iter().map(|change| change.at).collect();
    known.truncate(FRIENDS_MAX);
    if let Some(own) = own(caller, sender).await?
        && !known.iter().any(|at| at.at().client() == own.at().client())
    {
        known.push(own);
    }
    let shown = known.iter().filter(|at| permission.may_ask(at.at().client()));
    let friends: Vec<_> = shown.map(|at| friend(&at.at())).collect();
    Ok(Value::Array(friends).to_string())
}

/// Without its own position in the reply, the app shows no card for itself.
async fn own<C: Clock>(
    caller: &Caller<C>,
    sender: Option<&str>,
) -> Result<Option<OwnedAt>, Failed> {
    match sender.and_then(|id| ClientId::new(id).ok()) {
        Some(id) => caller.server.newest(id).await,
        None => Ok(None),
    }
}

fn friend(at: &At<'_>) -> Value {
    let (id, place) = (at.client().to_string(), at.position().coordinates());
    let chars = id.chars().count();
    let tracker: String = id.chars().skip(chars.saturating_sub(TRACKER_ID_CHARS)).collect();
    json!({
        "_type": "location",
        "tid": tracker,
        "lat": place.latitude,
        "lon": place.longitude,
        "tst": at.time().as_nanos() / 1_000_000_000,
        "topic": format!("owntracks/{id}"),
    })
}
