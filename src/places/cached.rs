//! Answers that are kept for a while.

use super::answer::Answer;
use super::places_error::PlacesError;
use super::question::Question;
use super::source::Places;
use super::verdict::Verdict;
use crate::runtime::Clock;
use async_trait::async_trait;
use hashlink::LinkedHashMap;
use std::fmt;
use std::str::FromStr;
use std::sync::{Mutex, MutexGuard};
use std::time::Duration;

/// Positions that round to the same are one: four digits after the point, about 11 metres.
const UNITS_PER_DEGREE: f64 = 10_000.0;

/// What an answer takes beside its JSON: its key, its age and its links.
const ENTRY_BYTES: usize = 128;

/// How much a cache keeps, and for how long. Written `MIB:SECONDS`, both whole and at least 1.
///
/// ```
/// use herd::places::CacheLimits;
///
/// let limits: CacheLimits = "16:300".parse()?;
/// assert_eq!(limits.to_string(), "16:300");
/// # Ok::<(), herd::places::InvalidCacheLimits>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct CacheLimits {
    mib: u32,
    seconds: u32,
}

impl FromStr for CacheLimits {
    type Err = InvalidCacheLimits;

    fn from_str(text: &str) -> Result<Self, InvalidCacheLimits> {
        let invalid = || InvalidCacheLimits(text.to_owned());
        let number = |digits: &str| digits.parse().ok().filter(|&number| number > 0);
        let (mib, seconds) = text.split_once(':').ok_or_else(invalid)?;
        let mib = number(mib).filter(|&mib| mib <= 4096).ok_or_else(invalid)?;
        Ok(Self { mib, seconds: number(seconds).ok_or_else(invalid)? })
    }
}

impl fmt::Display for CacheLimits {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}", self.mib, self.seconds)
    }
}

/// A text that limits no cache.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct InvalidCacheLimits(String);

impl fmt::Display for InvalidCacheLimits {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "invalid cache limits {:?}: not MIB:SECONDS, from 1:1, to 4096 MiB", self.0)
    }
}

impl std::error::Error for InvalidCacheLimits {}

/// A source that caches its good answers (`OK`, `ZERO_RESULTS`) for questions about nearly the
/// same position and the same radius. Check whether the service's terms allow that.
///
/// The oldest answers are dropped first, when they are too old or when room is needed.
pub struct Cached<C, P> {
    clock: C,
    source: P,
    limits: CacheLimits,
    kept: Mutex<Kept>,
}

impl<C: Clock, P: Places> Cached<C, P> {
    /// The same source with a memory.
    pub fn new(clock: C, source: P, limits: CacheLimits) -> Self {
        Self { clock, source, limits, kept: Mutex::default() }
    }

    fn kept(&self) -> MutexGuard<'_, Kept> {
        let mut kept = self.kept.lock().expect("nothing panics while it holds the lock");
        let age_max = Duration::from_secs(self.limits.seconds.into());
        kept.forget_before(self.clock.uptime().checked_sub(age_max));
        kept
    }
}

#[async_trait]
impl<C: Clock, P: Places> Places for Cached<C, P> {
    async fn nearby(&self, question: &Question) -> Result<Answer, PlacesError> {
        if !question.wants_any() {
            return self.source.nearby(question).await;
        }
        let key = key(question);
        if let Some(entry) = self.kept().entries.get(&key) {
            return Ok(entry.answer.clone());
        }
        let answer = self.source.nearby(&question.for_everyone()).await?.into_shareable();
        if *answer.verdict() == Verdict::Good {
            let entry = Entry { answer: answer.clone(), since: self.clock.uptime() };
            self.kept().keep(key, entry, self.limits.mib as usize * 1024 * 1024);
        }
        Ok(answer)
    }

    fn is_remote(&self) -> bool {
        self.source.is_remote()
    }
}

impl<C, P> fmt::Debug for Cached<C, P> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Cached").field("limits", &self.limits).finish_non_exhaustive()
    }
}

/// Rounded latitude and longitude, and the radius bit by bit.
type Key = (i32, i32, u64);

fn key(question: &Question) -> Key {
    let rounded = |degrees: f64| (degrees * UNITS_PER_DEGREE).round() as i32;
    let Question { center, radius, max: _, asker: _ } = question;
    (rounded(center.latitude), rounded(center.longitude), radius.metres().to_bits())
}

/// The answers in the order in which they came.
#[derive(Default)]
struct Kept {
    entries: LinkedHashMap<Key, Entry>,
    bytes: usize,
}

struct Entry {
    answer: Answer,
    since: Duration,
}

impl Entry {
    fn bytes(&self) -> usize {
        self.answer.bytes() + ENTRY_BYTES
    }
}

impl Kept {
    /// Forgets what came at `end` or earlier.
    fn forget_before(&mut self, end: Option<Duration>) {
        let Some(end) = end else { return };
        while self.entries.front().is_some_and(|(_, oldest)| oldest.since <= end) {
            self.forget_oldest();
        }
    }

