//! How a conversation ends.

use std::time::Duration;

/// How long after an AUTH that is not good the client is told so. It keeps whoever guesses from
/// guessing often.
const AUTH_REFUSED_AFTER: Duration = Duration::from_secs(1);

/// How a conversation ends: the client hangs up, unless the server has a reason to do it first.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) enum Ending {
    /// The client hangs up.
    #[default]
    ByClient,
    /// The server hangs up, once everything is said.
    ByServer,
    /// The server hangs up, after it has said that an AUTH is not good, at this uptime.
    AuthRefused(Duration),
}

impl Ending {
    /// The server takes nothing more from the client.
    pub(super) fn note_by_server(&mut self) {
        if *self == Ending::ByClient {
            *self = Ending::ByServer;
        }
    }

    /// An AUTH that came at the uptime `now` is not good.
    pub(super) fn refuse_auth(&mut self, now: Duration) {
        *self = Ending::AuthRefused(now + AUTH_REFUSED_AFTER);
    }

    /// The client was told that its AUTH is not good.
    pub(super) fn note_auth_refused(&mut self) {
        *self = Ending::ByServer;
    }

    /// When the client is to be told that its AUTH is not good.
    pub(super) fn auth_refusal_due(self) -> Option<Duration> {
        match self {
            Ending::AuthRefused(due) => Some(due),
            Ending::ByClient | Ending::ByServer => None,
        }
    }

    /// Whether it is the server that hangs up.
    pub(super) fn is_by_server(self) -> bool {
        self != Ending::ByClient
    }
}
