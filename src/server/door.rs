//! A way into the server.

use super::door_record::DoorRecord;
use super::guests::Guest;
use super::rare_event::RareEvent;
use super::security::Security;
use super::status::DoorKind;
use super::visitor::Visitor;
use crate::protocol::ServerName;
use crate::runtime::{self, Listener, Runtime, Stream};
use crate::tls::{FailureKind, TlsFailure};
use async_lock::Semaphore;
use futures_lite::future;
use log::Level;
use std::future::Future;
use std::io;
use std::net::SocketAddr;
use std::pin::Pin;
use std::sync::Arc;
use std::time::Duration;

/// The longest that securing a connection may take.
const HANDSHAKE_TIMEOUT: Duration = Duration::from_secs(5);

/// The pause after a failure to accept, which mostly means that the machine is out of descriptors.
const PAUSE: Duration = Duration::from_millis(100);

/// The conversation behind a door.
pub(super) trait Service<S: Stream>: Send + Sync + 'static {
    /// Serves one connection until it ends. The service logs what it has to say about that.
    fn serve(&self, stream: S, visitor: Visitor) -> impl Future<Output = ()> + Send;
}

type Serving = Pin<Box<dyn Future<Output = ()> + Send>>;

/// A listener, the number of connections it lets in at a time, what secures each, and what serves
/// it. Accepting, slots, the handshake's deadline and stopping are the same for all doors.
pub(super) struct Door<R: Runtime> {
    record: DoorRecord,
    listener: R::Listener,
    slots: Arc<Semaphore>,
    /// Secures a connection and serves it.
    serve: Box<dyn Fn(R::Stream, SocketAddr) -> Serving + Send + Sync>,
    /// An address has more connections than it may have.
    too_many: RareEvent,
}

impl<R: Runtime> Door<R> {
    pub(super) fn new<X, V>(
        runtime: &R,
        record: DoorRecord,
        slots: Arc<Semaphore>,
        listener: R::Listener,
        security: X,
        service: V,
    ) -> Self
    where
        X: Security<R::Stream>,
        V: Service<X::Secured>,
    {
        let insecure = Insecure::new(record.kind);
        let (clock, behind) = (runtime.clone(), Arc::new((security, service, insecure)));
        let serve = move |stream, from| -> Serving {
            let (clock, behind) = (clock.clone(), Arc::clone(&behind));
            Box::pin(async move {
                let (security, service, insecure) = &*behind;
                // The handshake runs in the connection's own task, so that nobody else waits for it.
                let secured = security.secure(stream);
                let error = match runtime::timeout(&clock, HANDSHAKE_TIMEOUT, secured).await {
                    Some(Ok(admitted)) => {
                        let visitor = Visitor { from, certificate: admitted.certificate };
                        return service.serve(admitted.stream, visitor).await;
                    }
                    Some(Err(error)) => error,
                    None => io::Error::new(io::ErrorKind::TimedOut, "it took too long"),
                };
                insecure.report(&error, from, clock.uptime());
            })
        };
        Self { record, listener, slots, serve: Box::new(serve), too_many: RareEvent::default() }
    }

    /// Lets connections in until the future is dropped. While all slots are taken, the next
    /// connection waits in the system's queue. A connection beyond what its address may have is
    /// closed at once. Running out of descriptors slows this down and never ends it.
    pub(super) async fn accept(&self, runtime: &R, server: &ServerName) {
        let mut failing = false;
        loop {
            let slot = self.slots.acquire_arc().await;
            let accepted = self.listener.accept().await;
            match &accepted {
                Err(error) if !failing => {
                    log::warn!(server:%, error:%; "cannot accept connections for now");
                }
                Ok(_) if failing => log::info!(server:%; "accepting connections again"),
                _ => {}
            }
            failing = accepted.is_err();
            let Ok((stream, from)) = accepted else {
                runtime.sleep(PAUSE).await;
                continue;
            };
            let Some(guest) = self.admit(runtime, server, from) else {
                // Whoever dials without a pause must not keep this thread from everybody else.
                future::yield_now().await;
                continue;
            };
            let (serving, at_work) = ((self.serve)(stream, from), self.record.connections.begin());
            runtime.spawn(async move {
                serving.await;
                drop((slot, guest, at_work));
            });
        }
    }

