//! What one server knows.

use super::at_line::AtLine;
use std::collections::BTreeMap;

/// The newest line of each client, by client ID.
pub(super) type Knowledge = BTreeMap<Vec<u8>, AtLine>;
