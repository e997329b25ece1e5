//! The door for clients over TLS, of real servers.

use super::client::{TlsClient, side};
use super::support::{
    Authority, Certificate, Client, DEADLINE, Herd, Plan, ReservedPort, eventually, exchange,
};
use futures_lite::{AsyncReadExt, AsyncWriteExt};
use herd::runtime::{AsyncStd, Net, Spawn};
use std::net::{SocketAddr, TcpStream};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

/// How many handshakes are begun at once. A thousand take longer than each may where nothing is
/// optimized.
const HANDSHAKES: usize = 100;

/// Alford with a door over TLS beside its plain one.
pub struct Secure {
    pub herd: Herd,
    pub authority: Authority,
    pub address: SocketAddr,
    _port: ReservedPort,
}

impl Secure {
    /// Alford, with further lines in the table `[tls]`, and settings of its own.
    pub fn with(lines: &str, plan: Plan) -> Self {
        let port = ReservedPort::new();
        let address = port.address();
        let plan = plan
            .setting("Alford", &format!("tls_listen = \"{address}\""))
            .table(&format!("[tls]\ncert_file = \"own.pem\"\nkey_file = \"own.key\"\n{lines}"));
        let (mut herd, authority) = (plan.build(), Authority::new("ours"));
        authority.certify(&Certificate::of(&["localhost"])).write(herd.folder(), "own");
        std::fs::write(herd.folder().join("ca.pem"), authority.pem()).expect("there is room");
        herd.start("Alford");
        Self { herd, authority, address, _port: port }
    }

    pub fn new() -> Self {
        Self::with("", Plan::alone("Alford"))
    }

    pub fn log(&mut self) -> String {
        self.herd.server("Alford").log()
    }

    /// Waits until the log holds a line with all of `parts`.
    #[track_caller]
    pub fn await_event(&mut self, parts: &[&str]) {
        let herd = &mut self.herd;
        eventually(&format!("an event with {parts:?}"), || {
            has_event(&herd.server("Alford").log(), parts)
        });
    }
}

/// Whether a log holds an event with all of `parts`. An event has its fields on lines of their own.
pub fn has_event(log: &str, parts: &[&str]) -> bool {
    let mut events: Vec<String> = Vec::new();
    for line in log.lines() {
        match events.last_mut() {
            Some(event) if line.starts_with(' ') => *event += line,
            _ => events.push(line.to_owned()),
        }
    }
    events.iter().any(|event| parts.iter().all(|part| event.contains(part)))
}

/// The same server, the same protocol, the same positions.
#[test]
fn a_client_speaks_over_tls_and_another_one_does_not() {
    let secure = Secure::new();
    let mut client = TlsClient::connect(secure.address, &side(&secure.authority, None))
        .expect("the certificate is good");
    let at = client.ask("IAMAT kiwi +34-118 1479413884.392014450");
    assert!(at.starts_with("AT Alford "), "{at}");
    assert_eq!(secure.herd.known("Alford", "kiwi"), Some(at));
    assert_eq!(client.ask("nonsense"), "? nonsense");
}

/// A client that says no more gets its replies, and its last line needs no LF. One that was cut off
/// may have meant another line.
#[test]
fn a_last_line_counts_only_if_the_client_has_ended_it() {
    let mut secure = Secure::new();
    let side = side(&secure.authority, None);
    let connect = || TlsClient::connect(secure.address, &side).expect("the certificate is good");
    let mut cut = connect();
    // Once it has read everything that came, its end is no reset.
    assert_eq!(cut.ask("x"), "? x");
    cut.send("IAMAT cut +34-118 1479413884.392014450").expect("it is read");
    drop(cut);
    let mut ended = connect();
    ended.send("x\nIAMAT ended +34-118 1479413884.392014450").expect("it is read");
    ended.half_close().expect("the connection is up");
    let replies = ended.rest().expect("the server says that it ends");
    assert!(replies.starts_with("? x\nAT Alford "), "{replies}");
    secure.await_event(&["a client is gone", "the connection was cut off"]);
    assert_eq!(secure.herd.known("Alford", "cut"), None);
}