    fn keep(&mut self, key: Key, entry: Entry, bytes_max: usize) {
        if entry.bytes() > bytes_max {
            return;
        }
        self.bytes += entry.bytes();
        if let Some(replaced) = self.entries.insert(key, entry) {
            self.bytes -= replaced.bytes();
        }
        while self.bytes > bytes_max {
            self.forget_oldest();
        }
    }

    fn forget_oldest(&mut self) {
        if let Some((_, oldest)) = self.entries.pop_front() {
            self.bytes -= oldest.bytes();
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::protocol::{Coordinates, MaxResults, Radius};
    use crate::runtime::ManualTime;
    use futures_lite::future::block_on;
    use std::sync::atomic::{AtomicUsize, Ordering::Relaxed};

    /// Answers with a status and a number of bytes, and counts the questions.
    struct Counting {
        asked: AtomicUsize,
        status: &'static str,
        padding: usize,
    }

    #[async_trait]
    impl Places for Counting {
        async fn nearby(&self, _question: &Question) -> Result<Answer, PlacesError> {
            self.asked.fetch_add(1, Relaxed);
            let padding = "x".repeat(self.padding);
            let json = format!(r#"{{"x":"{padding}","results":[1,2],"status":"{}"}}"#, self.status);
            Ok(Answer::from_json(json.into_bytes()).expect("it is a reply"))
        }
    }

    fn cached(status: &'static str, padding: usize) -> (ManualTime, Cached<ManualTime, Counting>) {
        let source = Counting { asked: AtomicUsize::new(0), status, padding };
        let time = ManualTime::default();
        let limits = "1:10".parse().expect("these are limits");
        (time.clone(), Cached::new(time, source, limits))
    }

    /// Asks, and returns how often the source was asked until now.
    fn ask(cached: &Cached<ManualTime, Counting>, latitude: f64, radius: &str, max: u8) -> usize {
        let question = Question::new(
            Coordinates { latitude, longitude: 7.0 },
            Radius::parse(radius.as_bytes()).expect("the test's radius is good"),
            MaxResults::new(max).expect("the test's max is at most 20"),
        );
        block_on(cached.nearby(&question)).expect("it answers");
        cached.source.asked.load(Relaxed)
    }

    /// Without it a crowd that walks on the spot would be billed for every step; without the
    /// radius, the position and zero in the key somebody would get another's answer.
    #[test]
    fn near_questions_are_asked_once_until_the_answer_is_too_old() {
        let (time, cached) = cached("ZERO_RESULTS", 0);
        assert_eq!(ask(&cached, 1.00001, "10", 1), 1);
        assert_eq!(ask(&cached, 1.00002, "10", 20), 1);
        assert_eq!(ask(&cached, 1.00006, "10", 1), 2);
        assert_eq!(ask(&cached, 1.00001, "9", 1), 3);
        assert_eq!(ask(&cached, 1.00001, "10", 0), 4);
        time.advance(Duration::from_millis(9_999));
        assert_eq!(ask(&cached, 1.00001, "10", 1), 4);
        time.advance(Duration::from_millis(1));
        assert_eq!(ask(&cached, 1.00001, "10", 1), 5);
        assert_eq!(cached.kept().entries.len(), 1, "what is too old is gone, not hidden");
    }

    /// Without it a quota that is spent for a second would be spent for as long as answers last.
    #[test]
    fn refusals_are_not_kept() {
        let (_, cached) = cached("OVER_QUERY_LIMIT", 0);
        assert_eq!((ask(&cached, 1.0, "10", 1), ask(&cached, 1.0, "10", 1)), (1, 2));
    }

    /// Without it answers would take all memory.
    #[test]
    fn the_oldest_make_room() {
        let (_, cached) = cached("OK", 300_000);
        for (latitude, asked) in [(1.0, 1), (2.0, 2), (3.0, 3), (1.0, 3), (4.0, 4), (2.0, 4)] {
            assert_eq!(ask(&cached, latitude, "10", 1), asked, "{latitude}");
        }
        assert_eq!(ask(&cached, 1.0, "10", 1), 5);
        let kept = cached.kept();
        assert_eq!(kept.bytes, kept.entries.values().map(Entry::bytes).sum::<usize>());
        assert!(kept.bytes <= 1024 * 1024);
    }

    #[test]
    fn limits_are_whole_and_above_zero() {
        for text in ["", "16", "16:", "0:1", "1:0", "-1:1", "4097:1", "1.5:1"] {
            let error = text.parse::<CacheLimits>().expect_err(text).to_string();
            let why = "not MIB:SECONDS, from 1:1, to 4096 MiB";
            assert_eq!(error, format!("invalid cache limits {text:?}: {why}"));
        }
    }
}
