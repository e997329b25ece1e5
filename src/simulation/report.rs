//! The figures of one run or many.

use std::ops::AddAssign;
use std::time::Duration;

/// The figures of runs in which no rule was broken.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Report {
    /// The number of runs.
    pub seeds: u64,
    /// The virtual time of all servers together.
    pub server_time: Duration,
    /// The number of faults: cuts, blocks, crashes, stops, failing disks, jumps of clocks, changes
    /// of the network.
    pub faults: u64,
    /// The number of replies that were checked.
    pub replies: u64,
    /// How often all servers agreed after the faults.
    pub agreements: u64,
    /// The longest time that it took all servers to agree after the faults.
    pub slowest_agreement: Duration,
    /// A hash of everything that happened: the same for two runs of one seed.
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
