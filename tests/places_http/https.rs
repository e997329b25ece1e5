//! The same over TLS: which certificates a fetcher accepts, and which it refuses.

use super::source::{Source, read_request, wait_for_close};
use super::{CUT_REPLY, KEY, REPLY, ask, ask_for};
use herd::fetch::{Proxies, Roots, SurfFetcher};
use herd::places::{Google, Remote};
use herd::runtime::AsyncStd;
use rcgen::{
    BasicConstraints, CertificateParams, CertifiedIssuer, DnType, IsCa, KeyPair, date_time_ymd,
};
use rustls::crypto::ring;
use rustls::pki_types::PrivateKeyDer;
use rustls::{ServerConfig, ServerConnection, StreamOwned};
use std::io::Write;
use std::net::TcpStream;
use std::process::Command;
use std::sync::Arc;

type TlsStream = StreamOwned<ServerConnection, TcpStream>;

/// An authority of the test's own, which vouches for its services.
struct Authority(CertifiedIssuer<'static, KeyPair>);

impl Authority {
    fn new(name: &str) -> Self {
        let mut params = CertificateParams::new([]).expect("no names are good names");
        params.distinguished_name.push(DnType::CommonName, name);
        params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        let key = KeyPair::generate().expect("a key can be made");
        Self(CertifiedIssuer::self_signed(params, key).expect("an authority signs for itself"))
    }

    fn roots(&self) -> Roots {
        Roots::from_pem(self.0.pem().as_bytes()).expect("the authority's certificate is good")
    }

    /// A service with a certificate for `name` that ends with `last_year`, and the default reply.
    fn vouch(&self, name: &str, last_year: i32) -> Source {
        self.vouch_for(name, last_year, answer)
    }

    fn vouch_for(
        &self,
        name: &str,
        last_year: i32,
        reply: impl FnOnce(&mut TlsStream) + Send + 'static,
    ) -> Source {
        let config = Arc::new(self.server_config(name, last_year));
        Source::with_connection(move |stream| secured(stream, config, reply))
    }

    fn server_config(&self, name: &str, last_year: i32) -> ServerConfig {
        let mut params = CertificateParams::new([name.to_owned()]).expect("the name is good");
        params.not_before = date_time_ymd(2020, 1, 1);
        params.not_after = date_time_ymd(last_year, 12, 31);
        let key = KeyPair::generate().expect("a key can be made");
        let certificate = params.signed_by(&key, &self.0).expect("an authority signs");
        let key = PrivateKeyDer::try_from(key.serialize_der()).expect("the key is well-formed");
        ServerConfig::builder_with_provider(Arc::new(ring::default_provider()))
            .with_safe_default_protocol_versions()
            .expect("ring has the cipher suites of TLS 1.2 and 1.3")
            .with_no_client_auth()
            .with_single_cert(vec![certificate.der().clone()], key)
            .expect("the key is the certificate's")
    }
}

/// Speaks TLS on a connection, reads a request over it and replies. Returns the request; no text if the
/// other side does not believe the certificate.
fn secured(
    stream: TcpStream,
    config: Arc<ServerConfig>,
    reply: impl FnOnce(&mut TlsStream),
) -> String {
    let tls = ServerConnection::new(config).expect("the configuration is whole");
    let mut stream = StreamOwned::new(tls, stream);
    while stream.conn.is_handshaking() {
        if stream.conn.complete_io(&mut stream.sock).is_err() {
            return String::new();
        }
    }
    let request = read_request(&mut stream);
    reply(&mut stream);
    request
}

fn answer(stream: &mut TlsStream) {
    write!(stream, "HTTP/1.1 200 OK\r\nContent-Length: {}\r\n\r\n{REPLY}", REPLY.len())
        .expect("the fetcher reads");
    stream.flush().expect("the fetcher reads");
    wait_for_close(stream);
}

/// What a client gets from a service over TLS, with the service's port as `PORT`. Checks that the
/// service got a request only if its certificate was accepted.
fn outcome(source: Source, host: &str, roots: Roots) -> Result<String, String> {
    let address = source.address();
    let (_, port) = address.rsplit_once(':').expect("an address has a port");
    let port = port.to_owned();
    let base = format!("https://{host}:{port}");
    let outcome = ask(SurfFetcher::trusting(AsyncStd::new(), roots), &base);
    let request = source.request();
    let believed = outcome.is_ok() || request.is_empty();
    assert!(believed, "the key went to a service that was not believed");
    outcome.map_err(|error| error.replace(&port, "PORT"))
}

fn not_secure(host: &str, why: &str) -> String {
    format!("no answer from the places service: no secure connection to {host}:PORT: {why}")
}

/// A proxy sees the host's name, and nothing of the request.
#[test]
fn a_service_is_asked_through_a_tunnel() {
    let authority = Authority::new("ours");
    let config = Arc::new(authority.server_config("places.test", 4000));
    let proxy = Source::with_connection(move |mut stream| {
        let connect = read_request(&mut stream);
        stream.write_all(b"HTTP/1.1 200 Connection established\r\n\r\n").expect("it is read");
        let request = secured(stream, config, answer);
        let target = request.split('?').next().expect("a text has a start");
        format!("{connect}{target}")
    });
    let address = proxy.address();
    let variable = |name: &str| (name == "HTTPS_PROXY").then(|| format!("me:word@{address}"));
    let proxies = Proxies::from_variables(variable).expect("it is a proxy");
    let fetcher = SurfFetcher::with_proxies(AsyncStd::new(), authority.roots(), proxies);
    assert_eq!(ask(fetcher, "https://places.test").as_deref(), Ok(CUT_REPLY));
    assert_eq!(
        proxy.request(),
        "CONNECT places.test:443 HTTP/1.1\r\nHost: places.test:443\r\n\
         Proxy-Authorization: Basic bWU6d29yZA==\r\n\r\nGET /maps/api/place/nearbysearch/json"
    );
}

/// Without it no service on the Internet could be asked.
#[test]
fn a_service_with_a_good_certificate_is_believed() {
    let authority = Authority::new("ours");
    for name in ["127.0.0.1", "localhost"] {
        let got = outcome(authority.vouch(name, 4000), name, authority.roots());
        assert_eq!(got.as_deref(), Ok(CUT_REPLY), "{name}");
    }
}

/// Without it anyone with some certificate could read the key and invent places.
#[test]
fn a_certificate_for_another_name_is_refused() {
    let authority = Authority::new("ours");
    let got = outcome(authority.vouch("places.test", 4000), "localhost", authority.roots());
    let why = "its certificate is not for localhost, but for places.test";
    assert_eq!(got, Err(not_secure("localhost", why)));
}

/// Without it a certificate would be good for ever, whoever has its key by now.
#[test]
fn a_certificate_that_has_expired_is_refused() {
    let authority = Authority::new("ours");
    let got = outcome(authority.vouch("127.0.0.1", 2020), "127.0.0.1", authority.roots());
    let why = "its certificate expired on 2020-12-31T00:00:00Z";
    assert_eq!(got, Err(not_secure("127.0.0.1", why)));
}

/// Without it anyone could make a certificate for any name.
#[test]
fn a_certificate_of_an_unknown_authority_is_refused() {
    let source = Authority::new("another").vouch("127.0.0.1", 4000);
    let got = outcome(source, "127.0.0.1", Authority::new("ours").roots());
    let why = "its certificate is not signed by a trusted authority";
    assert_eq!(got, Err(not_secure("127.0.0.1", why)));
}

/// Without it every question would pay for two handshakes.
#[test]
fn a_connection_over_tls_is_used_again() {
    let authority = Authority::new("ours");
    let answer = |stream: &mut TlsStream| {
        write!(stream, "HTTP/1.1 200 OK\r\nContent-Length: {}\r\n\r\n{REPLY}", REPLY.len())
            .expect("the fetcher reads");
        stream.flush().expect("the fetcher reads");
    };
    let source = authority.vouch_for("127.0.0.1", 4000, move |stream| {
        answer(stream);
        read_request(stream);
        answer(stream);
        wait_for_close(stream);
    });
    let fetcher = SurfFetcher::trusting(AsyncStd::new(), authority.roots());
    let google = Google::new(KEY.parse().expect("the test's key is good"));
    let google = google.with_base(&format!("https://{}", source.address())).expect("it is a base");
    let places = Remote::new(fetcher, google);
    for _ in 0..2 {
        assert_eq!(ask_for(&places, "10", 2).as_deref(), Ok(CUT_REPLY));
    }
    drop(places);
    source.request();
}

/// Without it a service that speaks no TLS would be told as something else.
#[test]
fn a_service_without_tls_is_an_error() {
    let source = Source::with_connection(|mut stream| {
        stream.write_all(b"HTTP/1.1 400 Bad Request\r\n\r\n").expect("the fetcher reads");
        wait_for_close(&mut stream);
        String::new()
    });
    let got = outcome(source, "127.0.0.1", Authority::new("ours").roots());
    let why = "the other side does not speak TLS";
    assert_eq!(got, Err(not_secure("127.0.0.1", why)));
}

/// Without it somebody on the network path could cut off a reply that ends with the connection.
#[test]
fn a_reply_without_its_end_is_an_error() {
    let authority = Authority::new("ours");
    let source = authority.vouch_for("127.0.0.1", 4000, |stream| {
        let cut = b"HTTP/1.1 200 OK\r\n\r\n{ \"results\" : [], \"status\" : \"OK\" }";
        stream.write_all(cut).expect("the fetcher reads");
        stream.flush().expect("the fetcher reads");
    });
    let base = format!("https://{}", source.address());
    let got = ask(SurfFetcher::trusting(AsyncStd::new(), authority.roots()), &base);
    let why = format!("no whole reply from {}: the connection ended early", source.address());
    assert_eq!(got, Err(format!("no answer from the places service: {why}")));
}

/// Without it a company's own authority could not be given in the way that it is everywhere. The
/// environment is another process's, which runs [`ask_with_the_platforms_roots`].
#[test]
fn ssl_cert_file_names_the_authorities() {
    let authority = Authority::new("ours");
    let file = std::env::temp_dir().join(format!("herd-{}-roots.pem", std::process::id()));
    std::fs::write(&file, authority.0.pem()).expect("there is room for a small file");
    let source = authority.vouch("127.0.0.1", 4000);
    let child = Command::new(std::env::current_exe().expect("a test knows its program"))
        .args(["--exact", "https::ask_with_the_platforms_roots", "--ignored"])
        .env("SSL_CERT_FILE", &file)
        .env("HERD_TEST_BASE", format!("https://{}", source.address()))
        .output()
        .expect("a program can be run again");
    std::fs::remove_file(&file).ok();
    assert!(child.status.success(), "{}", String::from_utf8_lossy(&child.stdout));
    assert!(source.request().starts_with("GET /maps/api/"));
}

/// Without it [`ssl_cert_file_names_the_authorities`] would have no process to run.
#[test]
#[ignore = "ssl_cert_file_names_the_authorities runs it, in another environment"]
fn ask_with_the_platforms_roots() {
    let Ok(base) = std::env::var("HERD_TEST_BASE") else { return };
    assert_eq!(ask(SurfFetcher::new(AsyncStd::new()), &base).as_deref(), Ok(CUT_REPLY));
}