/// Each side of the mistake is told: TLS spoken to the plain door, and the other way round.
#[test]
fn plain_text_and_tls_do_not_mix() {
    let mut secure = Secure::new();
    assert_eq!(exchange(secure.address, "IAMAT kiwi +34-118 1\n"), b"");
    secure.await_event(&[
        "a TLS handshake failed",
        "clients over TLS",
        "the other side does not speak TLS",
        "from 127.0.0.1:",
    ]);
    let plain = secure.herd.address("Alford");
    assert!(TlsClient::connect(plain, &side(&secure.authority, None)).is_err());
    secure.await_event(&["refused another protocol on the client port", "protocol TLS"]);
    assert_eq!(secure.herd.known("Alford", "kiwi"), None);
}

/// A handshake that hangs must cost nobody else anything, and must end.
#[test]
fn a_handshake_that_hangs_ends_and_holds_nobody_up() {
    let mut secure = Secure::new();
    let mut hanging = Client::over(TcpStream::connect(secure.address).expect("it is open"));
    // The head of a record that never comes.
    hanging.send(b"\x16\x03\x01\x02\x00");
    let begin = Instant::now();
    let mut client = TlsClient::connect(secure.address, &side(&secure.authority, None))
        .expect("nobody waits for the other one");
    client.ask("IAMAT kiwi +34-118 1479413884.392014450");
    assert!(begin.elapsed() < Duration::from_secs(4));
    hanging.drain();
    assert!(begin.elapsed() >= Duration::from_secs(4));
    secure.await_event(&["a TLS handshake failed", "it took too long"]);
}

/// Others are served while many shake hands at once, and all of those come in.
#[test]
fn many_handshakes_at_once_hold_nobody_up() {
    let secure = Secure::new();
    let side = side(&secure.authority, None);
    let mut plain = secure.herd.client("Alford");
    plain.iamat("kiwi", "+34-118", "1479413884.392014450");
    let runtime = AsyncStd::new();
    let come_in = Arc::new(AtomicUsize::new(0));
    for _ in 0..HANDSHAKES {
        let (side, runtime, come_in) = (side.clone(), runtime.clone(), Arc::clone(&come_in));
        let address = secure.address.to_string();
        runtime.clone().spawn(async move {
            let stream = runtime.connect(&address).await.expect("there is room for all");
            let name = "localhost".parse().expect("the name is good");
            let mut client = side.connect(&name, stream, &runtime).await.expect("it is good");
            client.write_all(b"x\n").await.expect("it is read");
            let mut reply = [0; 4];
            client.read_exact(&mut reply).await.expect("it is answered");
            assert_eq!(&reply, b"? x\n");
            come_in.fetch_add(1, Ordering::Relaxed);
        });
    }
    let mut slowest = Duration::ZERO;
    let begun = Instant::now();
    while come_in.load(Ordering::Relaxed) < HANDSHAKES {
        assert!(begun.elapsed() < DEADLINE, "all come in");
        let begin = Instant::now();
        plain.iamat("kiwi", "+34-118", "1479413884.392014450");
        slowest = slowest.max(begin.elapsed());
    }
    // A reply waits for one step of a handshake, not for all; the rest is that both sides of all
    // handshakes share this machine.
    assert!(slowest < Duration::from_secs(2), "{slowest:?}");
}

