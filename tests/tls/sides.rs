//! The two sides of TLS, over connections of the simulated world: real handshakes, virtual time.

use super::support::{Authority, Certificate, Certified};
use futures_lite::{AsyncReadExt, AsyncWriteExt, future};
use herd::runtime::sim::{Conditions, Machine, Sim, SimStream};
use herd::runtime::{Listener, Net, Spawn};
use herd::tls::{ClientSide, ClientTrust, Identity, Roots, Secured, ServerSide};
use rcgen::ExtendedKeyUsagePurpose;
use std::io;
use tempfile::TempDir;

const ADDRESS: &str = "127.0.0.1:12000";

type Connection = Secured<SimStream>;

/// Two machines, and a folder for files of certificates.
struct Stage {
    sim: Sim,
    server: Machine,
    client: Machine,
    folder: TempDir,
}

impl Stage {
    fn new() -> Self {
        let sim = Sim::new(1);
        let (server, client) = (sim.machine("server"), sim.machine("client"));
        let folder = tempfile::tempdir().expect("there is room for a folder");
        Self { sim, server, client, folder }
    }

    fn identity(&self, certified: &Certified) -> Identity {
        certified.write(self.folder.path(), "own");
        let file = |name: &str| self.folder.path().join(name);
        Identity::read(&file("own.pem"), &file("own.key")).expect("the files are good")
    }

    /// A server that shows `own` and wants a certificate of `trusted`.
    fn peers(&self, own: &Certified, trusted: &Authority) -> ServerSide {
        let side = ServerSide::for_peers(&self.identity(own), roots(trusted), &self.server);
        side.expect("there are random numbers")
    }

    fn clients(&self, own: &Certified, trust: ClientTrust) -> ServerSide {
        let side = ServerSide::for_clients(&self.identity(own), trust, &self.server);
        side.expect("there are random numbers")
    }

    /// A client that trusts `trusted` and shows `own`, if there is one.
    fn dialler(&self, own: Option<&Certified>, trusted: &Authority) -> ClientSide {
        let own = own.map(|own| self.identity(own));
        ClientSide::new(roots(trusted), own.as_ref(), &self.client)
    }

    /// What both sides come to when the client dials `name`.
    fn shake(
        &self,
        server: &ServerSide,
        client: &ClientSide,
        name: &str,
    ) -> (io::Result<Connection>, io::Result<Connection>) {
        let accepting = async {
            let port = self.server.listen(ADDRESS).await.expect("the port is free");
            let (stream, _) = port.accept().await.expect("somebody dials");
            server.accept(stream, &self.server).await
        };
        let dialling = async {
            let stream = self.client.connect(ADDRESS).await.expect("the server is there");
            let name = name.parse().expect("the name is good");
            let mut secured = client.connect(&name, stream, &self.client).await?;
            // With TLS 1.3, a client hears only now that it is refused.
            let mut byte = [0];
            match future::poll_once(secured.read(&mut byte)).await {
                Some(Err(error)) => Err(error),
                _ => Ok(secured),
            }
        };
        self.sim.block_on(future::zip(accepting, dialling))
    }
}

fn roots(authority: &Authority) -> Roots {
    Roots::from_pem(authority.pem().as_bytes()).expect("an authority's certificate is good")
}

fn text<T>(outcome: io::Result<T>) -> Result<(), String> {
    outcome.map(drop).map_err(|error| error.to_string())
}

/// What a client that has come through its handshake hears next: the end, or why it is refused.
fn hears(stage: &Stage, outcome: io::Result<Connection>) -> Result<(), String> {
    let mut secured = outcome.map_err(|error| error.to_string())?;
    let read = stage.sim.block_on(async { secured.read(&mut [0]).await });
    read.map(drop).map_err(|error| error.to_string())
}

/// Servers prove their names to each other; each sees the other's.
#[test]
fn two_servers_of_one_authority_trust_each_other() {
    let (stage, ours) = (Stage::new(), Authority::new("ours"));
    let [alford, ball] = ["Alford", "Ball"].map(|name| ours.certify(&Certificate::of(&[name])));
    let (server, client) = (stage.peers(&ball, &ours), stage.dialler(Some(&alford), &ours));
    let (accepted, dialled) = stage.shake(&server, &client, "Ball");
    let (accepted, dialled) = (accepted.expect("it is good"), dialled.expect("it is good"));
    let certificate = accepted.peer_certificate().expect("the client has shown one");
    assert_eq!(certificate.dns_names(), ["Alford"]);
    assert!(certificate.is_valid_for("ALFORD"));
    for other in ["Ball", "Alford.x", "1", "a..b", ""] {
        assert!(!certificate.is_valid_for(other), "{other}");
    }
    assert!(dialled.peer_certificate().is_some_and(|it| it.is_valid_for("Ball")));
}

