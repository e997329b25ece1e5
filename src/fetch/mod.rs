//! HTTP as a trait, so that a source of places can be real or stubbed.
//!
//! This room owns how a question travels: connections, TLS, time and size limits. It knows nothing
//! of places, and its errors never hold a URL's query or a header, where keys are.

mod asker;
mod budget;
mod canned;
mod careful;
mod circuit;
mod dialer;
mod error;
mod fair_queue;
mod fetcher;
mod http_connection;
mod pool;
mod proxy;
mod request;
mod response;
mod retry_after;
mod surf;
mod transport;
mod tunnel;

pub use self::asker::AskerId;
pub use self::budget::{
    Budget, BudgetLimit, InvalidBudget, REQUESTS_PER_DAY_DEFAULT, REQUESTS_PER_SECOND_DEFAULT,
};
pub use self::canned::{CannedFetcher, REQUESTS_KEPT_MAX};
pub use self::careful::{
    Careful, FETCH_TIMEOUT, HEAD_START, REQUESTS_AT_ONCE_MAX, RETRY_SPAN_MAX, RETRY_SPAN_MIN,
    UNPROVEN_AT_ONCE_MAX,
};
pub use self::circuit::{FAILURES_MAX, PAUSE_MAX, PAUSE_USUAL, PROBE_SPAN};
pub use self::error::FetchError;
pub use self::fair_queue::REQUESTS_WAITING_MAX;
pub use self::fetcher::Fetcher;
pub use self::http_connection::{BODY_BYTES_MAX, HEAD_BYTES_MAX};
pub use self::pool::{IDLE_CONNECTIONS_MAX, IDLE_SPAN_MAX};
pub use self::proxy::{InvalidProxy, Proxies};
pub use self::request::{FetchRequest, Method};
pub use self::response::FetchResponse;
pub use self::retry_after::RetryAfter;
pub use self::surf::SurfFetcher;
pub use crate::tls::{InvalidRoots, Roots};
pub use url::Url;