    /// Counts one more connection of the address `from`, if it may have one more.
    fn admit(&self, runtime: &R, server: &ServerName, from: SocketAddr) -> Option<Guest> {
        let guest = self.record.guests.admit(from.ip());
        if guest.is_none()
            && let Some(count) = self.too_many.note(runtime.uptime())
        {
            let door = self.record.kind;
            log::warn!(server:%, door:%, from:%, count; "closed connections of an address that has too many");
        }
        guest
    }
}

/// Handshakes that failed, told apart so that strangers' attempts do not hide a neighbor's.
#[derive(Debug)]
struct Insecure {
    door: DoorKind,
    strangers: RareEvent,
    certificates: RareEvent,
    refused: RareEvent,
}

impl Insecure {
    fn new(door: DoorKind) -> Self {
        let [strangers, certificates, refused] = Default::default();
        Self { door, strangers, certificates, refused }
    }

    fn report(&self, error: &io::Error, from: SocketAddr, now: Duration) {
        let kind = TlsFailure::in_error(error).map_or(FailureKind::Stranger, TlsFailure::kind);
        let (level, event) = match kind {
            FailureKind::Stranger => (Level::Info, &self.strangers),
            FailureKind::Certificate => (Level::Warn, &self.certificates),
            FailureKind::Refused => (Level::Warn, &self.refused),
        };
        if let Some(count) = event.note(now) {
            let door = self.door;
            log::log!(level, door:%, from:%, reason:% = error, count; "a TLS handshake failed");
        }
    }
}

#[cfg(all(test, feature = "sim"))]
mod tests {
    use super::super::security::Admitted;
    use super::*;
    use crate::runtime::sim::{Machine, Sim};
    use crate::runtime::{Clock, Net, Spawn};
    use futures_lite::AsyncReadExt;
    use std::io;

    /// A handshake that hangs for the first connection and succeeds for all others.
    #[derive(Default)]
    struct HangsOnce(std::sync::atomic::AtomicBool);

    impl<S: Stream> Security<S> for HangsOnce {
        type Secured = S;

        async fn secure(&self, stream: S) -> io::Result<Admitted<S>> {
            if !self.0.swap(true, std::sync::atomic::Ordering::Relaxed) {
                std::future::pending::<()>().await;
            }
            Ok(Admitted { stream, certificate: None })
        }
    }

    /// Closes each connection at once.
    struct Closes;

    impl<S: Stream> Service<S> for Closes {
        async fn serve(&self, _stream: S, _visitor: Visitor) {}
    }

    /// Connects, and waits until the door closes the connection; when that was.
    async fn closed_at(client: Machine) -> Duration {
        let mut stream = client.connect("127.0.0.1:12000").await.expect("the door is open");
        let mut rest = Vec::new();
        let _ = stream.read_to_end(&mut rest).await;
        client.uptime()
    }

    /// A client that never finishes its handshake must neither keep its slot nor keep others waiting.
    #[test]
    fn a_handshake_that_hangs_ends_and_holds_nobody_up() {
        let sim = Sim::new(1);
        let (machine, client) = (sim.machine("server"), sim.machine("client"));
        let listener = sim.block_on(machine.listen("127.0.0.1:12000")).expect("it is free");
        let record = DoorRecord::new(DoorKind::Line, listener.local_address(), 2, 2);
        let door = Door::new(
            &machine,
            record,
            Arc::new(Semaphore::new(2)),
            listener,
            HangsOnce::default(),
            Closes,
        );
        let runtime = machine.clone();
        machine.spawn(async move {
            let server = "Alford".parse().expect("the name is legal");
            door.accept(&runtime, &server).await;
        });
        let begin = client.uptime();
        let (one, other) = sim.block_on(futures_lite::future::zip(
            closed_at(client.clone()),
            closed_at(client.clone()),
        ));
        // The simulated network decides which of them comes first.
        let (served, hung) = (one.min(other), one.max(other));
        assert!(served - begin < Duration::from_secs(1), "{served:?}");
        assert!(hung - begin >= HANDSHAKE_TIMEOUT, "{hung:?}");
        assert!(hung - begin < HANDSHAKE_TIMEOUT + Duration::from_secs(1), "{hung:?}");
    }
}
