//! The files that TLS needs: the tables `[tls]` and `[peer_tls]` of a herd.toml.

use serde::Deserialize;
use serde::de::{Deserializer, Error};
use std::path::{Path, PathBuf};

/// How bytes go over a connection.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Transport {
    /// As they are.
    Plain,
    /// Over TLS, from the first byte.
    Tls,
}

/// Whether clients show certificates (`client_auth`).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum ClientAuth {
    /// They are not asked for any (`"no"`, the default).
    #[default]
    No,
    /// Those that have one show it (`"optional"`). A certificate that is not good is refused.
    Optional,
    /// Nobody comes in without one (`"yes"`).
    Yes,
}

/// What the server's doors for clients need to speak TLS: the table `[tls]`.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct TlsConfig {
    /// The server's certificate and those of intermediate authorities, in PEM (`cert_file`).
    pub cert_file: PathBuf,
    /// The private key of that certificate, in PEM (`key_file`).
    pub key_file: PathBuf,
    /// The authorities whose certificates clients show, in PEM (`ca_file`). It is there if and only
    /// if clients are asked for certificates.
    pub ca_file: Option<PathBuf>,
    /// Whether clients show certificates (`client_auth`).
    #[serde(default)]
    pub client_auth: ClientAuth,
}

/// What servers need to speak TLS with each other: the table `[peer_tls]`. Both sides always show
/// certificates, which must hold their names as DNS subject alternative names.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PeerTlsConfig {
    /// The server's certificate and those of intermediate authorities, in PEM (`cert_file`).
    pub cert_file: PathBuf,
    /// The private key of that certificate, in PEM (`key_file`).
    pub key_file: PathBuf,
    /// The authorities whose certificates servers show, in PEM (`ca_file`).
    pub ca_file: PathBuf,
}

impl TlsConfig {
    /// Checks that clients are asked for certificates if and only if it is said whose are trusted.
    ///
    /// # Errors
    /// What is missing or too much.
    pub(super) fn check(&self) -> Result<(), String> {
        match (self.client_auth, &self.ca_file) {
            (ClientAuth::Optional | ClientAuth::Yes, None) => Err(
                "client_auth needs ca_file = \"FILE\": the authorities whose certificates clients show"
                    .to_owned(),
            ),
            (ClientAuth::No, Some(_)) => Err(
                "ca_file has no use while client_auth is \"no\": write client_auth = \"optional\" or \
                 \"yes\", or leave ca_file out"
                    .to_owned(),
            ),
            _ => Ok(()),
        }
    }

    /// Reads a table whose parts fit each other.
    pub(super) fn deserialize_checked<'de, D: Deserializer<'de>>(
        deserializer: D,
    ) -> Result<Option<Self>, D::Error> {
        let config = Self::deserialize(deserializer)?;
        config.check().map_err(D::Error::custom)?;
        Ok(Some(config))
    }

    /// The same with relative paths taken from `folder`.
    pub(super) fn in_folder(self, folder: &Path) -> Self {
        Self {
            cert_file: folder.join(self.cert_file),
            key_file: folder.join(self.key_file),
            ca_file: self.ca_file.map(|file| folder.join(file)),
            client_auth: self.client_auth,
        }
    }
}

impl PeerTlsConfig {
    /// The same with relative paths taken from `folder`.
    pub(super) fn in_folder(self, folder: &Path) -> Self {
        Self {
            cert_file: folder.join(self.cert_file),
            key_file: folder.join(self.key_file),
            ca_file: folder.join(self.ca_file),
        }
    }
}
