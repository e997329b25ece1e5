//! How many requests a service may cost.

use std::fmt;
use std::num::NonZeroU32;
use std::str::FromStr;
use std::sync::{Mutex, MutexGuard};
use std::time::Duration;

/// The requests a second that a service gets by default.
pub const REQUESTS_PER_SECOND_DEFAULT: u32 = 100;

/// The requests a day that a service gets by default.
pub const REQUESTS_PER_DAY_DEFAULT: u32 = 100_000;

/// 24 hours.
const DAY: Duration = Duration::from_secs(86_400);

/// The requests that a service gets: at most this many a second, and this many in each 24 hours after
/// the start. Written `PER_SECOND:PER_DAY`, both whole and at least 1.
///
/// ```
/// use herd::fetch::Budget;
///
/// let budget: Budget = "10:5000".parse()?;
/// assert_eq!(budget.to_string(), "10:5000");
/// assert_eq!(Budget::default().to_string(), "100:100000");
/// # Ok::<(), herd::fetch::InvalidBudget>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Budget {
    per_second: NonZeroU32,
    per_day: NonZeroU32,
}

impl Budget {
    /// A budget of this many requests a second and a day.
    pub const fn new(per_second: NonZeroU32, per_day: NonZeroU32) -> Self {
        Self { per_second, per_day }
    }
}

impl Default for Budget {
    fn default() -> Self {
        let number = |number| NonZeroU32::new(number).expect("the defaults are not zero");
        Self::new(number(REQUESTS_PER_SECOND_DEFAULT), number(REQUESTS_PER_DAY_DEFAULT))
    }
}

impl FromStr for Budget {
    type Err = InvalidBudget;

    fn from_str(text: &str) -> Result<Self, InvalidBudget> {
        let invalid = || InvalidBudget(text.to_owned());
        let (per_second, per_day) = text.split_once(':').ok_or_else(invalid)?;
        let number = |digits: &str| digits.parse().map_err(|_| invalid());
        Ok(Self::new(number(per_second)?, number(per_day)?))
    }
}

impl fmt::Display for Budget {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}", self.per_second, self.per_day)
    }
}

/// A text that is no budget.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct InvalidBudget(String);

impl fmt::Display for InvalidBudget {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "a budget must be PER_SECOND:PER_DAY, both 1 or more (got {:?})", self.0)
    }
}

impl std::error::Error for InvalidBudget {}

/// A limit of a budget that has been reached.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum BudgetLimit {
    /// This many requests a second.
    PerSecond(NonZeroU32),
    /// This many requests a day.
    PerDay(NonZeroU32),
}

impl fmt::Display for BudgetLimit {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::PerSecond(requests) => write!(f, "{requests} requests a second"),
            Self::PerDay(requests) => write!(f, "{requests} requests a day"),
        }
    }
}

/// What is left of a budget.
#[derive(Debug)]
pub(super) struct Purse {
    budget: Budget,
    spent: Mutex<Spent>,
}

#[derive(Debug, Default)]
struct Spent {
    /// When the requests of this second are all paid off: each one moves it by a share of a second.
    paid_off: Duration,
    /// The number of the day, counted from the start of the clock.
    day: u64,
    today: u32,
}

impl Purse {
    /// A full purse.
    pub(super) fn new(budget: Budget) -> Self {
        Self { budget, spent: Mutex::default() }
    }

    /// Pays for one request at `now`, the clock's uptime.
    ///
    /// # Errors
    /// The limit that has been reached. Nothing is paid then.
    pub(super) fn pay(&self, now: Duration) -> Result<(), BudgetLimit> {
        let Budget { per_second, per_day } = self.budget;
        let mut spent = self.spent();
        let day = now.as_secs() / DAY.as_secs();
        let today = if spent.day == day { spent.today } else { 0 };
        if today >= per_day.get() {
            return Err(BudgetLimit::PerDay(per_day));
        }
        let paid_off = spent.paid_off.max(now) + Duration::from_secs(1) / per_second.get();
        if paid_off > now + Duration::from_secs(1) {
            return Err(BudgetLimit::PerSecond(per_second));
        }
        *spent = Spent { paid_off, day, today: today + 1 };
        if today + 1 == per_day.get() {
            log::warn!(requests = per_day.get(); "the budget of a places service is used up for today");
        }
        Ok(())
    }

    fn spent(&self) -> MutexGuard<'_, Spent> {
        self.spent.lock().expect("nothing panics while it holds the lock")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// How many of `asked` requests the purse pays for at this time.
    fn paid(purse: &Purse, millis: u64, asked: usize) -> usize {
        let now = Duration::from_millis(millis);
        (0..asked).filter(|_| purse.pay(now).is_ok()).count()
    }

    /// One connection made 20,000 requests a second to a service that bills each.
    #[test]
    fn a_second_has_a_limit_and_so_has_a_day() {
        let budget: Budget = "10:25".parse().expect("it is a budget");
        let purse = Purse::new(budget);
        assert_eq!(paid(&purse, 0, 100), 10);
        assert_eq!(purse.pay(Duration::ZERO), Err(BudgetLimit::PerSecond(budget.per_second)));
        assert_eq!(paid(&purse, 200, 100), 2);
        assert_eq!(paid(&purse, 1_200, 100), 10);
        assert_eq!(paid(&purse, 9_000, 100), 3);
        let per_day = BudgetLimit::PerDay(budget.per_day);
        assert_eq!(purse.pay(Duration::from_secs(86_399)), Err(per_day));
        assert_eq!(per_day.to_string(), "25 requests a day");
        assert_eq!(paid(&purse, 86_400_000, 100), 10);
    }

    #[test]
    fn budgets_are_whole_and_above_zero() {
        for text in ["", "10", "10:", "0:1", "1:0", "-1:1", "1.5:1", "1:99999999999"] {
            let error = text.parse::<Budget>().expect_err(text).to_string();
            let rule = "a budget must be PER_SECOND:PER_DAY, both 1 or more";
            assert_eq!(error, format!("{rule} (got {text:?})"));
        }
    }
}
