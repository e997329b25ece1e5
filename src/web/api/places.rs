//! What is near a client.

use super::client_json::write_client;
use crate::protocol::{At, ClientId, MaxResults, Radius};
use crate::runtime::Clock;
use crate::server::Permission;
use crate::web::caller::Caller;
use crate::web::parameters::Parameters;
use crate::web::problem::Problem;
use crate::web::reply::{self, Reply};

/// The radius and the number of places if nothing is said.
const RADIUS_DEFAULT: &str = "10";
const MAX_DEFAULT: &str = "20";

/// What WHATSAT says.
pub(in crate::web) async fn places<C: Clock>(
    caller: &Caller<C>,
    permission: &Permission<C>,
    parameters: &Parameters,
) -> Result<Reply, Problem> {
    let id = parameters.value("id").unwrap_or_default();
    let id = ClientId::new(id).map_err(|_| Problem::bad("id must be a client's ID"))?;
    if !permission.may_ask(id) {
        return Err(Problem::forbidden());
    }
    let radius = parameters.value("radius").unwrap_or(RADIUS_DEFAULT);
    let radius = Radius::parse(radius.as_bytes())
        .map_err(|_| Problem::bad("radius must be kilometres from 0 to 50"))?;
    let max = parameters.value("max").unwrap_or(MAX_DEFAULT);
    let max = MaxResults::parse(max.as_bytes())
        .map_err(|_| Problem::bad("max must be a whole number from 0 to 20"))?;
    let busy = || Problem::later("as many questions wait for places as may");
    let _share = caller.shared.lookups.take(1).ok_or_else(busy)?;
    let answer = permission.ask(id, radius, max).await.map_err(|_| Problem::journal())?;
    let answer = answer.ok_or_else(|| Problem::not_found("the server knows no such client"))?;
    Ok(reply::json(of_whatsat(&answer)))
}

/// The two parts of a reply to WHATSAT as the members `client` and `places`.
fn of_whatsat(answer: &[u8]) -> String {
    let line_end = answer.iter().position(|&byte| byte == b'\n').unwrap_or(answer.len());
    let (line, places) = answer.split_at(line_end);
    let at = At::parse(line).expect("the reply begins with a canonical AT line");
    let mut out = "{\"client\":".to_owned();
    write_client(&at, &mut out);
    out.push_str(",\"places\":");
    out.push_str(String::from_utf8_lossy(places).trim());
    out.push('}');
    out
}
