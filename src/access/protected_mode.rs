//! Where a server may listen although nobody has to prove who they are.
//!
//! A server that answers everybody belongs on the loopback interface, or behind a firewall that its
//! operator has thought of. Protected mode refuses to start one that listens elsewhere, until the
//! operator has said who may come in, or that everybody may.

use std::fmt;
use std::net::SocketAddr;

/// Whether a server refuses to listen beyond its own machine for people who prove nothing.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum ProtectedMode {
    /// It refuses.
    #[default]
    On,
    /// It listens wherever it is told to: something else keeps strangers away.
    Off,
}

/// Who comes in through a door.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Side {
    /// Clients.
    Clients,
    /// Other servers of the herd.
    Neighbors,
}

/// What those who come in through a door must show.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Proof {
    /// Nothing.
    Nothing,
    /// A token that an access.toml knows.
    Token,
    /// A certificate.
    Certificate,
}

/// A door of a server, as far as protected mode cares.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Entrance {
    /// Who comes in.
    pub side: Side,
    /// Where it listens.
    pub address: SocketAddr,
    /// What they must show.
    pub proof: Proof,
}

impl Entrance {
    /// Whether strangers could come in: another machine can dial it, and it asks for no proof.
    pub fn is_exposed(&self) -> bool {
        self.proof == Proof::Nothing && !self.address.ip().to_canonical().is_loopback()
    }
}

/// Looks for a door that is open to strangers.
///
/// # Errors
/// The first such door, unless protected mode is off.
pub fn check(mode: ProtectedMode, entrances: &[Entrance]) -> Result<(), Exposed> {
    match mode {
        ProtectedMode::Off => Ok(()),
        ProtectedMode::On => match entrances.iter().find(|entrance| entrance.is_exposed()) {
            Some(entrance) => Err(Exposed(*entrance)),
            None => Ok(()),
        },
    }
}

/// A server would be open to strangers. The text says what to set.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Exposed(pub Entrance);

impl fmt::Display for Exposed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let address = self.0.address;
        match self.0.side {
            Side::Clients => write!(
                f,
                "protected mode: anybody who can dial {address} could tell and ask everything. Add \
                 [access] with file = \"access.toml\" for tokens, or [tls] with client_auth = \
                 \"yes\" for certificates, or listen on 127.0.0.1; protected_mode = false at the \
                 top of herd.toml lets everybody in"
            ),
            Side::Neighbors => write!(
                f,
                "protected mode: anybody who can dial {address} could follow this server as one of \
                 its neighbors. Add [peer_tls], or set peer_listen to 127.0.0.1; protected_mode = \
                 false at the top of herd.toml lets everybody in"
            ),
        }
    }
}

impl std::error::Error for Exposed {}

#[cfg(test)]
mod tests {
    use super::*;

    fn entrance(side: Side, address: &str, proof: Proof) -> Entrance {
        let address = address.parse().expect("the test's addresses are good");
        Entrance { side, address, proof }
    }

    /// Everything that another machine can dial is beyond loopback, wildcards too.
    #[test]
    fn only_loopback_is_safe_without_proof() {
        for (address, is_exposed) in [
            ("127.0.0.1:12000", false),
            ("127.9.9.9:1", false),
            ("[::1]:12000", false),
            ("[::ffff:127.0.0.1]:12000", false),
            ("0.0.0.0:12000", true),
            ("[::]:12000", true),
            ("10.0.0.1:12000", true),
            ("[fe80::1]:12000", true),
            ("[::ffff:10.0.0.1]:12000", true),
        ] {
            for side in [Side::Clients, Side::Neighbors] {
                let open = entrance(side, address, Proof::Nothing);
                let expected = if is_exposed { Err(Exposed(open)) } else { Ok(()) };
                assert_eq!(check(ProtectedMode::On, &[open]), expected, "{address}");
                assert_eq!(check(ProtectedMode::Off, &[open]), Ok(()));
                for proof in [Proof::Token, Proof::Certificate] {
                    assert_eq!(check(ProtectedMode::On, &[entrance(side, address, proof)]), Ok(()));
                }
            }
        }
    }

    /// A safe door must not hide one that is not.
    #[test]
    fn each_door_counts_for_itself() {
        let clients = entrance(Side::Clients, "0.0.0.0:12000", Proof::Token);
        let peers = entrance(Side::Neighbors, "0.0.0.0:22000", Proof::Nothing);
        let exposed = Exposed(peers);
        assert_eq!(check(ProtectedMode::On, &[clients, peers]), Err(exposed));
        assert_eq!(
            exposed.to_string(),
            "protected mode: anybody who can dial 0.0.0.0:22000 could follow this server as one of \
             its neighbors. Add [peer_tls], or set peer_listen to 127.0.0.1; protected_mode = false \
             at the top of herd.toml lets everybody in"
        );
        let exposed = Exposed(entrance(Side::Clients, "[::]:1", Proof::Nothing));
        assert_eq!(
            exposed.to_string(),
            "protected mode: anybody who can dial [::]:1 could tell and ask everything. Add [access] \
             with file = \"access.toml\" for tokens, or [tls] with client_auth = \"yes\" for \
             certificates, or listen on 127.0.0.1; protected_mode = false at the top of herd.toml \
             lets everybody in"
        );
    }
}
