//! How fast a client is read from.

use crate::access::{Bucket, Grant, Usage};
use crate::config::Limits;
use std::num::NonZeroU32;
use std::sync::Arc;
use std::time::Duration;

/// The quotas of one connection: those of its token and those of its address. Whoever has used them up
/// is not refused anything; the server just waits before it takes in more.
#[derive(Debug, Default)]
pub(super) struct Pace {
    /// What all connections of the client's address have used; None while addresses have no quota.
    address: Option<Arc<Usage>>,
    /// Until when nothing is taken in, by the clock's uptime.
    waits_until: Option<Duration>,
}

/// What counts for a turn.
pub(super) struct Quotas<'a> {
    pub(super) limits: &'a Limits,
    pub(super) grant: Option<&'a Grant>,
}

/// A bucket, and how often a second.
type Quota<'a> = Option<(&'a Bucket, NonZeroU32)>;

impl Quotas<'_> {
    fn commands<'a>(&'a self, address: Option<&'a Usage>) -> [Quota<'a>; 2] {
        let of_grant = self.grant.and_then(|grant| {
            let rate = grant.rate().or(NonZeroU32::new(self.limits.commands_per_token));
            Some((&grant.usage().commands, rate?))
        });
        let rate = NonZeroU32::new(self.limits.commands_per_address);
        [of_grant, address.map(|usage| &usage.commands).zip(rate)]
    }

    fn new_clients<'a>(&'a self, address: Option<&'a Usage>) -> [Quota<'a>; 2] {
        let token_rate = NonZeroU32::new(self.limits.new_clients_per_token);
        let rate = NonZeroU32::new(self.limits.new_clients_per_address);
        [
            self.grant.map(|grant| &grant.usage().new_clients).zip(token_rate),
            address.map(|usage| &usage.new_clients).zip(rate),
        ]
    }

    /// Whether there is any quota at all.
    pub(super) fn are_any(&self) -> bool {
        let of_token = self.limits.commands_per_token > 0 || self.limits.new_clients_per_token > 0;
        let of_grant = self.grant.is_some_and(|grant| of_token || grant.rate().is_some());
        of_grant || self.has_addresses()
    }

    /// Whether addresses have quotas.
    fn has_addresses(&self) -> bool {
        self.limits.commands_per_address > 0 || self.limits.new_clients_per_address > 0
    }
}

impl Pace {
    /// How many lines may be taken in at the uptime `now`, up to `wanted`. If it is none, the client
    /// waits. `address` finds what the client's address has used.
    pub(super) fn grant(
        &mut self,
        wanted: usize,
        quotas: &Quotas<'_>,
        now: Duration,
        address: impl FnOnce() -> Arc<Usage>,
    ) -> usize {
        if quotas.has_addresses() && self.address.is_none() {
            self.address = Some(address());
        }
        let usage = self.address.as_deref();
        let (commands, new_clients) = (quotas.commands(usage), quotas.new_clients(usage));
        let all = || commands.iter().chain(&new_clients).copied().flatten();
        let ready_at = all().map(|(bucket, rate)| bucket.ready_at(rate)).max();
        self.waits_until = ready_at.filter(|ready_at| *ready_at > now);
        if self.waits_until.is_some() {
            return 0;
        }
        let left =
            commands.into_iter().flatten().map(|(bucket, rate)| bucket.left(rate, now)).min();
        // Whoever is ready may take in one at least, however the numbers are rounded.
        left.map_or(wanted, |left| wanted.min(left.max(1) as usize))
    }

    /// Counts what a turn at `now` has used.
    pub(super) fn note(
        &self,
        commands: usize,
        new_clients: usize,
        quotas: &Quotas<'_>,
        now: Duration,
    ) {
        let usage = self.address.as_deref();
        let counted =
            [(commands, quotas.commands(usage)), (new_clients, quotas.new_clients(usage))];
        for (count, buckets) in counted {
            for (bucket, rate) in buckets.into_iter().flatten().filter(|_| count > 0) {
                bucket.take(u32::try_from(count).unwrap_or(u32::MAX), rate, now);
            }
        }
    }

