//! What each address has used of its quotas.

use super::guests::network;
use crate::access::Usage;
use std::collections::HashMap;
use std::net::IpAddr;
use std::sync::{Arc, Mutex};
use std::time::Duration;

/// As many addresses are remembered before the first look at which can be forgotten.
const ADDRESSES_MIN: usize = 1024;

/// The usage of each address that has not paid it off. It outlives connections, or a client could have
/// a new quota with each new one.
#[derive(Debug)]
pub(super) struct Addresses {
    state: Mutex<State>,
}

#[derive(Debug)]
struct State {
    usages: HashMap<IpAddr, Arc<Usage>>,
    /// When there are this many, those that can be are forgotten.
    swept_at: usize,
}

impl Default for Addresses {
    fn default() -> Self {
        let state = State { usages: HashMap::new(), swept_at: ADDRESSES_MIN };
        Self { state: Mutex::new(state) }
    }
}

impl Addresses {
    /// The usage of `address`, which all its connections share.
    pub(super) fn usage(&self, address: IpAddr, now: Duration) -> Arc<Usage> {
        let mut state = self.state.lock().expect("nothing panics while it holds the usages");
        if state.usages.len() >= state.swept_at {
            state.usages.retain(|_, usage| Arc::strong_count(usage) > 1 || !usage.is_paid_off(now));
            // Doubling makes a sweep cheap for each address that has come since the last one.
            state.swept_at = (2 * state.usages.len()).max(ADDRESSES_MIN);
        }
        Arc::clone(state.usages.entry(network(address)).or_default())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::net::Ipv4Addr;
    use std::num::NonZeroU32;

    /// Whoever hangs up and dials again must not have a fresh quota, and whoever comes only once must
    /// not take memory for ever.
    #[test]
    fn usage_is_kept_until_it_is_paid_off() {
        let addresses = Addresses::default();
        let usage = |number: u32, now| {
            addresses.usage(IpAddr::V4(Ipv4Addr::from_bits(number)), Duration::from_secs(now))
        };
        usage(0, 0).commands.take(100, NonZeroU32::MIN, Duration::ZERO);
        let held = usage(1, 0);
        for number in 2..3_000 {
            usage(number, 50);
        }
        let count = || addresses.state.lock().expect("no test panics with it").usages.len();
        assert!(count() <= ADDRESSES_MIN);
        assert!(!usage(0, 50).is_paid_off(Duration::from_secs(50)));
        assert!(Arc::ptr_eq(&held, &usage(1, 50)));
        for number in 3_000..6_000 {
            usage(number, 100);
        }
        assert!(usage(0, 100).is_paid_off(Duration::from_secs(100)));
    }
}