/// With `client_auth`, nobody comes in without a certificate, and a wrong one is refused with a word.
#[test]
fn clients_show_certificates_where_they_must() {
    let lines = "ca_file = \"ca.pem\"\nclient_auth = \"yes\"\n";
    let mut secure = Secure::with(lines, Plan::alone("Alford"));
    let van = secure.authority.certify(&Certificate::of(&["van-7"]));
    let good = side(&secure.authority, Some(&van));
    let mut client = TlsClient::connect(secure.address, &good).expect("it has a certificate");
    assert_eq!(client.ask("x"), "? x");
    let old = secure.authority.certify(&Certificate::of(&["van-7"]).in_years(2000, 2001));
    let other = Authority::new("theirs").certify(&Certificate::of(&["van-7"]));
    for (own, reason) in [
        (None, "the other side has no certificate"),
        (Some(&old), "its certificate expired on 2001-12-31T00:00:00Z"),
        (Some(&other), "its certificate is not signed by a trusted authority"),
    ] {
        let refused = TlsClient::connect(secure.address, &side(&secure.authority, own))
            .and_then(|mut client| client.try_ask("x"));
        assert!(refused.is_err(), "{refused:?}");
        if own.is_none() {
            // The others are of the same kind, which is told once a minute.
            secure.await_event(&["a TLS handshake failed", "clients over TLS", reason]);
        }
    }
}

#[test]
fn an_optional_certificate_may_be_left_out_and_must_be_good() {
    let lines = "ca_file = \"ca.pem\"\nclient_auth = \"optional\"\n";
    let secure = Secure::with(lines, Plan::alone("Alford"));
    let van = secure.authority.certify(&Certificate::of(&["van-7"]));
    for own in [None, Some(&van)] {
        let mut client = TlsClient::connect(secure.address, &side(&secure.authority, own))
            .expect("it may come in");
        assert_eq!(client.ask("x"), "? x");
    }
    let other = Authority::new("theirs").certify(&Certificate::of(&["van-7"]));
    let refused = TlsClient::connect(secure.address, &side(&secure.authority, Some(&other)))
        .and_then(|mut client| client.try_ask("x"));
    assert!(refused.is_err(), "{refused:?}");
}

/// A server whose certificate has ended may have other doors, so it starts, and says so.
#[test]
fn an_expired_certificate_is_told_at_the_start() {
    let mut secure = Secure::new();
    assert!(!secure.log().contains("a certificate"));
    secure.herd.stop("Alford");
    let expired = Certificate::of(&["localhost"]).in_years(2000, 2001);
    secure.authority.certify(&expired).write(secure.herd.folder(), "own");
    secure.herd.start("Alford");
    secure.await_event(&["a certificate has expired", "[tls]", "2001-12-31T00:00:00Z"]);
    let refused = TlsClient::connect(secure.address, &side(&secure.authority, None));
    assert!(refused.is_err());
    assert_eq!(secure.herd.client("Alford").ask("x"), "? x");
    secure.await_event(&["the other side refuses our certificate: it has expired there"]);
}

/// The operator must see at once which file is meant.
#[test]
fn a_start_with_wrong_files_is_refused_with_their_names() {
    let port = ReservedPort::new();
    let setting = format!("tls_listen = \"{}\"", port.address());
    let table = "[tls]\ncert_file = \"own.pem\"\nkey_file = \"own.key\"\n";
    let herd = Plan::alone("Alford").setting("Alford", &setting).table(table).build();
    let output = || {
        let output = herd.launch("Alford").output();
        let text = String::from_utf8_lossy(&output.stderr).into_owned();
        (output.status.code(), text.replace(&herd.folder().display().to_string(), "DIR"))
    };
    let (status, text) = output();
    assert_eq!(status, Some(1));
    assert!(text.contains("Alford cannot start: cannot read DIR/own.pem: "), "{text}");
    let authority = Authority::new("ours");
    authority.certify(&Certificate::of(&["a"])).write(herd.folder(), "other");
    authority.certify(&Certificate::of(&["a"])).write(herd.folder(), "own");
    std::fs::copy(herd.folder().join("other.key"), herd.folder().join("own.key")).expect("room");
    let (status, text) = output();
    assert_eq!(status, Some(1));
    let expected = "Alford cannot start: the key in DIR/own.key does not belong to the certificate \
                    in DIR/own.pem";
    assert!(text.contains(expected), "{text}");
}
