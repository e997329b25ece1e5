//! The side of a connection that is dialled.

use super::failure::TlsFailure;
use super::handshake::shake_hands;
use super::identity::Identity;
use super::peer_certificate::PeerCertificate;
use super::provider::{WallClock, provider, unix_time};
use super::roots::Roots;
use super::secured::Secured;
use super::utc_time::UtcTime;
use crate::runtime::{Clock, Turns};
use futures_lite::{AsyncRead, AsyncWrite};
use rustls::crypto::ring::Ticketer;
use rustls::server::danger::ClientCertVerifier;
use rustls::server::{NoServerSessionStorage, WebPkiClientVerifier};
use rustls::sign::SingleCertAndKey;
use rustls::{ServerConfig, ServerConnection};
use std::fmt;
use std::io;
use std::sync::Arc;

/// Whether clients show certificates, and which are trusted.
#[derive(Clone, Debug)]
pub enum ClientTrust {
    /// They are not asked for any.
    No,
    /// Those that have one show it; it must be one of these authorities'.
    Optional(Roots),
    /// Nobody comes in without a certificate of these authorities.
    Required(Roots),
}

/// Whether a client may go on with the secrets of an earlier connection.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Resumption {
    /// It may, which saves both sides most of a handshake.
    Tickets,
    /// It may not: each connection shows its certificates.
    Never,
}

/// What secures connections that come in: TLS 1.2 and 1.3. Clones share everything.
#[derive(Clone)]
pub struct ServerSide {
    config: Arc<ServerConfig>,
    /// Judges certificates of clients; None if they show none.
    clients: Option<Arc<dyn ClientCertVerifier>>,
    expires: UtcTime,
}

impl ServerSide {
    /// Shows `identity` to clients, asks them for certificates as `clients` says, and judges those
    /// by the time of `clock`.
    ///
    /// # Errors
    /// When the system has no random numbers.
    fn build<C: Clock>(
        identity: &Identity,
        clients: ClientTrust,
        resumption: Resumption,
        clock: &C,
    ) -> io::Result<Self> {
        let clients = verifier(clients)?;
        let clock = Arc::new(WallClock(clock.clone()));
        let builder = ServerConfig::builder_with_details(provider(), clock)
            .with_safe_default_protocol_versions()
            .expect("ring has the cipher suites of TLS 1.2 and 1.3");
        let builder = match &clients {
            None => builder.with_no_client_auth(),
            Some(clients) => builder.with_client_cert_verifier(Arc::clone(clients)),
        };
        let identified = SingleCertAndKey::from(Arc::clone(&identity.key));
        let mut config = builder.with_cert_resolver(Arc::new(identified));
        match resumption {
            // The secrets are in the tickets, so they take no memory here.
            Resumption::Tickets => config.ticketer = Ticketer::new().map_err(io::Error::other)?,
            Resumption::Never => {
                config.session_storage = Arc::new(NoServerSessionStorage {});
                config.send_tls13_tickets = 0;
            }
        }
        Ok(Self { config: Arc::new(config), clients, expires: identity.expires() })
    }

    /// A door for clients, which may resume earlier connections. A value made later has other
    /// tickets, so nothing is resumed from one to the next.
    ///
    /// # Errors
    /// When the system has no random numbers.
    pub fn for_clients<C: Clock>(
        identity: &Identity,
        clients: ClientTrust,
        clock: &C,
    ) -> io::Result<Self> {
        Self::build(identity, clients, Resumption::Tickets, clock)
    }

    /// A door for other servers. All of them show certificates of `roots`, each time.
    ///
    /// # Errors
    /// When the system has no random numbers.
    pub fn for_peers<C: Clock>(identity: &Identity, roots: Roots, clock: &C) -> io::Result<Self> {
        Self::build(identity, ClientTrust::Required(roots), Resumption::Never, clock)
    }

    /// The last second in which its own certificate is valid.
    pub fn expires(&self) -> UtcTime {
        self.expires
    }

    /// Secures a connection that came in. The caller sets the deadline.
    ///
    /// # Errors
    /// When the other side is refused, refuses, or is gone. The error holds a [`TlsFailure`] unless
    /// the connection below failed.
    pub async fn accept<S, C>(&self, stream: S, clock: &C) -> io::Result<Secured<S>>
    where
        S: AsyncRead + AsyncWrite + Unpin,
        C: Clock,
    {
        self.accept_in_turn(stream, &Turns::default(), clock).await
    }

    /// The same, where the steps of all handshakes that share `turns` take turns.
    pub(crate) async fn accept_in_turn<S, C>(
        &self,
        stream: S,
        turns: &Turns,
        clock: &C,
    ) -> io::Result<Secured<S>>
    where
        S: AsyncRead + AsyncWrite + Unpin,
        C: Clock,
    {
        let session = ServerConnection::new(Arc::clone(&self.config)).map_err(io::Error::other)?;
        let mut secured = Secured::new(stream, session);
        shake_hands(&mut secured, turns, clock).await?;
        Ok(secured)
    }

    /// Judges the certificate of a client again: time has passed, or other authorities are trusted
    /// by now.
    ///
    /// # Errors
    /// Why it is no longer good.
    pub fn judge<C: Clock>(
        &self,
        certificate: &PeerCertificate,
        clock: &C,
    ) -> Result<(), TlsFailure> {
        let clients = self.clients.as_ref().ok_or(TlsFailure::UnknownAuthority)?;
        let (own, others) = certificate.parts();
        clients.verify_client_cert(own, others, unix_time(clock))?;
        Ok(())
    }
}

fn verifier(clients: ClientTrust) -> io::Result<Option<Arc<dyn ClientCertVerifier>>> {
    let builder = |roots: Roots| {
        WebPkiClientVerifier::builder_with_provider(Arc::new(roots.into_store()), provider())
    };
    let builder = match clients {
        ClientTrust::No => return Ok(None),
        ClientTrust::Optional(roots) => builder(roots).allow_unauthenticated(),
        ClientTrust::Required(roots) => builder(roots),
    };
    Ok(Some(builder.build().map_err(io::Error::other)?))
}

impl fmt::Debug for ServerSide {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "ServerSide(until {})", self.expires)
    }
}
