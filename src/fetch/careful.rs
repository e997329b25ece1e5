//! The limits on what a remote source may cost, put together.

use super::{Bounded, Breaker, Fetcher, REQUESTS_AT_ONCE_MAX, Retrying, TimeLimited};
use crate::runtime::Runtime;
use std::time::Duration;

/// The fetcher that a remote source of places asks through: `span` is the time for all of it, in
/// which it waits its turn and tries again; and while the service is down, nobody waits at all.
///
/// ```
/// use herd::fetch::{FETCH_TIMEOUT, SurfFetcher, careful};
/// use herd::places::GooglePlaces;
/// use herd::runtime::AsyncStd;
///
/// let fetcher = careful(AsyncStd::new(), SurfFetcher::new(AsyncStd::new()), FETCH_TIMEOUT);
/// let places = GooglePlaces::new(fetcher, "AIzaSecret".parse()?);
/// # Ok::<(), herd::places::InvalidApiKey>(())
/// ```
pub fn careful<R: Runtime>(runtime: R, fetcher: impl Fetcher, span: Duration) -> impl Fetcher {
    let retrying = Retrying::new(runtime.clone(), fetcher);
    let bounded = Bounded::new(retrying, REQUESTS_AT_ONCE_MAX);
    Breaker::new(runtime.clone(), TimeLimited::new(runtime, bounded, span))
}
