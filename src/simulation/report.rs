//! What a run, or many, went through.

use std::ops::AddAssign;
use std::time::Duration;

/// Figures of runs in which every rule held.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Report {
    /// Runs.
    pub seeds: u64,
    /// Virtual time, once for each server that lived through it.
    pub server_time: Duration,
    /// Faults: cuts, blocked ways, crashes, jumps of a clock, changes of the network, ...
    pub faults: u64,
    /// Replies that were checked.
    pub replies: u64,
    /// Checks that all servers know the same.
    pub agreements: u64,
    /// The longest time, after everything was healed, until all servers knew the same.
    pub slowest_agreement: Duration,
    /// A number that sums up all that happened: the same for two runs of one seed.
    pub fingerprint: u64,
}

impl AddAssign for Report {
    fn add_assign(&mut self, other: Self) {
        self.seeds += other.seeds;
        self.server_time += other.server_time;
        self.faults += other.faults;
        self.replies += other.replies;
        self.agreements += other.agreements;
        self.slowest_agreement = self.slowest_agreement.max(other.slowest_agreement);
        self.fingerprint = self.fingerprint.wrapping_add(other.fingerprint);
    }
}
