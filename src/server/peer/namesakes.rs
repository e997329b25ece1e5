//! Which server a neighbor's name belongs to, when two have it.

use crate::protocol::LogId;
use std::net::IpAddr;
use std::time::Duration;

/// How long a name is kept for the server that had it and left, before another one that was refused
/// meanwhile gets it. A link that breaks for a moment does not change who is who.
const NAME_KEPT: Duration = Duration::from_secs(10);

/// How many refused servers of one name are remembered. Strangers can invent any number of them.
const REFUSED_MAX: usize = 8;

/// A server that wants to follow under a neighbor's name, as it introduces itself.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Claimant {
    /// The identity of its own log: another one for each start of a server.
    pub(super) log: LogId,
    /// The address at which it can be dialled.
    pub(super) address: String,
    /// The address that it comes from.
    pub(super) from: IpAddr,
}

impl Claimant {
    /// Whether it is at the same place: then it is the same server, which has started anew.
    fn is_where(&self, other: &Self) -> bool {
        (&self.address, self.from) == (&other.address, other.from)
    }
}

/// What becomes of a server that wants to follow.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Admission {
    /// It may.
    Granted,
    /// Another server has the name.
    Refused {
        /// The address of the one that was there first.
        first: String,
        /// How long the newcomer has been refused.
        known_for: Duration,
    },
}

/// The servers that have shown up under one neighbor's name. The one that answers at the neighbor's
/// own address comes first, then the one that has followed for longest.
#[derive(Debug, Default)]
pub(super) struct Namesakes {
    /// The log of the server that answers, or last answered, at the neighbor's address.
    answering: Option<(LogId, Presence)>,
    /// The server that follows, or last followed.
    following: Option<(Claimant, Presence)>,
    /// The logs of servers that were refused, and the uptime at which they first were.
    refused: Vec<(LogId, Duration)>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Presence {
    Here,
    /// It has been away since this uptime.
    LeftAt(Duration),
}

impl Presence {
    /// Whether the name is still kept for it.
    fn is_kept(self, now: Duration) -> bool {
        match self {
            Presence::Here => true,
            Presence::LeftAt(left_at) => now.saturating_sub(left_at) < NAME_KEPT,
        }
    }
}

impl Namesakes {
    /// The server that answers at the neighbor's address has that log.
    pub(super) fn note_answer(&mut self, log: LogId) {
        self.answering = Some((log, Presence::Here));
    }

    /// Nobody has answered at the neighbor's address since the uptime `now`.
    pub(super) fn note_silence(&mut self, now: Duration) {
        if let Some((_, presence @ Presence::Here)) = &mut self.answering {
            *presence = Presence::LeftAt(now);
        }
    }

    /// A server follows. One that has not introduced itself (None) cannot be told from others.
    pub(super) fn note_follower(&mut self, follower: Option<Claimant>) {
        self.following = follower.map(|claimant| (claimant, Presence::Here));
    }

    /// The server that followed last no longer does since the uptime `now`.
    pub(super) fn note_follower_left(&mut self, now: Duration) {
        if let Some((_, presence)) = &mut self.following {
            *presence = Presence::LeftAt(now);
        }
    }

    /// Whether `newcomer` may follow at the uptime `now`. `configured` is the neighbor's address.
    pub(super) fn admit(
        &mut self,
        newcomer: &Claimant,
        configured: &str,
        now: Duration,
    ) -> Admission {
        let Some(first) = self.first_before(newcomer, configured, now) else {
            return Admission::Granted;
        };
        let known_for = match self.is_anew(newcomer, configured) {
            // Its old self only seems to be there, so it is no namesake.
            true => Duration::ZERO,
            false => now.saturating_sub(self.refused_since(newcomer.log, now)),
        };
        Admission::Refused { first, known_for }
    }

    /// The address of the server that keeps `newcomer` out, if there is one.
    fn first_before(&self, newcomer: &Claimant, configured: &str, now: Duration) -> Option<String> {
        let was_refused = self.refused.iter().any(|(log, _)| *log == newcomer.log);
        if let Some((log, presence)) = self.answering {
            if log == newcomer.log {
                return None;
            }
            if presence == Presence::Here || was_refused && presence.is_kept(now) {
                return Some(configured.to_owned());
            }
        }
        let (follower, presence) = self.following.as_ref()?;
        let is_same = follower.log == newcomer.log || follower.is_where(newcomer);
        let keeps_out = *presence == Presence::Here || was_refused && presence.is_kept(now);
        (!is_same && keeps_out).then(|| follower.address.clone())
    }

    /// Whether it is at the place of the server that answers: the same one, which has started anew.
    fn is_anew(&self, newcomer: &Claimant, configured: &str) -> bool {
        let answering = self.answering.map(|(log, _)| log);
        let is_its_place = |(follower, _): &(Claimant, _)| {
            Some(follower.log) == answering && follower.is_where(newcomer)
        };
        newcomer.address == configured || self.following.as_ref().is_some_and(is_its_place)
    }

