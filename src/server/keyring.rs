//! The certificates and keys of one server.

use super::status::CertificateStatus;
use crate::config::{
    ClientAuth, Herd, LinkKind, PeerTlsConfig, ServerConfig, TlsConfig, Transport,
};
use crate::runtime::{Clock, Turns};
use crate::tls::{
    ClientSide, ClientTrust, HostName, Identity, Newest, PeerCertificate, Roots, ServerSide,
    TlsFailure, TlsSetupError, UtcTime,
};
use futures_lite::FutureExt;
use std::sync::Arc;
use std::time::Duration;

/// How often the certificates of connections that are up are judged again, since they may end.
const JUDGED_EVERY: Duration = Duration::from_secs(3600);

/// What a server speaks TLS with, as it was read at one time.
#[derive(Debug)]
pub(super) struct Keys {
    clients: Option<ServerSide>,
    peers: Option<PeerSides>,
}

/// Both sides of TLS between servers, with one certificate.
#[derive(Debug)]
pub(super) struct PeerSides {
    pub(super) accepting: ServerSide,
    pub(super) dialling: ClientSide,
}

/// Whether a certificate that has expired may be used.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Expired {
    /// It may, since there is no other one. It is told.
    Taken,
    /// It may not: there is an older one, which may still be good.
    Refused,
}

impl Keys {
    /// Reads the files that the server `config` of `herd` needs; those of a table that it has no use
    /// for are left alone.
    ///
    /// # Errors
    /// The first file that cannot be used, and what is wrong with it.
    pub(super) fn read<C: Clock>(
        herd: &Herd,
        config: &ServerConfig,
        expired: Expired,
        clock: &C,
    ) -> Result<Self, TlsSetupError> {
        let clients = herd.tls().filter(|_| config.tls_listen().is_some());
        let peers = herd.peer_tls().filter(|_| has_secure_links(herd, config));
        Ok(Self {
            clients: clients.map(|tls| client_door(tls, expired, clock)).transpose()?,
            peers: peers.map(|tls| peer_sides(tls, expired, clock)).transpose()?,
        })
    }
}

/// Whether a server listens for neighbors over TLS, or dials one over TLS.
fn has_secure_links(herd: &Herd, config: &ServerConfig) -> bool {
    let followed = config.neighbors().iter().filter(|other| other.link() == LinkKind::Follow);
    let mut followed = followed.filter_map(|other| herd.server(other.name()));
    config.peer_tls_listen().is_some()
        || followed.any(|other| other.dialled_over() == Transport::Tls)
}

fn client_door<C: Clock>(
    tls: &TlsConfig,
    expired: Expired,
    clock: &C,
) -> Result<ServerSide, TlsSetupError> {
    let identity = Identity::read(&tls.cert_file, &tls.key_file)?;
    if expired == Expired::Refused {
        identity.require_current(&tls.cert_file, clock.now().into())?;
    }
    let roots = tls.ca_file.as_deref().map(Roots::read).transpose()?;
    let trust = match (tls.client_auth, roots) {
        (ClientAuth::Optional, Some(roots)) => ClientTrust::Optional(roots),
        (ClientAuth::Yes, Some(roots)) => ClientTrust::Required(roots),
        (ClientAuth::No, _) | (_, None) => ClientTrust::No,
    };
    Ok(ServerSide::for_clients(&identity, trust, clock)?)
}

fn peer_sides<C: Clock>(
    tls: &PeerTlsConfig,
    expired: Expired,
    clock: &C,
) -> Result<PeerSides, TlsSetupError> {
    let identity = Identity::read(&tls.cert_file, &tls.key_file)?;
    if expired == Expired::Refused {
        identity.require_current(&tls.cert_file, clock.now().into())?;
    }
    let roots = Roots::read(&tls.ca_file)?;
    Ok(PeerSides {
        accepting: ServerSide::for_peers(&identity, roots.clone(), clock)?,
        dialling: ClientSide::new(roots, Some(&identity), clock),
    })
}

