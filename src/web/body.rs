//! The body of a request.

use super::caller::Caller;
use super::held::Share;
use super::problem::Problem;
use crate::runtime::{self, Clock};
use futures_lite::future;
use http_body_util::BodyExt;
use hyper::StatusCode;
use hyper::body::{Body as _, Incoming};
use std::time::Duration;

/// The largest body of a request: 2 MiB. OwnTracks sends images, Overland a thousand points.
pub(super) const REQUEST_BYTES_MAX: usize = 2 * 1024 * 1024;

/// The longest that a body may take.
pub(super) const BODY_SPAN: Duration = Duration::from_secs(60);

/// How long a body may still take once the server was asked to stop.
const LAST_BODY_SPAN: Duration = Duration::from_secs(1);

/// A body that is all here, and its share of what all bodies may hold.
#[derive(Debug)]
pub(super) struct Whole {
    pub(super) bytes: Vec<u8>,
    /// Given back when the body is dropped.
    _share: Share,
}

/// Reads a body up to the limits on its size and its time. The length that was announced decides
/// nothing but an early refusal.
pub(super) async fn read<C: Clock>(caller: &Caller<C>, body: Incoming) -> Result<Whole, Problem> {
    let (clock, stop) = (caller.clock(), caller.server.stop());
    let stopping = async {
        stop.requested().await;
        clock.sleep(LAST_BODY_SPAN).await;
        Some(Err(Problem::later("the server is stopping")))
    };
    let read = runtime::timeout(clock, BODY_SPAN, collect(caller, body));
    let read = future::or(read, stopping).await;
    let too_slow = || Problem::new(StatusCode::REQUEST_TIMEOUT, "the body took too long");
    read.unwrap_or_else(|| Err(too_slow()))
}

async fn collect<C: Clock>(caller: &Caller<C>, mut body: Incoming) -> Result<Whole, Problem> {
    let too_large = || Problem::new(StatusCode::PAYLOAD_TOO_LARGE, "the body is larger than 2 MiB");
    if body.size_hint().lower() > REQUEST_BYTES_MAX as u64 {
        return Err(too_large());
    }
    let (mut bytes, mut share) = (Vec::new(), caller.shared.hold(0)?);
    while let Some(frame) = body.frame().await {
        let frame = frame.map_err(|_| Problem::bad("the body ended too early"))?;
        let Ok(data) = frame.into_data() else { continue };
        if bytes.len() + data.len() > REQUEST_BYTES_MAX {
            return Err(too_large());
        }
        share.add(caller.shared.hold_more(bytes.len(), bytes.len() + data.len())?);
        bytes.extend_from_slice(&data);
    }
    Ok(Whole { bytes, _share: share })
}
