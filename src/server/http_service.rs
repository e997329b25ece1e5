//! What speaks HTTP with those who come in.

use super::core::Wires;
use super::handle::Handle;
use super::visitor::Visitor;
use crate::protocol::IamAt;
use crate::runtime::{Clock, Stream};
use crate::traffic::{ConnectionId, Event, Purpose};
use std::future::Future;
use std::net::SocketAddr;
use std::pin::Pin;

/// A connection that is being served.
pub type Serving = Pin<Box<dyn Future<Output = ()> + Send>>;

/// Speaks HTTP over the connections of one door, through the verbs of a [`Handle`].
///
/// The server has the door: it accepts, counts slots and secures. How HTTP is spoken is decided in a
/// room below, so it comes in through [`Builder::http`](super::Builder::http).
pub trait HttpService<C: Clock>: Send + Sync + 'static {
    /// Serves one connection until it ends. Once the server was asked to stop, it must end soon.
    fn serve(&self, server: Handle<C>, visit: HttpVisit) -> Serving;
}

/// A connection that has come in through the HTTP door.
///
/// The traffic log notes that it was opened and closed, and each position that was
/// [told](Self::note) over it, as an IAMAT. Paths and headers are not noted: they may hold tokens.
pub struct HttpVisit {
    stream: Option<Box<dyn Stream>>,
    visitor: Visitor,
    door: SocketAddr,
    wires: Wires,
    id: ConnectionId,
}

impl HttpVisit {
    pub(super) fn new(
        wires: &Wires,
        stream: impl Stream,
        visitor: Visitor,
        door: SocketAddr,
    ) -> Self {
        let (wires, id) = (wires.clone(), wires.recorder.next_connection());
        let visit = Self { stream: Some(Box::new(stream)), visitor, door, wires, id };
        visit.record(Event::Opened(Purpose::Http, &visit.visitor.from));
        visit
    }

    /// The bytes of the connection. There is one stream, and whoever takes it first has it.
    pub fn take_stream(&mut self) -> Option<Box<dyn Stream>> {
        self.stream.take()
    }

    /// The other side's address.
    pub fn from(&self) -> SocketAddr {
        self.visitor.from
    }

    /// Who has come in, and with which certificate.
    pub fn visitor(&self) -> &Visitor {
        &self.visitor
    }

    /// The address that the door listens on.
    pub fn door(&self) -> SocketAddr {
        self.door
    }

    /// Notes a position that came in, as the IAMAT that it is.
    pub fn note(&self, position: &IamAt<'_>) {
        let (place, time) = (position.position(), position.time());
        let mut line = b"IAMAT ".to_vec();
        line.extend_from_slice(position.client().as_bytes());
        line.extend_from_slice(format!(" {place} {time}\n").as_bytes());
        self.record(Event::In(&line));
    }

    fn record(&self, event: Event<'_>) {
        self.wires.recorder.record(self.id, event);
    }
}

impl Drop for HttpVisit {
    fn drop(&mut self) {
        self.record(Event::Closed);
    }
}
