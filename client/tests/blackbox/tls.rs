//! The command over TLS, against a server of the library.

#[path = "../../../tests/support/authority.rs"]
#[allow(dead_code, reason = "the server's tests use all of it")]
mod authority;

use super::command::{Ran, Scratch, run};
use super::stub::{Stub, says};
use async_std::task;
use authority::{Authority, Certificate};
use herd::config::{ClientAuth, Herd, TlsConfig};
use herd::runtime::AsyncStd;
use herd::server::{DoorKind, Server, Stop};
use std::fs;
use tempfile::TempDir;

/// Alford, which listens for clients plainly and over TLS.
struct Alford {
    stop: Stop,
    plain: String,
    port: u16,
    authority: Authority,
    folder: TempDir,
}

impl Alford {
    fn start(client_auth: ClientAuth) -> Self {
        let (folder, authority) = (tempfile::tempdir().unwrap(), Authority::new("ours"));
        authority.certify(&Certificate::of(&["localhost"])).write(folder.path(), "own");
        authority.certify(&Certificate::of(&["van-7"])).write(folder.path(), "van");
        fs::write(folder.path().join("ca.pem"), authority.pem()).unwrap();
        let file = |name: &str| folder.path().join(name);
        let ca_file = (client_auth != ClientAuth::No).then(|| file("ca.pem"));
        let (cert_file, key_file) = (file("own.pem"), file("own.key"));
        let anywhere = std::net::SocketAddr::from(([127, 0, 0, 1], 0));
        let herd = Herd::builder().server("Alford", anywhere).tls_listen("Alford", anywhere);
        let herd = herd.tls(TlsConfig { cert_file, key_file, ca_file, client_auth });
        let builder =
            Server::builder(AsyncStd::new(), &herd.build().unwrap(), &"Alford".parse().unwrap());
        let server = task::block_on(builder.bind()).unwrap();
        let port = server.door_address(DoorKind::LineTls).unwrap().port();
        let (stop, plain) = (server.stop(), server.client_address().to_string());
        task::spawn(server.run());
        Self { stop, plain, port, authority, folder }
    }

    fn file(&self, name: &str) -> String {
        self.folder.path().join(name).to_str().unwrap().to_owned()
    }

    /// Runs the command on the server's port for TLS, trusting its authority.
    fn run(&self, arguments: &[&str], host: &str) -> Ran {
        let server = format!("tls://{host}:{}", self.port);
        let ca = self.file("ca.pem");
        let ran = run(&[arguments, &["--server", &server, "--ca", &ca]].concat());
        // The port is another one each time.
        Ran { stderr: ran.stderr.replace(&self.port.to_string(), "PORT"), ..ran }
    }
}

impl Drop for Alford {
    fn drop(&mut self) {
        self.stop.request();
    }
}

const IAMAT: [&str; 5] = ["iamat", "--id", "kiwi", "--loc", "+34-118"];

/// A subcommand that forgot TLS would be of no use to whoever needs it.
#[test]
fn every_subcommand_speaks_tls() {
    let alford = Alford::start(ClientAuth::No);
    let told = alford.run(&IAMAT, "localhost");
    assert_eq!((told.status, told.stderr.as_str()), (0, ""));
    assert!(told.stdout.starts_with("AT Alford "), "{told:?}");
    let asked = alford.run(&["whatsat", "--id", "kiwi", "--format", "raw"], "localhost");
    assert!(asked.status == 0 && asked.stdout.starts_with("AT Alford "), "{asked:?}");
    let sent = alford.run(&["send", "WHATSAT kiwi 10 1"], "localhost");
    assert!(sent.status == 0 && sent.stdout.starts_with("AT Alford "), "{sent:?}");
    let script = Scratch::file("WHATSAT kiwi 10 1\nexpect AT Alford * kiwi *\n");
    let replayed = alford.run(&["replay", script.path()], "localhost");
    let summary = "requests answered: 1; expectations met: 1; failures: 0\n";
    assert_eq!((replayed.status, replayed.stderr.as_str()), (0, summary));
    let load = ["bench", "--count", "2000", "--depth", "8", "--connections", "4", "--warmup", "0"];
    let measured = alford
        .run(&[&load[..], &["--whatsat", "10", "--json", "--clients", "50"]].concat(), "localhost");
    assert_eq!(measured.status, 0, "{measured:?}");
    assert!(measured.stdout.contains("\"errors\":0"), "{measured:?}");
}

