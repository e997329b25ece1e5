//! From a request to its reply.

use super::api;
use super::asked::Asked;
use super::caller::Caller;
use super::credential::Credential;
use super::devices;
use super::endpoint::Endpoint;
use super::home;
use super::origin;
use super::problem::Problem;
use super::reply::{self, Reply};
use super::target::Target;
use crate::runtime::Clock;
use crate::server::Permission;
use hyper::body::Incoming;
use hyper::header::{DATE, HeaderValue};
use hyper::{Request, StatusCode};
use std::sync::Arc;

/// Answers one request.
pub(super) async fn answer<C: Clock>(caller: &Arc<Caller<C>>, request: Request<Incoming>) -> Reply {
    caller.pace.lock().asked();
    let mut reply = respond(caller, request).await.unwrap_or_else(Problem::into_reply);
    match caller.shared.hold(reply.body().len()) {
        Ok(share) => reply.body_mut().hold(share),
        Err(problem) => reply = problem.into_reply(),
    }
    let date = httpdate::fmt_http_date(caller.clock().now().into());
    if let Ok(date) = HeaderValue::from_str(&date) {
        reply.headers_mut().insert(DATE, date);
    }
    let clock = caller.clock().clone();
    reply.body_mut().note_end(caller.pace.clone(), move || clock.uptime());
    reply
}

async fn respond<C: Clock>(
    caller: &Arc<Caller<C>>,
    request: Request<Incoming>,
) -> Result<Reply, Problem> {
    let (mut head, body) = request.into_parts();
    origin::check_host(&head.headers, head.version, caller.visit.door())?;
    let mut target = Target::parse(&head.uri);
    let credential = Credential::take(&mut target, &mut head.headers);
    let endpoint = Endpoint::of(&head.method, &target)?;
    let parameters = target.parameters;
    let asked = Asked { parameters, headers: head.headers, credential, body };
    match endpoint {
        Endpoint::Home => Ok(home::page(caller.server.name())),
        Endpoint::Favicon => Ok(reply::empty(StatusCode::NO_CONTENT)),
        Endpoint::Description => Ok(api::description()),
        Endpoint::Device(path) => devices::take_in(caller, asked, path).await,
        Endpoint::Positions => api::take_in(caller, asked).await,
        Endpoint::Client(id) => api::client(caller, &reading(caller, &asked).await?, &id).await,
        Endpoint::Clients => {
            api::clients(caller, &reading(caller, &asked).await?, &asked.parameters).await
        }
        Endpoint::Places => {
            api::places(caller, &reading(caller, &asked).await?, &asked.parameters).await
        }
        Endpoint::Events => {
            reading(caller, &asked).await?;
            api::events(caller, &asked)
        }
    }
}

/// What a request may ask, which must be something.
async fn reading<C: Clock>(caller: &Caller<C>, asked: &Asked) -> Result<Permission<C>, Problem> {
    let permission = caller.permission(&asked.credential);
    if !permission.is_reader() {
        return Err(Problem::refused(&asked.credential));
    }
    permission.await_question().await;
    Ok(permission)
}