    /// Until when nothing is taken in, by the clock's uptime; None while nothing holds it up.
    pub(super) fn waits_until(&self) -> Option<Duration> {
        self.waits_until
    }

    /// The wait is over.
    pub(super) fn resume(&mut self) {
        self.waits_until = None;
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::access::{Rights, Role, Scope, TokenHash};

    const SECOND: Duration = Duration::from_secs(1);

    fn grant() -> Grant {
        let rights = Rights::new([Role::Operator], Scope::Everybody).expect("they make sense");
        Grant::new("ops".parse().expect("it is a name"), TokenHash::of(b"x"), rights)
    }

    /// Takes in up to `wanted` lines, `new` of them of new clients, and returns how many were granted.
    fn turn(
        pace: &mut Pace,
        quotas: &Quotas<'_>,
        wanted: usize,
        new: usize,
        now: Duration,
    ) -> usize {
        let granted = pace.grant(wanted, quotas, now, Arc::default);
        pace.note(granted, new.min(granted), quotas, now);
        granted
    }

    #[test]
    fn without_quotas_nothing_holds_anybody_up() {
        let (limits, mut pace) = (Limits::default(), Pace::default());
        let quotas = Quotas { limits: &limits, grant: Some(&grant()) };
        assert_eq!(turn(&mut pace, &quotas, 128, 128, SECOND), 128);
        assert_eq!((pace.waits_until(), pace.address.is_none()), (None, true));
    }

    /// Without it one client could take all of a server's time.
    #[test]
    fn a_token_and_an_address_have_so_many_commands_a_second() {
        let of_token = Limits { commands_per_token: 10, ..Limits::default() };
        let of_address = Limits { commands_per_address: 10, ..Limits::default() };
        for limits in [of_token, of_address] {
            let (mut pace, grant) = (Pace::default(), grant());
            let quotas = Quotas { limits: &limits, grant: Some(&grant) };
            assert_eq!(turn(&mut pace, &quotas, 128, 0, 5 * SECOND), 10);
            assert_eq!(turn(&mut pace, &quotas, 128, 0, 5 * SECOND), 0);
            assert_eq!(pace.waits_until(), Some(Duration::from_millis(5_100)));
            pace.resume();
            assert_eq!(turn(&mut pace, &quotas, 128, 0, 6 * SECOND), 10);
        }
    }

    /// A token's own rate is what its entry in access.toml is for.
    #[test]
    fn a_rate_of_its_own_counts_instead_of_the_usual_one() {
        let limits = Limits { commands_per_token: 10, ..Limits::default() };
        let grant = grant().with_rate(NonZeroU32::new(40).expect("40 is not zero"));
        let quotas = Quotas { limits: &limits, grant: Some(&grant) };
        assert_eq!(turn(&mut Pace::default(), &quotas, 128, 0, SECOND), 40);
    }

    /// All connections with a token share its quota.
    #[test]
    fn another_connection_brings_no_quota_of_its_own() {
        let limits = Limits { commands_per_token: 10, ..Limits::default() };
        let grant = grant();
        let quotas = Quotas { limits: &limits, grant: Some(&grant) };
        assert_eq!(turn(&mut Pace::default(), &quotas, 6, 0, SECOND), 6);
        assert_eq!(turn(&mut Pace::default(), &quotas, 6, 0, SECOND), 4);
    }

    /// Somebody who makes up client after client is held up, and whoever moves a known one is not.
    #[test]
    fn new_clients_have_quotas_of_their_own() {
        let of_token = Limits { new_clients_per_token: 2, ..Limits::default() };
        let of_address = Limits { new_clients_per_address: 2, ..Limits::default() };
        for limits in [of_token, of_address] {
            let (mut pace, grant) = (Pace::default(), grant());
            let quotas = Quotas { limits: &limits, grant: Some(&grant) };
            assert_eq!(turn(&mut pace, &quotas, 100, 0, 5 * SECOND), 100);
            assert_eq!(turn(&mut pace, &quotas, 100, 4, 5 * SECOND), 100);
            assert_eq!(turn(&mut pace, &quotas, 100, 0, 5 * SECOND), 0);
            assert_eq!(pace.waits_until(), Some(Duration::from_millis(6_500)));
        }
    }
}
