//! Why a connection is not secure.

use super::utc_time::UtcTime;
use rustls::pki_types::UnixTime;
use rustls::{AlertDescription, CertificateError, Error, InvalidMessage};
use std::fmt;
use std::io;

/// The longest text of the other side's that is shown, in bytes: a name of its certificate.
const NAME_BYTES_SHOWN: usize = 64;

/// How many names of a certificate are shown.
const NAMES_SHOWN: usize = 4;

/// Why the other side of a connection is refused, or why it refuses this one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum TlsFailure {
    /// What came is no TLS.
    NotTls,
    /// The other side has no certificate, and needs one.
    NoCertificate,
    /// Its certificate has expired; when, if that is known.
    Expired(Option<UtcTime>),
    /// Its certificate is not valid yet.
    NotValidYet,
    /// Its certificate does not lead to a trusted authority.
    UnknownAuthority,
    /// Its certificate is for other names.
    WrongName {
        /// The name that was asked for.
        wanted: String,
        /// The names that it is for.
        names: Vec<String>,
    },
    /// Its certificate may not be used on that side of a connection.
    WrongUse,
    /// Its certificate cannot be read, or is refused for another reason.
    BadCertificate(String),
    /// The other side refuses the certificate of this side; the text says why.
    Refused(&'static str),
    /// The other side wants a certificate from this one.
    CertificateWanted,
    /// The other side ended the connection before it was secure.
    Ended,
    /// The connection ended and the other side had not said so in TLS: bytes may be missing.
    CutOff,
    /// The two sides do not speak a common version of TLS, or the connection was tampered with.
    Other(String),
}

/// The kinds of failures that events are told apart by.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum FailureKind {
    /// No TLS was spoken, or the other side left: anybody can cause that.
    Stranger,
    /// There is no certificate, or it is refused on this side.
    Certificate,
    /// The other side refuses the certificate of this side.
    Refused,
}

impl TlsFailure {
    /// The kind that it is of.
    pub fn kind(&self) -> FailureKind {
        match self {
            Self::NotTls | Self::Ended | Self::CutOff | Self::Other(_) => FailureKind::Stranger,
            Self::NoCertificate
            | Self::Expired(_)
            | Self::NotValidYet
            | Self::UnknownAuthority
            | Self::WrongName { .. }
            | Self::WrongUse
            | Self::BadCertificate(_) => FailureKind::Certificate,
            Self::Refused(_) | Self::CertificateWanted => FailureKind::Refused,
        }
    }

    /// The failure in an error of a secured stream, if it is one.
    pub fn in_error(error: &io::Error) -> Option<&Self> {
        error.get_ref()?.downcast_ref()
    }
}

impl From<Error> for TlsFailure {
    fn from(error: Error) -> Self {
        match error {
            Error::InvalidMessage(
                InvalidMessage::InvalidContentType | InvalidMessage::UnknownProtocolVersion,
            ) => Self::NotTls,
            Error::NoCertificatesPresented => Self::NoCertificate,
            Error::InvalidCertificate(error) => Self::of_certificate(error),
            Error::AlertReceived(alert) => Self::of_alert(alert),
            other => Self::Other(other.to_string()),
        }
    }
}

impl TlsFailure {
    fn of_certificate(error: CertificateError) -> Self {
        match error {
            CertificateError::Expired => Self::Expired(None),
            CertificateError::ExpiredContext { not_after, .. } => {
                Self::Expired(Some(utc_time(not_after)))
            }
            CertificateError::NotValidYet | CertificateError::NotValidYetContext { .. } => {
                Self::NotValidYet
            }
            // Another authority of the same name has another key.
            CertificateError::UnknownIssuer | CertificateError::BadSignature => {
                Self::UnknownAuthority
            }
            CertificateError::NotValidForNameContext { expected, presented } => Self::WrongName {
                wanted: expected.to_str().into_owned(),
                names: presented.iter().map(|name| bare_name(name)).collect(),
            },
            CertificateError::InvalidPurpose | CertificateError::InvalidPurposeContext { .. } => {
                Self::WrongUse
            }
            other => Self::BadCertificate(other.to_string()),
        }
    }

