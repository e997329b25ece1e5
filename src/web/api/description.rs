//! The OpenAPI description of the interface.

use crate::web::reply::{self, Reply};

const DESCRIPTION: &str = include_str!("openapi.json");

/// The description. A test holds it against the server.
pub(in crate::web) fn description() -> Reply {
    reply::json(DESCRIPTION)
}