/// Each wrong certificate of the server is refused by the client, and the server hears why.
#[test]
fn a_server_with_a_wrong_certificate_is_refused() {
    let (ours, theirs) = (Authority::new("ours"), Authority::new("theirs"));
    let namesake = Authority::new("ours");
    let ball = Certificate::of(&["Ball"]);
    let untrusted = "its certificate is not signed by a trusted authority";
    let its_authority =
        "the other side refuses our certificate: its authority is not trusted there";
    let client_only = ball.clone().only_for(ExtendedKeyUsagePurpose::ClientAuth);
    for (certified, reason, told) in [
        (
            ours.certify(&Certificate::of(&["Alford", "x"])),
            "its certificate is not for Ball, but for Alford, x",
            "the other side refuses our certificate: it is not for the name wanted there",
        ),
        (theirs.certify(&ball), untrusted, its_authority),
        (namesake.certify(&ball), untrusted, its_authority),
        (
            ours.certify(&ball.clone().in_years(2000, 2001)),
            "its certificate expired on 2001-12-31T00:00:00Z",
            "the other side refuses our certificate: it has expired there",
        ),
        (
            ours.certify(&ball.clone().in_years(3000, 4000)),
            "its certificate is not valid yet",
            "the other side refuses our certificate: it has expired there",
        ),
        (
            ours.certify(&client_only),
            "its certificate may not be used on that side of a connection (extended key usage)",
            "the other side refuses our certificate: it may not be used on this side of a connection",
        ),
    ] {
        let stage = Stage::new();
        let alford = ours.certify(&Certificate::of(&["Alford"]));
        let (server, client) =
            (stage.peers(&certified, &ours), stage.dialler(Some(&alford), &ours));
        let (accepted, dialled) = stage.shake(&server, &client, "Ball");
        assert_eq!(text(dialled), Err(reason.to_owned()));
        assert_eq!(text(accepted), Err(told.to_owned()), "{reason}");
    }
}

/// Each wrong certificate of the client is refused by the server, and the client hears why.
#[test]
fn a_client_with_a_wrong_certificate_is_refused() {
    let (ours, theirs) = (Authority::new("ours"), Authority::new("theirs"));
    let alford = Certificate::of(&["Alford"]);
    let server_only = alford.clone().only_for(ExtendedKeyUsagePurpose::ServerAuth);
    for (certified, reason, told) in [
        (None, "the other side has no certificate", "the other side wants a certificate from us"),
        (
            Some(theirs.certify(&alford)),
            "its certificate is not signed by a trusted authority",
            "the other side refuses our certificate: its authority is not trusted there",
        ),
        (
            Some(ours.certify(&alford.clone().in_years(2000, 2001))),
            "its certificate expired on 2001-12-31T00:00:00Z",
            "the other side refuses our certificate: it has expired there",
        ),
        (
            Some(ours.certify(&server_only)),
            "its certificate may not be used on that side of a connection (extended key usage)",
            "the other side refuses our certificate: it may not be used on this side of a connection",
        ),
    ] {
        let stage = Stage::new();
        let ball = ours.certify(&Certificate::of(&["Ball"]));
        let (server, client) =
            (stage.peers(&ball, &ours), stage.dialler(certified.as_ref(), &ours));
        let (accepted, dialled) = stage.shake(&server, &client, "Ball");
        assert_eq!(text(accepted), Err(reason.to_owned()));
        assert_eq!(hears(&stage, dialled), Err(told.to_owned()), "{reason}");
    }
}

/// A certificate that was good may be judged again: time passes, and authorities change.
#[test]
fn a_certificate_is_judged_again_by_the_clock_and_the_authorities() {
    let (stage, ours, theirs) = (Stage::new(), Authority::new("ours"), Authority::new("theirs"));
    let short = Certificate::of(&["Alford"]).in_years(2000, 2100);
    let ball = ours.certify(&Certificate::of(&["Ball"]));
    let (server, client) =
        (stage.peers(&ball, &ours), stage.dialler(Some(&ours.certify(&short)), &ours));
    let (accepted, dialled) = stage.shake(&server, &client, "Ball");
    let alford = accepted.expect("it is good").peer_certificate().expect("it has shown one");
    let of_ball = dialled.expect("it is good").peer_certificate().expect("it has shown one");
    let said = |outcome: Result<(), _>| outcome.map_err(|it: herd::tls::TlsFailure| it.to_string());
    assert_eq!(said(server.judge(&alford, &stage.server)), Ok(()));
    let untrusted = Err("its certificate is not signed by a trusted authority".to_owned());
    let other = stage.peers(&ball, &theirs);
    assert_eq!(said(other.judge(&alford, &stage.server)), untrusted);
    let ball_name = "Ball".parse().expect("the name is good");
    assert_eq!(said(client.judge(&of_ball, &ball_name, &stage.client)), Ok(()));
    let other = stage.dialler(None, &theirs);
    assert_eq!(said(other.judge(&of_ball, &ball_name, &stage.client)), untrusted);
    // A century later.
    stage.server.set_clock_ahead(3_155_760_000_000_000_000);
    assert_eq!(
        said(server.judge(&alford, &stage.server)),
        Err("its certificate expired on 2100-12-31T00:00:00Z".to_owned())
    );
}