    fn of_alert(alert: AlertDescription) -> Self {
        match alert {
            AlertDescription::CertificateExpired => Self::Refused("it has expired there"),
            AlertDescription::UnknownCA | AlertDescription::DecryptError => {
                Self::Refused("its authority is not trusted there")
            }
            AlertDescription::BadCertificate => {
                Self::Refused("it is not for the name wanted there")
            }
            AlertDescription::UnsupportedCertificate => {
                Self::Refused("it may not be used on this side of a connection")
            }
            AlertDescription::CertificateRevoked
            | AlertDescription::CertificateUnknown
            | AlertDescription::AccessDenied => Self::Refused("no reason was given"),
            AlertDescription::CertificateRequired => Self::CertificateWanted,
            other => Self::Other(format!("the other side sent the alert {other:?}")),
        }
    }
}

/// rustls shows a name as `DnsName("a.test")`.
fn bare_name(name: &str) -> String {
    let inner = name.split_once('(').map_or(name, |(_, rest)| rest.trim_end_matches(')'));
    inner.trim_matches('"').to_owned()
}

fn utc_time(time: UnixTime) -> UtcTime {
    UtcTime::from_unix_seconds(i64::try_from(time.as_secs()).unwrap_or(i64::MAX))
}

impl fmt::Display for TlsFailure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NotTls => f.write_str("the other side does not speak TLS"),
            Self::NoCertificate => f.write_str("the other side has no certificate"),
            Self::Expired(Some(end)) => write!(f, "its certificate expired on {end}"),
            Self::Expired(None) => f.write_str("its certificate has expired"),
            Self::NotValidYet => f.write_str("its certificate is not valid yet"),
            Self::UnknownAuthority => {
                f.write_str("its certificate is not signed by a trusted authority")
            }
            Self::WrongName { wanted, names } => {
                write!(f, "its certificate is not for {wanted}, but for {}", shown(names))
            }
            Self::WrongUse => f.write_str(
                "its certificate may not be used on that side of a connection (extended key usage)",
            ),
            Self::BadCertificate(why) => write!(f, "its certificate is refused: {why}"),
            Self::Refused(why) => write!(f, "the other side refuses our certificate: {why}"),
            Self::CertificateWanted => f.write_str("the other side wants a certificate from us"),
            Self::Ended => f.write_str("the connection ended during the TLS handshake"),
            Self::CutOff => f.write_str("the connection was cut off"),
            Self::Other(why) => f.write_str(why),
        }
    }
}

/// Names out of a certificate, without what could fill or harm a log.
fn shown(names: &[String]) -> String {
    if names.is_empty() {
        return "no name".to_owned();
    }
    let clean = |name: &String| -> String {
        name.chars().filter(|c| c.is_ascii_graphic()).take(NAME_BYTES_SHOWN).collect()
    };
    let mut texts: Vec<String> = names.iter().take(NAMES_SHOWN).map(clean).collect();
    if names.len() > NAMES_SHOWN {
        texts.push("others".to_owned());
    }
    texts.join(", ")
}

impl std::error::Error for TlsFailure {}

impl From<TlsFailure> for io::Error {
    fn from(failure: TlsFailure) -> Self {
        let kind = match failure {
            TlsFailure::Ended | TlsFailure::CutOff => io::ErrorKind::UnexpectedEof,
            _ => io::ErrorKind::InvalidData,
        };
        io::Error::new(kind, failure)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// An operator must see from the event what to do: a new certificate, another name, another
    /// authority.
    #[test]
    fn each_failure_is_told_in_words() {
        let text = |failure: TlsFailure| failure.to_string();
        let names = |names: &[&str]| names.iter().map(|&name| name.to_owned()).collect();
        let wrong = |known: &[&str]| {
            text(TlsFailure::WrongName { wanted: "Ball".to_owned(), names: names(known) })
        };
        assert_eq!(wrong(&["Alford"]), "its certificate is not for Ball, but for Alford");
        assert_eq!(wrong(&[]), "its certificate is not for Ball, but for no name");
        assert_eq!(
            wrong(&["a", "b", "c\n\u{1b}[2J", "d", "e"]),
            "its certificate is not for Ball, but for a, b, c[2J, d, others"
        );
        let expired = TlsFailure::Expired(Some(UtcTime::from_unix_seconds(0)));
        assert_eq!(text(expired), "its certificate expired on 1970-01-01T00:00:00Z");
    }

    #[test]
    fn the_names_in_errors_of_rustls_are_shown_bare() {
        assert_eq!(bare_name("DnsName(\"a.test\")"), "a.test");
        assert_eq!(bare_name("IpAddress(127.0.0.1)"), "127.0.0.1");
        assert_eq!(bare_name("a.test"), "a.test");
    }
}
