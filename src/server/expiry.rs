//! Telling that a certificate is about to end.

use super::core::Core;
use super::status::CertificateStatus;
use crate::runtime::Clock;
use crate::tls::UtcTime;

/// Seconds of a day.
const DAY: i64 = 86_400;

/// How many days before its end a certificate is told of.
const EXPIRY_NOTICE_DAYS: i64 = 14;

/// Tells of certificates that end soon: at once, and again each day.
#[derive(Debug, Default)]
pub(super) struct Expiry {
    clients: ToldOf,
    peers: ToldOf,
}

/// The certificate and the number of days left that were told last.
#[derive(Debug, Default)]
struct ToldOf(Option<(UtcTime, i64)>);

impl Expiry {
    /// Looks at the certificates, and tells what is new.
    pub(super) fn report<C: Clock>(&mut self, core: &Core<C>) {
        let CertificateStatus { clients, peers } = core.keyring.status();
        let now = core.clock.now().into();
        for (table, told, expires) in
            [("[tls]", &mut self.clients, clients), ("[peer_tls]", &mut self.peers, peers)]
        {
            let Some(expires) = expires else { continue };
            let server = &core.name;
            match told.note(expires, now) {
                Some(days_left @ 0..) => {
                    log::warn!(server:%, table, expires:%, days_left; "a certificate expires soon");
                }
                Some(_) => log::error!(server:%, table, expires:%; "a certificate has expired"),
                None => {}
            }
        }
    }
}

impl ToldOf {
    /// How many days are left of a certificate, if that is to be told now; negative once it has
    /// expired.
    fn note(&mut self, expires: UtcTime, now: UtcTime) -> Option<i64> {
        let days_left = (expires.unix_seconds() - now.unix_seconds()).div_euclid(DAY);
        let told = (expires, days_left);
        if days_left >= EXPIRY_NOTICE_DAYS || self.0.replace(told) == Some(told) {
            return None;
        }
        Some(days_left)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A certificate that ends unannounced takes all links down at once.
    #[test]
    fn it_is_told_two_weeks_before_and_then_each_day() {
        let mut told = ToldOf::default();
        let end = 100 * DAY;
        let mut at = |expires, now| {
            told.note(UtcTime::from_unix_seconds(expires), UtcTime::from_unix_seconds(now))
        };
        assert_eq!(at(end, end - 14 * DAY), None);
        assert_eq!(at(end, end - 14 * DAY + 1), Some(13));
        assert_eq!(at(end, end - 13 * DAY), None);
        assert_eq!(at(end, end - 13 * DAY + 1), Some(12));
        // A renewed one that ends soon as well is another one.
        assert_eq!(at(end + 5, end - 13 * DAY + 1), Some(13));
        assert_eq!(at(end, end), Some(0));
        assert_eq!(at(end, end + 1), Some(-1));
        assert_eq!(at(end, end + 2), None);
        assert_eq!(at(2 * end, end + 2), None);
    }
}
