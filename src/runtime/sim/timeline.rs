//! Virtual time, what is due when, and every random choice.

use super::chance::{Chance, mix};
use super::ids::PipeId;
use std::collections::BTreeMap;
use std::task::Waker;
use std::time::Duration;

/// The clock, the alarms and the random choices of a world.
pub(super) struct Timeline {
    pub(super) chance: Chance,
    /// Virtual time since the world began.
    pub(super) clock: Duration,
    alarms: BTreeMap<AlarmId, Alarm>,
    last_alarm: u64,
    /// The tasks to wake once nothing is locked any more.
    pub(super) woken: Vec<Waker>,
    fingerprint: u64,
}

/// When an alarm is due, and a number that orders alarms of the same moment.
pub(super) type AlarmId = (Duration, u64);

/// What happens when an alarm is due.
pub(super) enum Alarm {
    /// A task is woken.
    Wake(Waker),
    /// A segment in a pipe may have arrived.
    Deliver(PipeId),
}

impl Timeline {
    pub(super) fn new(seed: u64) -> Self {
        Self {
            chance: Chance::new(seed),
            clock: Duration::ZERO,
            alarms: BTreeMap::new(),
            last_alarm: 0,
            woken: Vec::new(),
            fingerprint: seed,
        }
    }

    pub(super) fn set_alarm(&mut self, due: Duration, alarm: Alarm) -> AlarmId {
        self.last_alarm += 1;
        let id = (due, self.last_alarm);
        self.alarms.insert(id, alarm);
        id
    }

    pub(super) fn alarm(&mut self, id: AlarmId) -> Option<&mut Alarm> {
        self.alarms.get_mut(&id)
    }

    pub(super) fn cancel(&mut self, id: AlarmId) -> Option<Alarm> {
        self.alarms.remove(&id)
    }

    /// Moves the clock to the next moment at which alarms are due, and takes these alarms. There are
    /// none if nothing is left to happen.
    pub(super) fn advance(&mut self) -> Vec<Alarm> {
        let mut due_now = Vec::new();
        while let Some(first) = self.alarms.first_entry() {
            let due = first.key().0.max(self.clock);
            if !due_now.is_empty() && due > self.clock {
                break;
            }
            self.clock = due;
            due_now.push(first.remove());
        }
        due_now
    }

    pub(super) fn wake(&mut self, waker: &mut Option<Waker>) {
        self.woken.extend(waker.take());
    }

    /// Adds something to the fingerprint that must be the same in two runs of a seed.
    pub(super) fn note(&mut self, what: u64) {
        let now = self.clock.as_nanos() as u64;
        self.fingerprint = mix(self.fingerprint ^ mix(what).wrapping_add(now));
    }

    /// Does the same as [`note`](Self::note) for bytes.
    pub(super) fn note_bytes(&mut self, bytes: &[u8]) {
        // FNV-1a is enough: nobody attacks it here, and it needs no tables.
        let hash = |hash: u64, &byte: &u8| (hash ^ u64::from(byte)).wrapping_mul(0x100_0000_01b3);
        self.note(bytes.iter().fold(0xcbf2_9ce4_8422_2325, hash));
    }

    pub(super) fn fingerprint(&self) -> u64 {
        self.fingerprint
    }
}
