//! Certificates that are exchanged while a server runs.

use super::client::{TlsClient, side};
use super::door::Secure;
use super::link::{Pair, Secured};
use super::support::{Authority, Certificate, Plan, eventually};
use rustix::process::Signal;
use std::fs;
use std::sync::atomic::{AtomicBool, Ordering};

const AT: &str = "1479413884.392014450";
const RELOADED: &str = "reloaded the certificates";
const FAILED: &str = "reload failed: everything stays as it was";

/// Clients that are connected stay, and new ones see the new certificate; nobody is turned away
/// meanwhile.
#[test]
fn a_certificate_is_exchanged_under_load() {
    let mut secure = Secure::new();
    let next = Authority::new("next");
    let either = side(&secure.authority, None);
    let mut earlier = TlsClient::connect(secure.address, &either).expect("it is good");
    let done = AtomicBool::new(false);
    let address = secure.address;
    std::thread::scope(|scope| {
        let load = scope.spawn(|| {
            let (old, new) = (side(&secure.authority, None), side(&next, None));
            let mut served = [0, 0];
            while !done.load(Ordering::Relaxed) || served[1] == 0 {
                let client = TlsClient::connect(address, &old).map(|client| (client, 0));
                let client = client.or_else(|_| Ok((TlsClient::connect(address, &new)?, 1)));
                let (mut client, which) =
                    client.map_err(|error: std::io::Error| error).expect("one of them is good");
                assert_eq!(client.ask("x"), "? x");
                served[which] += 1;
            }
            served
        });
        next.certify(&Certificate::of(&["localhost"])).write(secure.herd.folder(), "own");
        secure.herd.server("Alford").signal(Signal::HUP);
        let log = |herd: &mut super::support::Herd| herd.server("Alford").log();
        eventually("the reload is told", || log(&mut secure.herd).contains(RELOADED));
        done.store(true, Ordering::Relaxed);
        load.join().expect("everybody was served");
    });
    assert_eq!(earlier.ask("y"), "? y");
    assert!(TlsClient::connect(secure.address, &either).is_err());
}

/// A typing error in the middle of the night must not take a server down.
#[test]
fn a_mistake_keeps_the_old_certificate_and_is_told() {
    let mut secure = Secure::new();
    let own = |name: &str| secure.herd.folder().join(format!("own.{name}"));
    let (certificate, key) = (own("pem"), own("key"));
    let good = side(&secure.authority, None);
    let expired = secure.authority.certify(&Certificate::of(&["localhost"]).in_years(2000, 2001));
    let other = secure.authority.certify(&Certificate::of(&["localhost"]));
    for (files, reason) in [
        ((Some("no certificate"), None), "own.pem holds no certificate in PEM"),
        ((Some(&*expired.certificate), Some(&*expired.key)), "own.pem expired on 2001-12-31"),
        ((None, Some(&*other.key)), "own.key does not belong to the certificate in"),
    ] {
        let before = [&certificate, &key].map(|file| fs::read(file).expect("it is there"));
        for (file, text) in [(&certificate, files.0), (&key, files.1)] {
            if let Some(text) = text {
                fs::write(file, text).expect("there is room");
            }
        }
        secure.herd.server("Alford").signal(Signal::HUP);
        secure.await_event(&[FAILED, reason]);
        let mut client = TlsClient::connect(secure.address, &good).expect("the old one is used");
        assert_eq!(client.ask("x"), "? x");
        for (file, bytes) in [&certificate, &key].into_iter().zip(before) {
            fs::write(file, bytes).expect("there is room");
        }
    }
    assert!(!secure.log().contains(RELOADED));
    secure.herd.server("Alford").signal(Signal::HUP);
    secure.await_event(&[RELOADED]);
}

/// A table that is gone from herd.toml is a mistake as well.
#[test]
fn a_herd_toml_that_no_longer_fits_keeps_everything() {
    let mut secure = Secure::new();
    let file = secure.herd.folder().join("herd.toml");
    let text = fs::read_to_string(&file).expect("it is there");
    for (wrong, reason) in [
        (text.replace("Alford", "Ball"), "the herd has no server Alford"),
        (text.replace("tls_listen", "#"), "the addresses or tables for TLS that this server uses"),
        (text.replace("[tls]", "[tils]"), "herd.toml:"),
    ] {
        fs::write(&file, wrong).expect("there is room");
        secure.herd.server("Alford").signal(Signal::HUP);
        secure.await_event(&[FAILED, reason]);
    }
    let side = side(&secure.authority, None);
    let mut client = TlsClient::connect(secure.address, &side).expect("everything is as before");
    assert_eq!(client.ask("x"), "? x");
}

/// A client whose authority is no longer trusted is cut off, and the others are not.
#[test]
fn clients_of_an_authority_that_is_gone_are_cut_off() {
    let lines = "ca_file = \"ca.pem\"\nclient_auth = \"optional\"\n";
    let mut secure = Secure::with(lines, Plan::alone("Alford"));
    let van = secure.authority.certify(&Certificate::of(&["van-7"]));
    let with = side(&secure.authority, Some(&van));
    let mut with = TlsClient::connect(secure.address, &with).expect("it is good");
    let without = side(&secure.authority, None);
    let mut without = TlsClient::connect(secure.address, &without).expect("it is good");
    assert_eq!([with.ask("x"), without.ask("x")], ["? x", "? x"]);
    let next = Authority::new("next");
    fs::write(secure.herd.folder().join("ca.pem"), next.pem()).expect("there is room");
    secure.herd.server("Alford").signal(Signal::HUP);
    with.wait_for_end();
    assert_eq!(without.ask("y"), "? y");
    secure
        .await_event(&["a client is gone", "its certificate is not signed by a trusted authority"]);
}

/// An authority is exchanged without losing a link for longer than it takes to dial again: first
/// both are trusted, then the certificates change, then the old one goes.
#[test]
fn an_authority_is_exchanged_in_three_steps() {
    let (ours, next) = (Authority::new("ours"), Authority::new("next"));
    let mut pair = Pair::trusting(Secured::Both, &ours);
    pair.start("Alford");
    pair.start("Ball");
    let ca = pair.herd.folder().join("ca.pem");
    let agreed = |pair: &mut Pair, client: &str| {
        for (here, there) in [("Alford", "Ball"), ("Ball", "Alford")] {
            let told = pair.herd.iamat(here, &format!("{client}-{here}"), "+34-118", AT);
            pair.herd.await_known(there, &told);
        }
    };
    agreed(&mut pair, "before");
    let reload = |pair: &mut Pair, times: usize| {
        for name in ["Alford", "Ball"] {
            pair.herd.server(name).signal(Signal::HUP);
            eventually(&format!("{name} reloads"), || {
                pair.herd.server(name).log().matches(RELOADED).count() == times
            });
        }
    };
    fs::write(&ca, ours.pem() + &next.pem()).expect("there is room");
    reload(&mut pair, 1);
    agreed(&mut pair, "both");
    for name in ["Alford", "Ball"] {
        pair.certify(name, &next.certify(&Certificate::of(&[name])));
    }
    reload(&mut pair, 2);
    agreed(&mut pair, "new");
    fs::write(&ca, next.pem()).expect("there is room");
    reload(&mut pair, 3);
    // The links were made with the old certificates. Alford is the first that trusts them no more, and
    // by the time that Ball looks, new ones are up.
    let reason = "its certificate is not signed by a trusted authority";
    pair.await_event("Alford", &["no link to a neighbor", reason]);
    pair.await_event("Alford", &["a neighbor no longer follows", reason]);
    agreed(&mut pair, "after");
}