/// Without it a client would speak to anybody who sits on the wire.
#[test]
fn a_certificate_that_is_not_the_hosts_is_refused() {
    let alford = Alford::start(ClientAuth::No);
    let refused = alford.run(&IAMAT, "127.0.0.1");
    let expected = "error: no secure connection to 127.0.0.1:PORT: its certificate is not for \
                    127.0.0.1, but for localhost\n";
    assert_eq!(refused, Ran::expected(1, "", expected));
    let server = format!("tls://localhost:{}", alford.port);
    let usual = run(&[&IAMAT[..], &["--server", &server]].concat());
    let expected = format!(
        "error: no secure connection to localhost:{}: its certificate is not signed by a trusted \
         authority\n",
        alford.port
    );
    assert_eq!(usual, Ran::expected(1, "", &expected));
    // Nothing was told.
    let asked = run(&["whatsat", "--id", "kiwi", "--server", &alford.plain]);
    assert_eq!(asked.status, 1);
}

/// A server that wants to know who comes.
#[test]
fn a_certificate_is_shown_to_a_server_that_asks() {
    let alford = Alford::start(ClientAuth::Yes);
    let (cert, key) = (alford.file("van.pem"), alford.file("van.key"));
    let shown = alford.run(&[&IAMAT[..], &["--cert", &cert, "--key", &key]].concat(), "localhost");
    assert_eq!((shown.status, shown.stderr.as_str()), (0, ""));
    let without = alford.run(&IAMAT, "localhost");
    let expected =
        "error: connection to localhost:PORT broke: the other side wants a certificate from us\n";
    assert_eq!(without, Ran::expected(1, "", expected));
    let other = Authority::new("theirs").certify(&Certificate::of(&["van-7"]));
    other.write(alford.folder.path(), "van");
    let refused =
        alford.run(&[&IAMAT[..], &["--cert", &cert, "--key", &key]].concat(), "localhost");
    let expected = "error: connection to localhost:PORT broke: the other side refuses our \
                    certificate: its authority is not trusted there\n";
    assert_eq!(refused, Ran::expected(1, "", expected));
    assert!(alford.authority.pem().contains("BEGIN CERTIFICATE"));
}

/// Whoever names a file for TLS must not speak in the clear because a word is missing.
#[test]
fn files_for_tls_without_tls_are_refused_before_anything_is_sent() {
    let stub = Stub::answering(|_| says("? \n"));
    let ran = run(&["send", "x", "--server", &stub.address(), "--ca", "ca.pem"]);
    let expected = format!(
        "error: --ca and --cert are for TLS, which {} would not be spoken to with: write --tls, or \
         name the server as tls://HOST:PORT\n",
        stub.address()
    );
    assert_eq!(ran, Ran::expected(2, "", &expected));
    assert!(stub.heard().is_empty());
    let missing = run(&["send", "x", "--tls", "--server", &stub.address(), "--ca", "/no/such.pem"]);
    assert_eq!(missing.status, 2);
    assert!(missing.stderr.starts_with("error: cannot read /no/such.pem: "), "{missing:?}");
}

/// A plain server answers a handshake with silence, or with text.
#[test]
fn a_server_without_tls_is_said_so() {
    let stub = Stub::answering(|_| says("? what\n"));
    let ran = run(&["send", "x", "--tls", "--timeout", "5", "--server", &stub.address()]);
    assert_eq!(ran.status, 1);
    let expected = format!("error: no secure connection to {}: ", stub.address());
    let silent = format!("error: no whole reply from {} within 5s", stub.address());
    assert!(ran.stderr.starts_with(&expected) || ran.stderr.starts_with(&silent), "{ran:?}");
    let alford = Alford::start(ClientAuth::No);
    let ran = run(&["send", "x", "--tls", "--server", &alford.plain]);
    let expected = format!(
        "error: no secure connection to {}: the connection ended during the TLS handshake\n",
        alford.plain
    );
    assert_eq!(ran, Ran::expected(1, "", &expected));
}
