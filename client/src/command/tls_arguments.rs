//! The arguments that say how a connection is secured.

use super::failure::Failure;
use herd::config::Transport;
use herd::runtime::AsyncStd;
use herd::tls::{ClientSide, Identity, Roots, TlsFileError};
use herd_client::Destination;
use std::path::PathBuf;
use structopt::StructOpt;

// Arguments of every subcommand that talks with servers.
#[derive(Debug, StructOpt)]
pub(crate) struct TlsArguments {
    /// Speaks TLS with the server, whose certificate must be for its host
    #[structopt(long)]
    tls: bool,
    /// The authorities whose certificates are trusted, in PEM [default: those that the
    /// platform trusts]
    #[structopt(long, value_name = "FILE", parse(from_os_str))]
    ca: Option<PathBuf>,
    /// The certificate to show to a server that asks for one, in PEM
    #[structopt(long, value_name = "FILE", requires = "key", parse(from_os_str))]
    cert: Option<PathBuf>,
    /// The private key of that certificate, in PEM
    #[structopt(long, value_name = "FILE", requires = "cert", parse(from_os_str))]
    key: Option<PathBuf>,
}

impl TlsArguments {
    /// Whether `--tls` is there.
    pub(crate) fn transport(&self) -> Transport {
        if self.tls { Transport::Tls } else { Transport::Plain }
    }

    /// Checks that files for TLS are not given for a connection without it: whoever gives them does
    /// not mean to speak in the clear.
    pub(crate) fn check_use(&self, server: &Destination) -> Result<(), Failure> {
        let given = self.ca.is_some() || self.cert.is_some();
        if given && server.transport() == Transport::Plain {
            return Err(Failure::Usage(format!(
                "--ca and --cert are for TLS, which {server} would not be spoken to with: write \
                 --tls, or name the server as tls://HOST:PORT"
            )));
        }
        Ok(())
    }

    /// What secures connections over TLS.
    pub(crate) fn side(&self) -> Result<ClientSide, Failure> {
        let usage = |error: TlsFileError| Failure::Usage(error.to_string());
        let roots = match &self.ca {
            Some(file) => Roots::read(file).map_err(usage)?,
            None => Roots::platform(),
        };
        let own = match (&self.cert, &self.key) {
            (Some(cert), Some(key)) => Some(Identity::read(cert, key).map_err(usage)?),
            _ => None,
        };
        Ok(ClientSide::new(roots, own.as_ref(), &AsyncStd::new()))
    }
}
