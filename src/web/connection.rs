//! One HTTP/1.1 connection.
//!
//! hyper speaks the protocol; the deadlines are ours, so that they hold in the simulated world, too.

use super::caller::Caller;
use super::router;
use super::watched::Watched;
use crate::fetch::{Duplex, Transport};
use crate::runtime::{self, Clock, Stream};
use crate::server::Deadline;
use futures_lite::{AsyncReadExt, future};
use hyper::server::conn::http1;
use hyper::service::service_fn;
use std::convert::Infallible;
use std::future::Future;
use std::pin::{Pin, pin};
use std::sync::Arc;
use std::task::Poll;
use std::time::Duration;

/// The largest head of a request: its first line and headers, 64 KiB.
pub(super) const HEAD_BYTES_MAX: usize = 64 * 1024;

/// How long the server waits for the other side to hang up after the last reply. Closing while it
/// still sends would reset the connection and take the reply with it.
const LINGER: Duration = Duration::from_secs(1);

/// How long a request whose head has begun may take to get here once the server was asked to stop.
const STOP_SPAN: Duration = Duration::from_secs(1);

/// How much of what comes after the last reply is read at once.
const DISCARDED_BYTES: usize = 4096;

/// Answers requests until the other side hangs up, is too slow, or the server stops.
pub(super) async fn serve<C: Clock>(caller: Arc<Caller<C>>, stream: Box<dyn Stream>) {
    let watched = Watched::new(stream, caller.pace.clone(), caller.clock().clone());
    let service = service_fn(|request| {
        let caller = Arc::clone(&caller);
        Box::pin(async move { Ok::<_, Infallible>(router::answer(&caller, request).await) })
    });
    let mut connection = http1::Builder::new()
        .auto_date_header(false)
        .half_close(true)
        .max_buf_size(HEAD_BYTES_MAX)
        .serve_connection(Transport::new(Box::new(watched)), service);
    if !drive(&caller, &mut connection).await {
        return;
    }
    let stream = connection.into_parts().io.into_stream();
    runtime::timeout(caller.clock(), LINGER, hang_up(stream)).await;
}

/// A connection of hyper's that can be asked to end.
trait Graceful: Future + Unpin {
    fn end_soon(&mut self);
}

impl<I, B, S> Graceful for http1::Connection<I, S>
where
    Self: Future + Unpin,
    S: hyper::service::HttpService<hyper::body::Incoming, ResBody = B>,
    S::Error: Into<Box<dyn std::error::Error + Send + Sync>>,
    I: hyper::rt::Read + hyper::rt::Write + Unpin,
    B: hyper::body::Body + 'static,
    B::Error: Into<Box<dyn std::error::Error + Send + Sync>>,
{
    fn end_soon(&mut self) {
        Pin::new(self).graceful_shutdown();
    }
}

/// Moves bytes until the conversation is over; false if time was up before.
async fn drive<C: Clock>(caller: &Caller<C>, connection: &mut impl Graceful) -> bool {
    let (clock, stall) = (caller.clock(), caller.server.limits().stall);
    let (stop, mut deadline) = (caller.server.stop(), Deadline::new());
    let mut requested = pin!(stop.requested());
    let mut stops_at = None;
    future::poll_fn(|cx| {
        if stops_at.is_none() && requested.as_mut().poll(cx).is_ready() {
            stops_at = Some(clock.uptime() + STOP_SPAN);
            connection.end_soon();
        }
        if Pin::new(&mut *connection).poll(cx).is_ready() {
            return Poll::Ready(true);
        }
        let (owed, is_answering) = {
            let pace = caller.pace.lock();
            (pace.ends(stall), pace.is_answering())
        };
        let due = [owed, stops_at.filter(|_| !is_answering)].into_iter().flatten().min();
        match due {
            Some(due) => deadline.poll(cx, clock, due).map(|()| false),
            None => Poll::Pending,
        }
    })
    .await
}

/// Reads until the other side hangs up, and forgets what it says.
async fn hang_up(mut stream: Box<dyn Duplex>) {
    let mut bytes = [0; DISCARDED_BYTES];
    while let Ok(1..) = stream.read(&mut bytes).await {
        future::yield_now().await;
    }
}
