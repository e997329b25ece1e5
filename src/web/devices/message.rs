//! What a device's request was understood as.

use crate::web::reason::Reason;
use crate::web::report::Report;
use crate::web::source::Source;
use hyper::StatusCode;

/// A request that was understood, at least in part.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Message {
    pub(super) source: Source,
    /// Its positions, or why one is none.
    pub(super) positions: Vec<Result<Report, Reason>>,
    /// Whose positions they are, where the reply depends on it.
    pub(super) sender: Option<String>,
}

impl Message {
    pub(super) fn new(source: Source, positions: Vec<Result<Report, Reason>>) -> Self {
        Self { source, positions, sender: None }
    }
}

/// Why a request is not understood, in words for whoever set the device up.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Misunderstood {
    pub(super) source: Source,
    pub(super) reason: Reason,
    pub(super) status: StatusCode,
    pub(super) detail: &'static str,
}

impl Misunderstood {
    pub(super) fn new(source: Source, detail: &'static str) -> Self {
        Self { source, reason: Reason::Format, status: StatusCode::BAD_REQUEST, detail }
    }
}
