//! What went wrong, in words.

use super::breach::Breach;
use crate::destination::Destination;

/// The first error of each kind. Later ones of that kind add nothing.
#[derive(Clone, Debug, Default)]
pub(super) struct Remarks {
    broken: u64,
    first_breach: Option<String>,
    first_refusal: Option<String>,
}

impl Remarks {
    /// A connection to `server` broke.
    pub(super) fn breach(&mut self, server: &Destination, breach: &Breach) {
        self.broken += 1;
        self.first_breach.get_or_insert_with(|| format!("{}: {breach}", server.address()));
    }

    /// A command was refused; `reply` returns the server's words.
    pub(super) fn refusal(&mut self, reply: impl FnOnce() -> String) {
        self.first_refusal.get_or_insert_with(reply);
    }

    /// How many connections broke.
    pub(super) fn broken(&self) -> u64 {
        self.broken
    }

    /// Which server's connection broke first, and why.
    pub(super) fn first_breach(&self) -> Option<&str> {
        self.first_breach.as_deref()
    }

    /// All remarks.
    pub(super) fn lines(&self) -> Vec<String> {
        let refusal = self.first_refusal.iter().map(|reply| format!("the first refusal: {reply}"));
        let breach = self.first_breach.iter().map(|breach| {
            format!("connections that broke: {}; the first one: {breach}", self.broken)
        });
        refusal.chain(breach).collect()
    }
}
