//! Links over TLS between real servers.

use super::client::side;
use super::door::has_event;
use super::support::{
    Authority, Certificate, Certified, Herd, Plan, ReservedPort, eventually, exchange,
};
use futures_lite::{AsyncReadExt, AsyncWriteExt, future};
use herd::runtime::{AsyncStd, Net};
use std::fs;

const AT: &str = "1479413884.392014450";

/// Alford and Ball, each with certificate files of its own: `Alford.pem` and so on. Both tables are
/// in one herd.toml each, since a certificate belongs to one server.
pub struct Pair {
    pub herd: Herd,
    ports: [ReservedPort; 2],
}

/// Which of the two listens for the other over TLS.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Secured {
    Both,
    OnlyBall,
}

impl Pair {
    /// Nobody runs yet, and both have good certificates of `authority`, which they trust.
    pub fn trusting(secured: Secured, authority: &Authority) -> Self {
        let ports = [ReservedPort::new(), ReservedPort::new()];
        let listen = |port: &ReservedPort| format!("peer_tls_listen = \"{}\"", port.address());
        let mut plan = Plan::pair("Alford", "Ball").setting("Ball", &listen(&ports[1]));
        if secured == Secured::Both {
            plan = plan.setting("Alford", &listen(&ports[0]));
        }
        let files = "cert_file = \"NAME.pem\"\nkey_file = \"NAME.key\"\nca_file = \"ca.pem\"";
        let herd = plan.table(&format!("[peer_tls]\n{files}")).build();
        let pair = Self { herd, ports };
        fs::write(pair.herd.folder().join("ca.pem"), authority.pem()).expect("there is room");
        for name in ["Alford", "Ball"] {
            pair.certify(name, &authority.certify(&Certificate::of(&[name])));
            pair.write_herd(name);
        }
        pair
    }

    /// Gives a server another certificate.
    pub fn certify(&self, name: &str, certified: &Certified) {
        certified.write(self.herd.folder(), name);
    }

    /// Each machine has a herd.toml of its own, which differs only in the files.
    fn write_herd(&self, name: &str) {
        let folder = self.herd.folder();
        let shared = fs::read_to_string(folder.join("herd.toml")).expect("it is there");
        let own = shared.replace("NAME", name);
        fs::write(folder.join(format!("{name}.toml")), own).expect("there is room");
    }

    pub fn start(&mut self, name: &str) {
        let file = self.herd.folder().join(format!("{name}.toml"));
        let file = file.to_str().expect("the folder's name is text").to_owned();
        let launch = self.herd.launch(name).replacing("--herd", &file);
        self.herd.start_as(launch);
    }

    /// Waits until a server's log has an event with all of `parts`.
    #[track_caller]
    pub fn await_event(&mut self, name: &str, parts: &[&str]) {
        let herd = &mut self.herd;
        eventually(&format!("an event of {name} with {parts:?}"), || {
            has_event(&herd.server(name).log(), parts)
        });
    }
}

/// Without it, whoever reaches the port could say that it is a neighbor, and read everything.
#[test]
fn two_servers_speak_tls_and_know_the_same() {
    let ours = Authority::new("ours");
    let mut pair = Pair::trusting(Secured::Both, &ours);
    pair.start("Alford");
    pair.start("Ball");
    let told = pair.herd.iamat("Alford", "kiwi", "+34-118", AT);
    pair.herd.await_known("Ball", &told);
    let told = pair.herd.iamat("Ball", "plum", "+34-118", AT);
    pair.herd.await_known("Alford", &told);
    // What follows went over the ports for TLS: nobody dialled the plain ones.
    let ball = pair.ports[1].address().to_string();
    let traffic = pair.herd.traffic("Alford");
    let mut dialled = traffic.of("opened").filter(|event| event["purpose"] == "follow");
    assert!(dialled.all(|event| event["address"] == ball.as_str()));
}

/// A herd changes over one server at a time: one that has no port for TLS yet is dialled without.
#[test]
fn a_herd_changes_over_one_server_at_a_time() {
    let ours = Authority::new("ours");
    let mut pair = Pair::trusting(Secured::OnlyBall, &ours);
    pair.start("Alford");
    pair.start("Ball");
    let told = pair.herd.iamat("Alford", "kiwi", "+34-118", AT);
    pair.herd.await_known("Ball", &told);
    let told = pair.herd.iamat("Ball", "plum", "+34-118", AT);
    pair.herd.await_known("Alford", &told);
}

