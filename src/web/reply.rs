//! What a request is answered with.

use super::held::Share;
use super::pace::SharedPace;
use futures_lite::Stream;
use hyper::body::{Body, Bytes, Frame, SizeHint};
use hyper::header::{CACHE_CONTROL, CONTENT_TYPE, HeaderName, HeaderValue};
use hyper::{Response, StatusCode};
use std::convert::Infallible;
use std::pin::Pin;
use std::task::{Context, Poll};
use std::time::Duration;

/// A response with its body.
pub(super) type Reply = Response<Payload>;

/// The parts of a body that comes bit by bit.
pub(super) type Parts = Pin<Box<dyn Stream<Item = Bytes> + Send>>;

/// The body of a reply, and what goes with it until it has been sent.
pub(super) struct Payload {
    content: Content,
    /// What it takes of what all replies may hold.
    share: Option<Share>,
    answered: Option<Answered>,
}

enum Content {
    Whole(Option<Bytes>),
    Parts(Parts),
}

/// Notes, when it is dropped, that the reply is done.
struct Answered {
    pace: SharedPace,
    uptime: Box<dyn Fn() -> Duration + Send>,
}

impl Drop for Answered {
    fn drop(&mut self) {
        self.pace.lock().answered((self.uptime)());
    }
}

impl Payload {
    /// The size of the body; 0 for one that comes bit by bit.
    pub(super) fn len(&self) -> usize {
        match &self.content {
            Content::Whole(bytes) => bytes.as_ref().map_or(0, Bytes::len),
            Content::Parts(_) => 0,
        }
    }

    /// Keeps `share` until the body was sent.
    pub(super) fn hold(&mut self, share: Share) {
        self.share = Some(share);
    }

    /// Notes in `pace` when the body was handed over.
    pub(super) fn note_end(
        &mut self,
        pace: SharedPace,
        uptime: impl Fn() -> Duration + Send + 'static,
    ) {
        self.answered = Some(Answered { pace, uptime: Box::new(uptime) });
    }
}

impl Body for Payload {
    type Data = Bytes;
    type Error = Infallible;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, Infallible>>> {
        let part = match &mut self.content {
            Content::Whole(bytes) => Poll::Ready(bytes.take()),
            Content::Parts(parts) => parts.as_mut().poll_next(cx),
        };
        part.map(|part| part.map(|bytes| Ok(Frame::data(bytes))))
    }

    fn is_end_stream(&self) -> bool {
        matches!(self.content, Content::Whole(None))
    }

    fn size_hint(&self) -> SizeHint {
        match &self.content {
            Content::Whole(_) => SizeHint::with_exact(self.len() as u64),
            Content::Parts(_) => SizeHint::default(),
        }
    }
}

/// A reply with a body of this type. Nobody on the way may keep it, and no page of another origin may
/// use it.
pub(super) fn reply(
    status: StatusCode,
    content_type: &'static str,
    body: impl Into<Bytes>,
) -> Reply {
    let body = Some(body.into()).filter(|bytes: &Bytes| !bytes.is_empty());
    let mut reply = of(status, Content::Whole(body));
    set(&mut reply, CONTENT_TYPE, content_type);
    reply
}

/// A reply without a body.
pub(super) fn empty(status: StatusCode) -> Reply {
    of(status, Content::Whole(None))
}

/// A reply of JSON.
pub(super) fn json(body: impl Into<Bytes>) -> Reply {
    reply(StatusCode::OK, "application/json", body)
}

/// A reply that comes bit by bit.
pub(super) fn parts(content_type: &'static str, parts: Parts) -> Reply {
    let mut reply = of(StatusCode::OK, Content::Parts(parts));
    set(&mut reply, CONTENT_TYPE, content_type);
    reply
}

/// Sets a header.
pub(super) fn set(reply: &mut Reply, name: HeaderName, value: &'static str) {
    reply.headers_mut().insert(name, HeaderValue::from_static(value));
}

fn of(status: StatusCode, content: Content) -> Reply {
    let mut reply = Response::new(Payload { content, share: None, answered: None });
    *reply.status_mut() = status;
    set(&mut reply, CACHE_CONTROL, "no-store");
    let names = [
        ("x-content-type-options", "nosniff"),
        ("referrer-policy", "no-referrer"),
        ("cross-origin-resource-policy", "same-origin"),
    ];
    for (name, value) in names {
        set(&mut reply, HeaderName::from_static(name), value);
    }
    reply
}
