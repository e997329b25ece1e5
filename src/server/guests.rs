//! How many connections each address has.

use std::collections::HashMap;
use std::net::{IpAddr, Ipv6Addr};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, MutexGuard};

/// The bits of an IPv6 address that tell one network from another. A single machine usually has
/// all addresses of its network to choose from (RFC 4291, section 2.5.4).
const IPV6_NETWORK_BITS: u32 = 64;

/// Counts the connections of each address, and admits no more than a limit.
#[derive(Clone, Debug)]
pub(super) struct Guests {
    counts: Arc<Mutex<HashMap<IpAddr, usize>>>,
    per_address_max: Arc<AtomicUsize>,
}

/// Kept by a connection for as long as it lasts.
#[derive(Debug)]
pub(super) struct Guest {
    guests: Guests,
    network: IpAddr,
}

impl Guests {
    /// Admits up to `per_address_max` connections of each IPv4 address and each IPv6 network.
    pub(super) fn new(per_address_max: usize) -> Self {
        Self { counts: Arc::default(), per_address_max: Arc::new(per_address_max.into()) }
    }

    /// Admits up to `per_address_max` from now on. Whoever is there already stays.
    pub(super) fn set_max(&self, per_address_max: usize) {
        // Relaxed: the number stands for itself.
        self.per_address_max.store(per_address_max, Ordering::Relaxed);
    }

    /// Counts one more connection of `address`; None if it has as many as it may have.
    pub(super) fn admit(&self, address: IpAddr) -> Option<Guest> {
        let network = network(address);
        let mut counts = self.counts();
        let count = counts.entry(network).or_insert(0);
        if *count >= self.per_address_max.load(Ordering::Relaxed) {
            return None;
        }
        *count += 1;
        drop(counts);
        Some(Guest { guests: self.clone(), network })
    }

    fn counts(&self) -> MutexGuard<'_, HashMap<IpAddr, usize>> {
        self.counts.lock().expect("nothing panics while it holds the counts")
    }
}

impl Drop for Guest {
    fn drop(&mut self) {
        let mut counts = self.guests.counts();
        let count = counts.get_mut(&self.network).expect("a guest is counted until it leaves");
        *count -= 1;
        // An address that has left takes no memory.
        if *count == 0 {
            counts.remove(&self.network);
        }
    }
}

/// An IPv4 address as it is, of an IPv6 address only its network.
pub(super) fn network(address: IpAddr) -> IpAddr {
    match address.to_canonical() {
        IpAddr::V4(address) => IpAddr::V4(address),
        IpAddr::V6(address) => {
            let host_bits = Ipv6Addr::BITS - IPV6_NETWORK_BITS;
            IpAddr::V6(Ipv6Addr::from_bits(address.to_bits() >> host_bits << host_bits))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ip(text: &str) -> IpAddr {
        text.parse().expect("the test's addresses are legal")
    }

    /// Without it one machine could take all connections, or lose a place for each that it closes.
    #[test]
    fn each_address_has_a_limit_of_its_own_and_gets_back_what_it_leaves() {
        let guests = Guests::new(2);
        let [first, _second] = [(); 2].map(|()| guests.admit(ip("10.0.0.1")));
        assert!(guests.admit(ip("10.0.0.1")).is_none());
        assert!(guests.admit(ip("::ffff:10.0.0.1")).is_none());
        assert!(guests.admit(ip("10.0.0.2")).is_some());
        drop(first);
        assert!(guests.admit(ip("10.0.0.1")).is_some());
        assert_eq!(guests.counts().len(), 1);
    }

    #[test]
    fn another_limit_counts_at_once() {
        let guests = Guests::new(1);
        let _first = guests.admit(ip("10.0.0.1"));
        guests.set_max(2);
        let second = guests.admit(ip("10.0.0.1"));
        assert!(second.is_some());
        guests.set_max(1);
        assert!(guests.admit(ip("10.0.0.1")).is_none());
    }

    /// A machine with an IPv6 network could otherwise have a fresh address for each connection.
    #[test]
    fn an_ipv6_network_counts_as_one_address() {
        let guests = Guests::new(1);
        let _first = guests.admit(ip("2001:db8:1:2::3"));
        assert!(guests.admit(ip("2001:db8:1:2:ffff::4")).is_none());
        assert!(guests.admit(ip("2001:db8:1:3::3")).is_some());
    }
}