/// Each wrong certificate is refused and told on both sides, with what is wrong and where.
#[test]
fn a_wrong_certificate_makes_no_link_and_is_told_on_both_sides() {
    let (ours, theirs) = (Authority::new("ours"), Authority::new("theirs"));
    let ball = || Certificate::of(&["Ball"]);
    for (wrong, by_alford, by_ball) in [
        (
            ours.certify(&Certificate::of(&["Holiday"])),
            "its certificate is not for Ball, but for Holiday",
            "it is not for the name wanted there",
        ),
        (
            theirs.certify(&ball()),
            "its certificate is not signed by a trusted authority",
            "its authority is not trusted there",
        ),
        (
            ours.certify(&ball().in_years(2000, 2001)),
            "its certificate expired on 2001-12-31T00:00:00Z",
            "it has expired there",
        ),
    ] {
        let mut pair = Pair::trusting(Secured::Both, &ours);
        pair.certify("Ball", &wrong);
        pair.start("Alford");
        pair.start("Ball");
        // Alford dials Ball and refuses it; Ball hears why.
        pair.await_event("Alford", &["no link to a neighbor", "neighbor Ball", by_alford]);
        let by_ball = format!("the other side refuses our certificate: {by_ball}");
        let handshake = "a TLS handshake failed";
        pair.await_event("Ball", &[handshake, "neighbors over TLS", "from 127.0.0.1:", &by_ball]);
        pair.herd.iamat("Alford", "kiwi", "+34-118", AT);
        assert_eq!(pair.herd.known("Ball", "kiwi"), None);
    }
}

/// A server that dials with the certificate of another one must not get what is that one's, even if
/// the certificate is good.
#[test]
fn a_name_in_follow_that_the_certificate_does_not_have_is_refused() {
    let ours = Authority::new("ours");
    let mut pair = Pair::trusting(Secured::Both, &ours);
    pair.start("Alford");
    let holiday = ours.certify(&Certificate::of(&["Holiday"]));
    let dialler = side(&ours, Some(&holiday));
    let address = pair.ports[0].address().to_string();
    let answer = future::block_on(async {
        let runtime = AsyncStd::new();
        let stream = runtime.connect(&address).await.expect("Alford is there");
        let name = "Alford".parse().expect("the name is good");
        let mut link = dialler.connect(&name, stream, &runtime).await.expect("it is trusted");
        link.write_all(b"FOLLOW Ball - 0\n").await.expect("it is read");
        let mut answer = String::new();
        link.read_to_string(&mut answer).await.expect("the end is said");
        answer
    });
    assert_eq!(answer, "? FOLLOW Ball - 0\n");
    pair.await_event(
        "Alford",
        &[
            "refused a server that calls itself Ball",
            "its certificate is not for Ball, but for Holiday",
            "from 127.0.0.1:",
        ],
    );
}

/// A neighbor without a certificate, or with one of another authority, gets no further than the
/// handshake.
#[test]
fn a_server_without_a_good_certificate_does_not_come_in() {
    let ours = Authority::new("ours");
    let mut pair = Pair::trusting(Secured::Both, &ours);
    pair.start("Alford");
    let address = pair.ports[0].address().to_string();
    let heard = |own: Option<&Certified>| {
        let dialler = side(&ours, own);
        future::block_on(async {
            let runtime = AsyncStd::new();
            let stream = runtime.connect(&address).await?;
            let name = "Alford".parse().expect("the name is good");
            let mut link = dialler.connect(&name, stream, &runtime).await?;
            link.write_all(b"FOLLOW Ball - 0\n").await?;
            let mut answer = String::new();
            link.read_to_string(&mut answer).await.map(|_| answer)
        })
        .map_err(|error: std::io::Error| error.to_string())
    };
    let wanted = "the other side wants a certificate from us".to_owned();
    assert_eq!(heard(None), Err(wanted));
    let other = Authority::new("theirs").certify(&Certificate::of(&["Ball"]));
    let unknown = "the other side refuses our certificate: its authority is not trusted there";
    assert_eq!(heard(Some(&other)), Err(unknown.to_owned()));
    let handshake = "a TLS handshake failed";
    pair.await_event("Alford", &[handshake, "the other side has no certificate"]);
}

/// A neighbor with an old herd.toml dials without TLS: it must hear nothing, and the event must say
/// what is wrong.
#[test]
fn plain_text_at_the_port_for_tls_is_closed_and_told() {
    let mut pair = Pair::trusting(Secured::Both, &Authority::new("ours"));
    pair.start("Alford");
    assert_eq!(exchange(pair.ports[0].address(), "FOLLOW Ball - 0\n"), b"");
    let reason = "the other side does not speak TLS";
    pair.await_event("Alford", &["a TLS handshake failed", "neighbors over TLS", reason]);
    assert!(!pair.herd.server("Alford").log().contains("a neighbor follows"));
}
