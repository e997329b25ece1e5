//! Keeping web pages of other origins out.
//!
//! A page can make a browser send requests to any address that the browser reaches. With a name that
//! it lets point to this machine (DNS rebinding), it could even read the replies.

use super::problem::Problem;
use hyper::header::{HOST, HeaderMap, ORIGIN};
use hyper::{StatusCode, Version};
use std::net::{IpAddr, SocketAddr};

/// Checks the name that a request was sent to. HTTP/1.1 requires one. At a door that only this
/// machine reaches, it must be a name of this machine.
pub(super) fn check_host(
    headers: &HeaderMap,
    version: Version,
    door: SocketAddr,
) -> Result<(), Problem> {
    let mut hosts = headers.get_all(HOST).iter();
    let host = match (hosts.next(), hosts.next()) {
        (None, _) if version < Version::HTTP_11 => return Ok(()),
        (Some(host), None) => host.to_str().unwrap_or_default(),
        _ => return Err(Problem::bad("an HTTP/1.1 request has one Host header")),
    };
    if door.ip().is_loopback() && !is_of_this_machine(host) {
        let detail = "this door is for this machine only, and the Host header names another one";
        return Err(Problem::new(StatusCode::MISDIRECTED_REQUEST, detail));
    }
    Ok(())
}

/// Checks that a request that changes something does not come from a page of another origin.
pub(super) fn check_write(headers: &HeaderMap) -> Result<(), Problem> {
    let text = |name: &str| headers.get(name).map(|value| value.to_str().unwrap_or_default());
    let is_of_other_site =
        text("sec-fetch-site").is_some_and(|site| !matches!(site, "same-origin" | "none"));
    let host = text(HOST.as_str()).unwrap_or_default();
    let is_of_other_origin = text(ORIGIN.as_str()).is_some_and(|origin| {
        let authority = origin.split_once("://").map_or("", |(_, authority)| authority);
        !authority.eq_ignore_ascii_case(host)
    });
    if is_of_other_site || is_of_other_origin {
        let detail = "a page of another origin cannot tell positions";
        return Err(Problem::new(StatusCode::FORBIDDEN, detail));
    }
    Ok(())
}

/// Whether `HOST` or `HOST:PORT` is a name or address by which a machine reaches itself.
fn is_of_this_machine(host: &str) -> bool {
    let name = match host.strip_prefix('[') {
        Some(rest) => rest.split(']').next().unwrap_or_default(),
        None => host.split(':').next().unwrap_or_default(),
    };
    let name = name.to_ascii_lowercase();
    name == "localhost"
        || name.ends_with(".localhost")
        || name.parse().is_ok_and(|ip: IpAddr| ip.to_canonical().is_loopback())
}

#[cfg(test)]
mod tests {
    use super::*;
    use hyper::header::{HeaderName, HeaderValue};

    fn headers(pairs: &[(&'static str, &'static str)]) -> HeaderMap {
        let pair =
            |&(name, value)| (HeaderName::from_static(name), HeaderValue::from_static(value));
        let mut headers = HeaderMap::new();
        for (name, value) in pairs.iter().map(pair) {
            headers.append(name, value);
        }
        headers
    }

    fn host_is_good(door: &str, hosts: &[(&'static str, &'static str)]) -> bool {
        let door = door.parse().expect("the test's addresses are good");
        check_host(&headers(hosts), Version::HTTP_11, door).is_ok()
    }

    /// A page that lets its name point to 127.0.0.1 could otherwise read where everybody is.
    #[test]
    fn a_door_of_this_machine_answers_to_its_names_only() {
        for good in ["localhost", "LOCALHOST:80", "a.localhost:1", "127.0.0.1:8080", "[::1]:8080"] {
            assert!(host_is_good("127.0.0.1:8080", &[("host", good)]), "{good}");
        }
        for bad in ["evil.example", "localhost.evil.example", "10.0.0.1", "", "[::1", "::1"] {
            let is_literal = bad == "[::1";
            assert_eq!(host_is_good("[::1]:8080", &[("host", bad)]), is_literal, "{bad}");
        }
        assert!(host_is_good("10.0.0.1:8080", &[("host", "herd.example")]));
    }

    #[test]
    fn http_1_1_needs_one_host_and_1_0_none() {
        assert!(!host_is_good("10.0.0.1:80", &[]));
        assert!(!host_is_good("10.0.0.1:80", &[("host", "a"), ("host", "b")]));
        let door = "127.0.0.1:80".parse().expect("the address is good");
        assert_eq!(check_host(&headers(&[]), Version::HTTP_10, door), Ok(()));
    }

    /// A page that somebody happens to visit could otherwise say where that person's van is.
    #[test]
    fn a_page_of_another_origin_writes_nothing() {
        let can_write = |pairs: &[_]| check_write(&headers(pairs)).is_ok();
        assert!(can_write(&[("host", "h:1")]));
        assert!(can_write(&[("host", "h:1"), ("origin", "http://H:1")]));
        assert!(can_write(&[("sec-fetch-site", "same-origin")]));
        assert!(can_write(&[("sec-fetch-site", "none")]));
        assert!(!can_write(&[("sec-fetch-site", "cross-site")]));
        assert!(!can_write(&[("sec-fetch-site", "same-site")]));
        assert!(!can_write(&[("host", "h:1"), ("origin", "http://h:2")]));
        assert!(!can_write(&[("host", "h:1"), ("origin", "null")]));
    }
}
