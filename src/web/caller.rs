//! The other side of one connection.

use super::credential::Credential;
use super::pace::SharedPace;
use super::reason::Reason;
use super::shared::Shared;
use super::source::Source;
use crate::runtime::Clock;
use crate::server::{Handle, HttpVisit, Permission};
use std::sync::Arc;

/// What the operator is told.
const REFUSED: &str = "refused a position sent over HTTP";

/// Who has come in, and everything that its requests need.
pub(super) struct Caller<C: Clock> {
    pub(super) server: Handle<C>,
    pub(super) shared: Arc<Shared>,
    pub(super) visit: HttpVisit,
    pub(super) pace: SharedPace,
}

impl<C: Clock> Caller<C> {
    pub(super) fn new(server: Handle<C>, shared: Arc<Shared>, visit: HttpVisit) -> Self {
        let pace = SharedPace::new(server.clock().uptime());
        Self { server, shared, visit, pace }
    }

    /// What a request may do that has shown this credential.
    pub(super) fn permission(&self, credential: &Credential) -> Permission<C> {
        self.server.permission(self.visit.visitor(), credential.parts())
    }

    /// The machine's clocks.
    pub(super) fn clock(&self) -> &C {
        self.server.clock()
    }

    /// Counts a position that is not taken, and tells the operator now and then. What it was is not
    /// told: it says where somebody is.
    ///
    /// Devices that have no position say so as a matter of course, so that is no warning.
    pub(super) fn note_refused(&self, source: Source, reason: Reason) {
        let uptime = self.clock().uptime();
        let Some(count) = self.shared.refused.note(source, reason, uptime) else { return };
        let level = match reason {
            Reason::NoPosition => log::Level::Debug,
            _ => log::Level::Warn,
        };
        let (server, from) = (self.server.name(), self.visit.from());
        log::log!(level, server:%, source:%, reason:%, from:%, count; "{REFUSED}");
    }
}