/// The newest keys of a server. Each handshake takes them from here.
#[derive(Debug)]
pub(super) struct Keyring {
    clients: Option<Newest<ServerSide>>,
    peers: Option<Newest<PeerSides>>,
    /// The handshakes of all doors take turns.
    pub(super) turns: Turns,
}

impl Keyring {
    pub(super) fn new(keys: Keys) -> Self {
        Self {
            clients: keys.clients.map(Newest::new),
            peers: keys.peers.map(Newest::new),
            turns: Turns::default(),
        }
    }

    /// Uses other keys from now on. What a server did not use when it was started, it does not begin
    /// to use, since that takes doors and links of another kind.
    pub(super) fn replace(&self, keys: Keys) {
        if let (Some(clients), Some(next)) = (&self.clients, keys.clients) {
            clients.replace(next);
        }
        if let (Some(peers), Some(next)) = (&self.peers, keys.peers) {
            peers.replace(next);
        }
    }

    /// Whether these keys are for everything that the server uses keys for.
    pub(super) fn is_covered_by(&self, keys: &Keys) -> bool {
        (self.clients.is_none() || keys.clients.is_some())
            && (self.peers.is_none() || keys.peers.is_some())
    }

    /// What secures the door for clients.
    pub(super) fn for_clients(&self) -> ServerSide {
        let clients = self.clients.as_ref().expect("a server with that door has read its files");
        (*clients.current()).clone()
    }

    /// What secures links.
    pub(super) fn for_peers(&self) -> Arc<PeerSides> {
        self.peers().current()
    }

    fn peers(&self) -> &Newest<PeerSides> {
        self.peers.as_ref().expect("a server with secure links has read their files")
    }

    /// Completes when the certificate of a client is no longer good; at once if it is not now.
    pub(super) async fn client_distrusted<C: Clock>(
        &self,
        certificate: &PeerCertificate,
        clock: &C,
    ) -> TlsFailure {
        let clients = self.clients.as_ref().expect("a server with that door has read its files");
        distrusted(clients, clock, |clients| clients.judge(certificate, clock)).await
    }

    /// Completes when the certificate of a neighbor that dialled is no longer good; at once if it is
    /// not now.
    pub(super) async fn follower_distrusted<C: Clock>(
        &self,
        certificate: &PeerCertificate,
        clock: &C,
    ) -> TlsFailure {
        distrusted(self.peers(), clock, |peers| peers.accepting.judge(certificate, clock)).await
    }

    /// Completes when the certificate of the neighbor `name`, which was dialled, is no longer good;
    /// at once if it is not now.
    pub(super) async fn dialled_distrusted<C: Clock>(
        &self,
        certificate: &PeerCertificate,
        name: &HostName,
        clock: &C,
    ) -> TlsFailure {
        let judge = |peers: &PeerSides| peers.dialling.judge(certificate, name, clock);
        distrusted(self.peers(), clock, judge).await
    }

    /// When the certificates end.
    pub(super) fn status(&self) -> CertificateStatus {
        let expires = |side: &ServerSide| -> UtcTime { side.expires() };
        CertificateStatus {
            clients: self.clients.as_ref().map(|clients| expires(&clients.current())),
            peers: self.peers.as_ref().map(|peers| expires(&peers.current().accepting)),
        }
    }
}

/// Judges a certificate now, after each replacement and once an hour, until it is refused.
async fn distrusted<T, C: Clock>(
    newest: &Newest<T>,
    clock: &C,
    judge: impl Fn(&T) -> Result<(), TlsFailure>,
) -> TlsFailure {
    loop {
        // Listen before looking: a replacement in between is then not missed.
        let replaced = newest.replaced();
        if let Err(failure) = judge(&newest.current()) {
            return failure;
        }
        replaced.or(clock.sleep(JUDGED_EVERY)).await;
    }
}
