//! A program that others have written speaks with the server.

use super::door::Secure;
use std::io::{BufRead, BufReader, Write};
use std::process::{Command, Stdio};

/// What `openssl s_client` prints of a conversation of one line; None where it is not installed.
fn conversation(secure: &Secure, version: &str) -> Option<(bool, String)> {
    let ca = secure.herd.folder().join("ca.pem");
    let mut child = Command::new("openssl")
        .args(["s_client", "-connect", &secure.address.to_string(), version, "-CAfile"])
        .arg(ca)
        .args(["-verify_return_error", "-verify_hostname", "localhost", "-quiet", "-no_ign_eof"])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .ok()?;
    let mut input = child.stdin.take().expect("it is piped");
    let line = b"IAMAT openssl +34-118 1479413884.392014450\n";
    input.write_all(line).expect("it reads its input");
    // It hangs up when its input ends, so that waits for the reply, or for the end.
    let mut output = BufReader::new(child.stdout.take().expect("it is piped"));
    let mut reply = String::new();
    output.read_line(&mut reply).expect("it prints text");
    drop(input);
    let output = child.wait_with_output().expect("it ends");
    let text = reply + &String::from_utf8_lossy(&output.stderr);
    Some((output.status.success(), text))
}

/// TLS is TLS only if other implementations agree.
#[test]
fn openssl_holds_a_conversation_over_both_versions() {
    for version in ["-tls1_2", "-tls1_3"] {
        let secure = Secure::new();
        let Some((_, printed)) = conversation(&secure, version) else {
            eprintln!("openssl is not installed: nothing was tested");
            return;
        };
        assert!(printed.contains("AT Alford "), "{version}: {printed}");
    }
}

/// Older versions are broken, and nobody speaks them.
#[test]
fn tls_1_1_is_refused() {
    let secure = Secure::new();
    let Some((succeeded, printed)) = conversation(&secure, "-tls1_1") else { return };
    assert!(!succeeded && !printed.contains("AT Alford "), "{printed}");
}
