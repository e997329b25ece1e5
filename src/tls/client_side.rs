//! The side of a connection that dials.

use super::failure::TlsFailure;
use super::handshake::shake_hands;
use super::host_name::HostName;
use super::identity::Identity;
use super::peer_certificate::PeerCertificate;
use super::provider::{WallClock, provider, unix_time};
use super::roots::Roots;
use super::secured::Secured;
use crate::runtime::{Clock, Turns};
use futures_lite::{AsyncRead, AsyncWrite};
use rustls::client::WebPkiServerVerifier;
use rustls::client::danger::ServerCertVerifier;
use rustls::sign::SingleCertAndKey;
use rustls::{ClientConfig, ClientConnection};
use std::fmt;
use std::io;
use std::sync::Arc;

/// What secures connections to others: TLS 1.2 and 1.3. The certificate of the other side is always
/// verified. Clones share everything.
#[derive(Clone)]
pub struct ClientSide {
    config: Arc<ClientConfig>,
    /// Judges certificates of servers again; None if no authority is trusted.
    servers: Option<Arc<dyn ServerCertVerifier>>,
}

impl ClientSide {
    /// Trusts servers with certificates of `roots`, judged by the time of `clock`, and shows
    /// `identity` to those that ask for a certificate.
    pub fn new<C: Clock>(roots: Roots, identity: Option<&Identity>, clock: &C) -> Self {
        let roots = Arc::new(roots.into_store());
        let servers = WebPkiServerVerifier::builder_with_provider(Arc::clone(&roots), provider());
        let servers = servers.build().ok().map(|servers| servers as Arc<dyn ServerCertVerifier>);
        let clock = Arc::new(WallClock(clock.clone()));
        let builder = ClientConfig::builder_with_details(provider(), clock)
            .with_safe_default_protocol_versions()
            .expect("ring has the cipher suites of TLS 1.2 and 1.3")
            .with_root_certificates(roots);
        let config = match identity {
            None => builder.with_no_client_auth(),
            Some(identity) => {
                let identified = SingleCertAndKey::from(Arc::clone(&identity.key));
                builder.with_client_cert_resolver(Arc::new(identified))
            }
        };
        Self { config: Arc::new(config), servers }
    }

    /// Secures a connection to `host`, whose certificate must be for that name. The caller sets the
    /// deadline.
    ///
    /// # Errors
    /// When the other side is refused, refuses, or is gone. The error holds a [`TlsFailure`] unless
    /// the connection below failed.
    pub async fn connect<S, C>(
        &self,
        host: &HostName,
        stream: S,
        clock: &C,
    ) -> io::Result<Secured<S>>
    where
        S: AsyncRead + AsyncWrite + Unpin,
        C: Clock,
    {
        let mut secured = Secured::new(stream, self.begin(host)?);
        shake_hands(&mut secured, &Turns::default(), clock).await?;
        Ok(secured)
    }

    /// Begins a connection to `host` for a program that moves the bytes itself.
    ///
    /// # Errors
    /// When the system has no random numbers.
    pub fn begin(&self, host: &HostName) -> io::Result<ClientConnection> {
        let session =
            ClientConnection::new(Arc::clone(&self.config), host.as_server_name().clone());
        session.map_err(io::Error::other)
    }

    /// Judges the certificate of the server `host` again: time has passed, or other authorities are
    /// trusted by now.
    ///
    /// # Errors
    /// Why it is no longer good.
    pub fn judge<C: Clock>(
        &self,
        certificate: &PeerCertificate,
        host: &HostName,
        clock: &C,
    ) -> Result<(), TlsFailure> {
        let servers = self.servers.as_ref().ok_or(TlsFailure::UnknownAuthority)?;
        let (own, others) = certificate.parts();
        let name = host.as_server_name();
        servers.verify_server_cert(own, others, name, &[], unix_time(clock))?;
        Ok(())
    }
}

impl fmt::Debug for ClientSide {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ClientSide").finish_non_exhaustive()
    }
}