    /// The uptime at which a server with that log was refused for the first time.
    fn refused_since(&mut self, log: LogId, now: Duration) -> Duration {
        if let Some((_, since)) = self.refused.iter().find(|(refused, _)| *refused == log) {
            return *since;
        }
        if self.refused.len() >= REFUSED_MAX {
            self.refused.remove(0);
        }
        self.refused.push((log, now));
        now
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use Admission::Granted;

    const CONFIGURED: &str = "10.0.0.9:22000";

    fn claimant(log: u64, address: &str) -> Claimant {
        let from = address.parse::<std::net::SocketAddr>().expect("it is an address").ip();
        Claimant { log: LogId::new(log), address: address.to_owned(), from }
    }

    fn seconds(seconds: u64) -> Duration {
        Duration::from_secs(seconds)
    }

    fn refused(first: &str, known_for: u64) -> Admission {
        Admission::Refused { first: first.to_owned(), known_for: seconds(known_for) }
    }

    /// Two servers of one name pushed each other out once a second where this server cannot dial the
    /// first one.
    #[test]
    fn whoever_followed_first_stays() {
        let mut name = Namesakes::default();
        let (first, second) = (claimant(1, "10.0.0.1:1"), claimant(2, "10.0.0.2:1"));
        let mut admit = |who: &Claimant, now| name.admit(who, CONFIGURED, seconds(now));
        assert_eq!(admit(&first, 0), Granted);
        name.note_follower(Some(first.clone()));
        let mut admit = |who: &Claimant, now| name.admit(who, CONFIGURED, seconds(now));
        assert_eq!(admit(&second, 1), refused("10.0.0.1:1", 0));
        assert_eq!(admit(&second, 6), refused("10.0.0.1:1", 5));
        assert_eq!(admit(&first, 7), Granted, "it may dial again");
    }

    /// A link that breaks for a moment would hand the name to the second one.
    #[test]
    fn a_name_is_kept_for_a_while_from_those_who_were_refused() {
        let mut name = Namesakes::default();
        name.note_follower(Some(claimant(1, "10.0.0.1:1")));
        let second = claimant(2, "10.0.0.2:1");
        assert_eq!(name.admit(&second, CONFIGURED, seconds(1)), refused("10.0.0.1:1", 0));
        name.note_follower_left(seconds(20));
        assert_eq!(name.admit(&second, CONFIGURED, seconds(29)), refused("10.0.0.1:1", 28));
        assert_eq!(name.admit(&claimant(3, "10.0.0.3:1"), CONFIGURED, seconds(29)), Granted);
        assert_eq!(name.admit(&second, CONFIGURED, seconds(30)), Granted);
    }

    /// The server at the address that the operator gave is the right one, whoever came before it.
    #[test]
    fn whoever_answers_at_the_neighbors_address_comes_first() {
        let mut name = Namesakes::default();
        let (first, second) = (claimant(1, "10.0.0.1:1"), claimant(2, "10.0.0.2:1"));
        name.note_follower(Some(first.clone()));
        name.note_answer(second.log);
        assert_eq!(name.admit(&second, CONFIGURED, seconds(1)), Granted);
        assert_eq!(name.admit(&first, CONFIGURED, seconds(1)), refused(CONFIGURED, 0));
        name.note_silence(seconds(2));
        name.note_silence(seconds(9));
        name.note_follower(None);
        assert_eq!(name.admit(&first, CONFIGURED, seconds(11)), refused(CONFIGURED, 10));
        assert_eq!(name.admit(&first, CONFIGURED, seconds(12)), Granted);
    }

    /// A server whose machine lost its power would be kept out by what is left of its old self.
    #[test]
    fn a_server_that_starts_anew_gets_in() {
        let mut name = Namesakes::default();
        let (old, new) = (claimant(1, "10.0.0.1:1"), claimant(2, "10.0.0.1:1"));
        name.note_follower(Some(old.clone()));
        assert_eq!(name.admit(&new, CONFIGURED, seconds(1)), Granted);
        name.note_answer(old.log);
        assert_eq!(name.admit(&new, CONFIGURED, seconds(1)), refused(CONFIGURED, 0));
        assert_eq!(name.admit(&new, CONFIGURED, seconds(5)), refused(CONFIGURED, 0));
        name.note_silence(seconds(5));
        assert_eq!(name.admit(&new, CONFIGURED, seconds(5)), Granted);
        let configured = claimant(3, CONFIGURED);
        name.note_answer(old.log);
        assert_eq!(name.admit(&configured, CONFIGURED, seconds(6)), refused(CONFIGURED, 0));
        name.note_silence(seconds(6));
        name.note_follower(None);
        assert_eq!(name.admit(&configured, CONFIGURED, seconds(6)), Granted);
    }

    /// Without it strangers with invented logs would fill the memory.
    #[test]
    fn the_oldest_refused_ones_are_forgotten() {
        let mut name = Namesakes::default();
        name.note_answer(LogId::new(0));
        for log in 1..100 {
            name.admit(&claimant(log, "10.0.0.1:1"), CONFIGURED, seconds(log));
        }
        let logs: Vec<_> = name.refused.iter().map(|(log, _)| *log).collect();
        assert_eq!(logs, (92..100).map(LogId::new).collect::<Vec<_>>());
    }
}