/// A client that asks a hundred times a day should pay for one handshake.
#[test]
fn clients_resume_and_new_keys_end_that() {
    let (stage, ours) = (Stage::new(), Authority::new("ours"));
    let own = ours.certify(&Certificate::of(&["localhost"]));
    let van = ours.certify(&Certificate::of(&["van-7"]));
    let trust = || ClientTrust::Optional(roots(&ours));
    let server = stage.clients(&own, trust());
    let client = stage.dialler(Some(&van), &ours);
    let resumed = |server: &ServerSide| {
        let (accepted, dialled) = stage.shake(server, &client, "localhost");
        let (accepted, mut dialled) = (accepted.expect("good"), dialled.expect("good"));
        let certificate = accepted.peer_certificate().expect("a client keeps its certificate");
        assert_eq!(certificate.dns_names(), ["van-7"]);
        let resumed = accepted.is_resumed();
        // Tickets come after the handshake, and a client takes them when it reads.
        drop(accepted);
        let _ = stage.sim.block_on(async { dialled.read(&mut [0]).await });
        resumed
    };
    assert_eq!([resumed(&server), resumed(&server)], [false, true]);
    assert!(!resumed(&stage.clients(&own, trust())));
}

/// Links are few and long; each proves its certificates.
#[test]
fn servers_never_resume() {
    let (stage, ours) = (Stage::new(), Authority::new("ours"));
    let [alford, ball] = ["Alford", "Ball"].map(|name| ours.certify(&Certificate::of(&[name])));
    let (server, client) = (stage.peers(&ball, &ours), stage.dialler(Some(&alford), &ours));
    for _ in 0..2 {
        let (accepted, dialled) = stage.shake(&server, &client, "Ball");
        let accepted = accepted.expect("it is good");
        assert!(!accepted.is_resumed());
        drop(accepted);
        let mut dialled = dialled.expect("it is good");
        let _ = stage.sim.block_on(async { dialled.read(&mut [0]).await });
    }
}

/// A hundred kilobytes through a network that holds a kilobyte at a time and cuts everything into pieces; and
/// whoever says no more still gets the answer.
#[test]
fn bytes_come_whole_and_one_direction_may_end_before_the_other() {
    let (stage, ours) = (Stage::new(), Authority::new("ours"));
    stage.sim.set_conditions(Conditions {
        split_one_in: 2,
        short_read_one_in: 2,
        buffer_bytes: 1000,
        ..Conditions::default()
    });
    let own = ours.certify(&Certificate::of(&["localhost"]));
    let (server, client) = (stage.clients(&own, ClientTrust::No), stage.dialler(None, &ours));
    let (accepted, dialled) = stage.shake(&server, &client, "localhost");
    let (mut accepted, mut dialled) = (accepted.expect("good"), dialled.expect("good"));
    let said: Vec<u8> = (0..100_000_u32).map(|number| number as u8).collect();
    let answer = said.iter().rev().copied().collect::<Vec<_>>();
    let (expected, back) = (said.clone(), answer.clone());
    stage.server.spawn(async move {
        let mut heard = Vec::new();
        accepted.read_to_end(&mut heard).await.expect("the end is said");
        assert!(heard == expected);
        accepted.write_all(&back).await.expect("it is read");
        accepted.close().await.expect("it is read");
    });
    let heard = stage.sim.block_on(async move {
        dialled.write_all(&said).await.expect("it is read");
        dialled.close().await.expect("it is read");
        let mut heard = Vec::new();
        dialled.read_to_end(&mut heard).await.expect("the end is said");
        heard
    });
    assert!(heard == answer);
}

/// Whoever cuts a connection must not be able to cut a reply unseen.
#[test]
fn a_connection_that_is_cut_off_is_an_error() {
    let (stage, ours) = (Stage::new(), Authority::new("ours"));
    let own = ours.certify(&Certificate::of(&["localhost"]));
    let (server, client) = (stage.clients(&own, ClientTrust::No), stage.dialler(None, &ours));
    let (accepted, dialled) = stage.shake(&server, &client, "localhost");
    drop(accepted);
    assert_eq!(hears(&stage, dialled), Err("the connection was cut off".to_owned()));
}

/// Bytes are encrypted once. Whoever changes its mind while they wait must learn that at once.
#[test]
fn a_pending_write_is_repeated_with_the_same_bytes() {
    let (stage, ours) = (Stage::new(), Authority::new("ours"));
    stage.sim.set_conditions(Conditions { buffer_bytes: 1000, ..Conditions::default() });
    let own = ours.certify(&Certificate::of(&["localhost"]));
    let (server, client) = (stage.clients(&own, ClientTrust::No), stage.dialler(None, &ours));
    let (_accepted, dialled) = stage.shake(&server, &client, "localhost");
    let mut dialled = dialled.expect("it is good");
    let expected = "a write over TLS that is pending must be repeated with the same bytes";
    stage.sim.block_on(async {
        assert!(future::poll_once(dialled.write(&[7; 20_000])).await.is_none());
        // More of them is fine, less or others are not.
        assert!(future::poll_once(dialled.write(&[7; 30_000])).await.is_none());
        for other in [&[7; 100][..], &[8; 20_000]] {
            let error = dialled.write(other).await.expect_err("these are other bytes");
            assert_eq!(error.to_string(), expected);
        }
    });
}
