//! Who may tell and ask what.

use super::credential::Credential;
use crate::protocol::ClientId;

/// Decides what a credential is good for. Every request comes past here.
pub trait Gate: Send + Sync + 'static {
    /// Whether it may tell the position of `client`.
    fn may_tell(&self, credential: &Credential, client: ClientId<'_>) -> Verdict;

    /// Whether it may ask where clients are.
    fn may_ask(&self, credential: &Credential) -> Verdict;
}

/// What a [`Gate`] says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// It may.
    Allowed,
    /// It may not; another credential may.
    Refused,
}

/// Everybody may do everything.
#[derive(Clone, Copy, Debug, Default)]
pub struct Open;

impl Gate for Open {
    fn may_tell(&self, _credential: &Credential, _client: ClientId<'_>) -> Verdict {
        Verdict::Allowed
    }

    fn may_ask(&self, _credential: &Credential) -> Verdict {
        Verdict::Allowed
    }
}
