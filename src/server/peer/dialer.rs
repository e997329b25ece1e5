//! Keeping a link to a neighbor, however often it breaks.

use super::backoff::{Backoff, LONGEST};
use super::conversation::Conversation;
use super::follower::Follower;
use super::link_end::LinkEnd;
use super::neighbor::Neighbor;
use super::peer_link::PeerLink;
use super::pusher::Pusher;
use crate::config::{Address, LinkKind, Transport};
use crate::runtime::{self, Runtime, Stream};
use crate::server::core::Core;
use crate::server::tasks::Tasks;
use crate::tls::{HostName, Secured, TlsFailure};
use futures_lite::FutureExt;
use std::future::Future;
use std::io;
use std::sync::Arc;
use std::time::Duration;

/// The longest that dialling a neighbor may take.
const DIAL_TIMEOUT: Duration = Duration::from_secs(3);

/// If a link lasted at least this long before it broke, the neighbor is dialled again at once.
const STEADY: Duration = Duration::from_millis(400);

/// The wait after this server has dialled itself: only a change in the configuration or in the
/// network helps.
const ONESELF_WAIT: Duration = Duration::from_secs(30);

/// Starts a task for each neighbor, which dials it until the server stops.
pub(in crate::server) fn dial_all<R: Runtime>(runtime: &R, core: &Arc<Core<R>>, links: &Tasks) {
    for neighbor in core.neighbors.iter() {
        warn_of_address(core, neighbor);
        let dialer = Dialer {
            runtime: runtime.clone(),
            core: Arc::clone(core),
            neighbor: Arc::clone(neighbor),
            backoff: Backoff::default(),
        };
        let at_work = links.begin();
        runtime.spawn(async move {
            dialer.run().await;
            drop(at_work);
        });
    }
}

/// Warns of a neighbor's address that cannot be dialled from another machine.
fn warn_of_address<R: Runtime>(core: &Core<R>, neighbor: &Neighbor) {
    let Ok(address) = neighbor.address().parse::<Address>() else { return };
    let own_is_loopback = core.advertised.parse().is_ok_and(|own: Address| own.is_loopback());
    let kind = if address.is_wildcard() {
        "a wildcard"
    } else if address.is_loopback() && !own_is_loopback {
        "a loopback address"
    } else {
        return;
    };
    let (server, name) = (&core.name, &neighbor.name);
    log::warn!(server:%, neighbor:% = name, address:%; "the address of {name} is {kind}, which other machines cannot dial: write advertise = \"HOST:PORT\" in [servers.{name}]");
}

/// Dials one neighbor, again and again.
struct Dialer<R: Runtime> {
    runtime: R,
    core: Arc<Core<R>>,
    neighbor: Arc<Neighbor>,
    backoff: Backoff,
}

impl<R: Runtime> Dialer<R> {
    async fn run(self) {
        let (core, neighbor) = (Arc::clone(&self.core), Arc::clone(&self.neighbor));
        match neighbor.kind {
            LinkKind::Follow => self.keep_talking(Follower::new(core, neighbor)).await,
            LinkKind::Push => self.keep_talking(Pusher::new(core, neighbor)).await,
        }
    }

    async fn keep_talking<C: Conversation<R>>(mut self, mut conversation: C) {
        let mut early = Duration::ZERO;
        while !self.core.stop.is_requested() {
            // Listen before dialling: a neighbor that comes in meanwhile is worth another attempt.
            let sign_of_life = self.neighbor.sign_of_life();
            let begin = self.runtime.uptime();
            let (end, was_gained) = self.dial_and_talk(&mut conversation).await;
            if matches!(end, LinkEnd::Stopped | LinkEnd::Journal(_)) {
                return;
            }
            if was_gained && self.runtime.uptime() - begin > STEADY {
                self.backoff.reset();
            }
            self.neighbor.namesakes().note_silence(self.runtime.uptime());
            self.report(&end, was_gained);
            let wait = match end {
                LinkEnd::Oneself => ONESELF_WAIT,
                _ => self.backoff.wait(&self.runtime),
            };
            let woken = async {
                sign_of_life.await;
                // Anybody can send signs of life, so they shorten a wait only now and then.
                let due = early + LONGEST;
                self.runtime.sleep(due.saturating_sub(self.runtime.uptime())).await;
                early = self.runtime.uptime();
            };
            self.runtime.sleep(wait).or(woken).or(self.core.stop.requested()).await;
        }
    }

