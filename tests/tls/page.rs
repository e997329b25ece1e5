//! What docs/SECURITY.md says to do.

use super::client::{TlsClient, side_of_files};
use super::support::{Plan, ReservedPort, eventually};
use herd::access::AccessList;
use herd::config::{Herd, Transport};
use std::fs;
use std::process::Command;

/// The blocks of that language on the page.
fn blocks(language: &str) -> Vec<String> {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/docs/SECURITY.md");
    let page = fs::read_to_string(path).expect("the page is there");
    let begin = format!("```{language}\n");
    let blocks = page.split(&begin).skip(1);
    blocks.map(|rest| rest.split("```").next().expect("a text has a start").to_owned()).collect()
}

/// The five commands, run as they stand: two servers link with what they make, and a client comes in.
#[test]
fn the_five_commands_make_an_authority_for_a_herd() {
    if Command::new("openssl").arg("version").output().is_err() {
        eprintln!("openssl is not installed: nothing was tested");
        return;
    }
    let ports: Vec<_> = (0..3).map(|_| ReservedPort::new()).collect();
    let listen = |key: &str, port: usize| format!("{key} = \"{}\"", ports[port].address());
    let plan = Plan::pair("Alford", "Ball")
        .setting("Alford", &listen("peer_tls_listen", 0))
        .setting("Ball", &listen("peer_tls_listen", 1))
        .setting("Alford", &listen("tls_listen", 2))
        .table("[tls]\ncert_file = \"Alford.pem\"\nkey_file = \"Alford.key\"")
        .table(
            "[peer_tls]\ncert_file = \"NAME.pem\"\nkey_file = \"NAME.key\"\nca_file = \"ca.pem\"",
        );
    let mut herd = plan.build();
    let script = blocks("sh").concat();
    assert_eq!(script.lines().count(), 5);
    let for_ball: Vec<_> = script.lines().skip(1).map(|it| it.replace("Alford", "Ball")).collect();
    // The test dials localhost.
    let script = script.replace("alford.example.org", "localhost") + &for_ball.join("\n");
    let shell = Command::new("sh").args(["-ec", &script]).current_dir(herd.folder()).output();
    let shell = shell.expect("there is a shell");
    assert!(shell.status.success(), "{}", String::from_utf8_lossy(&shell.stderr));
    for name in ["Alford", "Ball"] {
        let shared = fs::read_to_string(herd.folder().join("herd.toml")).expect("it is there");
        let own = herd.folder().join(format!("{name}.toml"));
        fs::write(&own, shared.replace("NAME", name)).expect("there is room");
        let launch = herd.launch(name);
        herd.start_as(launch.replacing("--herd", own.to_str().expect("its name is text")));
    }
    let side = side_of_files(&herd.folder().join("ca.pem"));
    let mut client = TlsClient::connect(ports[2].address(), &side).expect("it is believed");
    let told = client.ask("IAMAT kiwi +34-118 1479413884.392014450");
    herd.await_known("Ball", &told);
    eventually("Ball follows over TLS", || {
        herd.server("Ball").log().contains("following a neighbor")
    });
}

/// A herd.toml that is copied from the page must be one.
#[test]
fn each_herd_toml_of_the_page_is_good() {
    let all = blocks("toml");
    assert_eq!(all.len(), 6);
    let whole = Herd::from_toml(&all[3]).expect("the herd of three machines is good");
    assert_eq!(whole.servers().len(), 3);
    assert!(whole.servers().all(|server| server.dialled_over() == Transport::Tls));
    assert!(whole.servers().all(|server| server.listen().is_none()));
    assert!(Herd::from_toml(&all[0]).is_ok() && Herd::from_toml(&all[2]).is_ok());
    for clients in [&all[1], &all[4]] {
        let with_server = format!("{clients}[servers.A]\nlisten = \"a:1\"\n");
        assert!(Herd::from_toml(&with_server).is_ok(), "{clients}");
    }
    assert!(AccessList::from_toml(&all[5]).is_ok());
}
