//! A proxy, played: what it is asked, and what becomes of its refusals.

use super::source::Source;
use super::{CUT_REPLY, REPLY, ask};
use herd::fetch::{Proxies, Roots, SurfFetcher};
use herd::runtime::AsyncStd;

/// What a client gets from the service at `base` when each request goes through this proxy, with the
/// proxy's address as `PROXY`; and what the proxy was asked.
fn through(proxy: Source, base: &str) -> (Result<String, String>, String) {
    let address = proxy.address();
    let variable = |name: &str| (name == "ALL_PROXY").then(|| format!("http://{address}"));
    let proxies = Proxies::from_variables(variable).expect("it is a proxy");
    let fetcher = SurfFetcher::with_proxies(AsyncStd::new(), Roots::platform(), proxies);
    let outcome = ask(fetcher, base).map_err(|error| error.replace(&address, "PROXY"));
    (outcome, proxy.request())
}

/// Without it a service in another network could not be reached.
#[test]
fn a_plain_request_goes_to_the_proxy_with_its_whole_url() {
    let proxy = Source::answering("200 OK", "application/json", REPLY);
    let (outcome, request) = through(proxy, "http://places.test:8080/x");
    assert_eq!(outcome.as_deref(), Ok(CUT_REPLY));
    let start = "GET http://places.test:8080/x/maps/api/place/nearbysearch/json?location=";
    assert!(request.starts_with(start), "{request}");
    assert!(request.contains("\r\nhost: places.test:8080\r\n"), "{request}");
}

/// Without it a proxy that wants a password would be told as a service that is down.
#[test]
fn a_refusal_of_the_proxy_is_told() {
    let proxy = Source::saying("HTTP/1.1 407 Proxy Authentication Required\r\n\r\n");
    let (outcome, request) = through(proxy, "https://places.test");
    let why = "could not connect to places.test: the proxy answered 407";
    assert_eq!(outcome, Err(format!("no answer from the places service: {why}")));
    let connect = "CONNECT places.test:443 HTTP/1.1\r\nHost: places.test:443\r\n\r\n";
    assert_eq!(request, connect);
}
