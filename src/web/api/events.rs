//! Changes as they come: server-sent events.

use super::bounds::Bounds;
use super::client_json::write_client;
use super::clients::bounds;
use super::scan::next_slice;
use crate::protocol::{At, LogId};
use crate::runtime::Clock;
use crate::server::{BATCH_CHANGES_MAX, Change, Changes, Permission};
use crate::web::asked::Asked;
use crate::web::caller::Caller;
use crate::web::credential::Credential;
use crate::web::cursor::Cursor;
use crate::web::held::Share;
use crate::web::problem::Problem;
use crate::web::reply::{self, Reply};
use futures_lite::{future, stream};
use hyper::body::Bytes;
use hyper::header::HeaderName;
use std::fmt::Write;
use std::sync::Arc;
use std::time::Duration;

/// How often a stream without events says that it is alive.
const EVENT_HEARTBEAT: Duration = Duration::from_secs(15);

/// The pause after events. A client that moves meanwhile is shown once.
const EVENTS_PAUSE: Duration = Duration::from_millis(100);

/// The bytes of events that are made at once: 256 KiB. A reader that does not read holds that many.
const EVENTS_BYTES_MAX: usize = 256 * 1024;

/// What a browser is told: come again two seconds after the stream was cut.
const OPENING: &str = "retry: 2000\n\n";

/// A stream of what changes from now on, after everything that is known, or after the cursor that the
/// reader has.
pub(in crate::web) fn events<C: Clock>(
    caller: &Arc<Caller<C>>,
    asked: &Asked,
) -> Result<Reply, Problem> {
    let resumed = asked.header("last-event-id").or(asked.parameters.value("after"));
    let detail = "Last-Event-ID and after must be the id of an event";
    let resumed = resumed.filter(|text| !text.is_empty());
    let resumed =
        resumed.map(|text| Cursor::parse(text).ok_or(Problem::bad(detail))).transpose()?;
    let ids = asked.parameters.values("id").map(str::to_owned).collect();
    let filter = Filter { bounds: bounds(&asked.parameters)?, ids };
    let too_many = || Problem::later("as many read events as may");
    let share = caller.shared.streams.take(1).ok_or_else(too_many)?;
    let watch = Watch::new(Arc::clone(caller), asked.credential.clone(), filter, resumed, share);
    let parts = stream::unfold(watch, Watch::next);
    let mut reply = reply::parts("text/event-stream", Box::pin(parts));
    // nginx would otherwise hold events back until it has a buffer full of them.
    reply::set(&mut reply, HeaderName::from_static("x-accel-buffering"), "no");
    Ok(reply)
}

/// Which clients a reader wants to hear of.
#[derive(Debug)]
struct Filter {
    bounds: Option<Bounds>,
    /// All, if there are none.
    ids: Vec<String>,
}

impl Filter {
    fn lets(&self, at: &At<'_>) -> bool {
        let is_inside = |bounds: &Bounds| bounds.contains(at.position().coordinates());
        let is_named = |id: &String| id.as_bytes() == at.client().as_bytes();
        self.bounds.as_ref().is_none_or(is_inside)
            && (self.ids.is_empty() || self.ids.iter().any(is_named))
    }
}

/// One reader. It keeps a number of the log, however slowly the reader reads.
struct Watch<C: Clock> {
    caller: Arc<Caller<C>>,
    /// Its token may be taken back while it reads, so it is judged again and again.
    credential: Credential,
    log: LogId,
    filter: Filter,
    changes: Changes,
    /// What is said before the first event.
    opening: Option<String>,
    /// No events are told before this uptime.
    quiet_until: Duration,
    _share: Share,
}

impl<C: Clock> Watch<C> {
    fn new(
        caller: Arc<Caller<C>>,
        credential: Credential,
        filter: Filter,
        resumed: Option<Cursor>,
        share: Share,
    ) -> Self {
        let log = caller.server.log_id();
        let mut opening = OPENING.to_owned();
        if resumed.is_some_and(|cursor| cursor.log != log) {
            opening.push_str("event: reset\ndata: {}\n\n");
        }
        let changes = caller.server.follow(resumed.map_or(0, |cursor| cursor.number_in(log)));
        let quiet_until = Duration::ZERO;
        let opening = Some(opening);
        Self { caller, credential, log, filter, changes, opening, quiet_until, _share: share }
    }

    /// The next part of the stream; None once the server stops, or the reader may ask no more.
    async fn next(mut self) -> Option<(Bytes, Self)> {
        let text = match self.opening.take() {
            Some(opening) => opening,
            None if !self.permission().is_reader() => return None,
            None => {
                let stop = self.caller.server.stop();
                let stopped = async {
                    stop.requested().await;
                    None
                };
                future::or(stopped, async { Some(self.text().await) }).await?
            }
        };
        Some((text.into(), self))
    }

    /// Waits for events, or for the time of a heartbeat.
    async fn text(&mut self) -> String {
        let clock = self.caller.clock().clone();
        let events = self.events();
        let silent = async {
            clock.sleep(EVENT_HEARTBEAT).await;
            None
        };
        match future::or(events, silent).await {
            Some(events) => events,
            // Changes that the filter leaves out move the reader's cursor as well.
            None => format!("id: {}\n: alive\n\n", self.cursor(self.changes.number())),
        }
    }

    /// Waits for events that the filter lets through.
    async fn events(&mut self) -> Option<String> {
        let clock = self.caller.clock().clone();
        clock.sleep(self.quiet_until.saturating_sub(clock.uptime())).await;
        let mut text = String::new();
        while text.is_empty() {
            if !self.changes.wait().await {
                // The server has stopped, and whoever waits for that ends the stream.
                future::pending::<()>().await;
            }
            let slice = next_slice(&self.caller, &mut self.changes).await;
            self.write(&slice, &mut text);
            // A reader that is behind gets everything as fast as it reads.
            if slice.len() < BATCH_CHANGES_MAX {
                self.quiet_until = clock.uptime() + EVENTS_PAUSE;
            }
        }
        Some(text)
    }

    /// Writes events until they are enough; the rest of the slice comes with the next one.
    fn write(&mut self, slice: &[Change], text: &mut String) {
        let permission = self.permission();
        for change in slice {
            let at = change.at.at();
            if !self.filter.lets(&at) || !permission.may_ask(at.client()) {
                continue;
            }
            write!(text, "id: {}\nevent: position\ndata: ", self.cursor(change.number))
                .expect("a text takes whatever is written");
            write_client(&at, text);
            text.push_str("\n\n");
            if text.len() >= EVENTS_BYTES_MAX {
                self.changes = self.caller.server.follow(change.number);
                return;
            }
        }
    }

    fn permission(&self) -> Permission<C> {
        self.caller.permission(&self.credential)
    }

    fn cursor(&self, number: u64) -> Cursor {
        Cursor { log: self.log, number }
    }
}
