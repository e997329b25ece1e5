//! The page for people.

use super::reply::{self, Reply};
use crate::protocol::ServerName;
use hyper::StatusCode;
use hyper::header::CONTENT_SECURITY_POLICY;

const PAGE: &str = include_str!("home.html");

/// The page needs nothing but itself.
const POLICY: &str =
    "default-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

/// What the server says of itself.
pub(super) fn page(server: &ServerName) -> Reply {
    // A server's name has no character that means something in HTML.
    let page = PAGE.replace("NAME", server.as_str());
    let mut reply = reply::reply(StatusCode::OK, "text/html; charset=utf-8", page);
    reply::set(&mut reply, CONTENT_SECURITY_POLICY, POLICY);
    reply
}