    /// One link from its beginning to its end, and whether the conversation worked in between.
    async fn dial_and_talk<C: Conversation<R>>(&self, conversation: &mut C) -> (LinkEnd, bool) {
        let address = self.neighbor.address();
        match self.neighbor.transport {
            Transport::Plain => match self.dialled(self.runtime.connect(&address)).await {
                Ok(stream) => self.talk(stream, &address, conversation).await,
                Err(end) => (end, false),
            },
            Transport::Tls => match self.dialled(self.connect_securely(&address)).await {
                Ok(stream) => self.talk_securely(stream, &address, conversation).await,
                Err(end) => (end, false),
            },
        }
    }

    /// What dialling comes to, unless it takes too long or the server stops.
    async fn dialled<S>(
        &self,
        dialling: impl Future<Output = io::Result<S>>,
    ) -> Result<S, LinkEnd> {
        let dialled = runtime::timeout(&self.runtime, DIAL_TIMEOUT, dialling);
        let stopped = async {
            self.core.stop.requested().await;
            Some(Err(io::ErrorKind::Interrupted.into()))
        };
        match dialled.or(stopped).await {
            Some(Ok(stream)) => Ok(stream),
            Some(Err(error)) => Err(LinkEnd::Failed(error)),
            None => Err(LinkEnd::Silent),
        }
    }

    /// Connects to the neighbor, which has to prove its name, and proves this server's.
    async fn connect_securely(&self, address: &str) -> io::Result<Secured<R::Stream>> {
        let name = self.certified_name()?;
        let stream = self.runtime.connect(address).await?;
        let peers = self.core.keyring.for_peers();
        peers.dialling.connect(&name, stream, &self.runtime).await
    }

    /// The neighbor's name, as its certificate must have it.
    fn certified_name(&self) -> io::Result<HostName> {
        self.neighbor.name.as_str().parse().map_err(io::Error::other)
    }

    async fn talk<C: Conversation<R>, S: Stream>(
        &self,
        stream: S,
        address: &String,
        conversation: &mut C,
    ) -> (LinkEnd, bool) {
        let mut link = PeerLink::new(Arc::clone(&self.core), stream, C::PURPOSE, address);
        let end = conversation.talk(&mut link).await;
        (end, link.was_gained())
    }

    /// Talks until the link ends or the neighbor's certificate is no longer good.
    async fn talk_securely<C: Conversation<R>>(
        &self,
        stream: Secured<R::Stream>,
        address: &String,
        conversation: &mut C,
    ) -> (LinkEnd, bool) {
        let (keyring, certificate) = (&self.core.keyring, stream.peer_certificate());
        let distrusted = async {
            let Some(certificate) = &certificate else {
                return LinkEnd::Distrusted(TlsFailure::NoCertificate);
            };
            match self.certified_name() {
                Ok(name) => LinkEnd::Distrusted(
                    keyring.dialled_distrusted(certificate, &name, &self.runtime).await,
                ),
                Err(error) => LinkEnd::Failed(error),
            }
        };
        let mut link = PeerLink::new(Arc::clone(&self.core), stream, C::PURPOSE, address);
        let end = distrusted.or(conversation.talk(&mut link)).await;
        (end, link.was_gained())
    }

    /// Logs each change of reason once: a neighbor that is down for a day causes one event.
    fn report(&self, end: &LinkEnd, was_gained: bool) {
        let reason_is_new = self.neighbor.outbound.note_down(end);
        let (server, neighbor) = (&self.core.name, &self.neighbor.name);
        let address = self.neighbor.address();
        if matches!(end, LinkEnd::AsksAgain) {
            log::info!(server:%, neighbor:%, address:%; "asking a neighbor again for lines that came too early");
        } else if was_gained || reason_is_new {
            log::warn!(server:%, neighbor:%, address:%, reason:% = end; "no link to a neighbor");
        }
    }
}
