//! What a client may do, where that has to be proved.

use crate::access::{AccessList, ClientCertificate, Grant};
use crate::node::{Lookup, Node};
use crate::protocol::{Auth, Line, Request, Timestamp, write_authenticated};
use crate::server::guard::Guard;
use event_listener::EventListener;
use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};
use std::time::Duration;

/// How long a client may take to show a token, or a certificate that stands for one.
const AUTH_TIMEOUT: Duration = Duration::from_secs(10);

/// One connection's view of the tokens: whose it is, and whether that still holds.
pub(super) struct Gate {
    guard: Arc<Guard>,
    /// The version of the list that the standing is of.
    version: u64,
    standing: Standing,
    /// When a client that has shown nothing is disconnected, by the clock's uptime.
    auth_due: Duration,
    /// Wakes the session when the list is exchanged.
    exchanged: Option<EventListener>,
    /// How many commands were not permitted since somebody asked.
    denied: u64,
}

/// What became of a line.
pub(super) enum Answer {
    /// It is answered, or will be once this is looked up.
    Given(Option<Lookup>),
    /// It was meant as AUTH, and is not good. Nothing more is taken from the client.
    AuthRefused,
}

enum Standing {
    /// The client has shown nothing yet, and may do nothing.
    Stranger,
    /// The client holds this token.
    Holder(Arc<Grant>, Shown),
    /// The client's token is no longer good.
    Revoked,
}

/// What was shown for a token.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Shown {
    Token,
    Certificate,
}

impl Gate {
    /// The gate before a client that comes in at the uptime `now`, with a certificate that it has
    /// proved to hold, or without.
    pub(super) fn new(
        guard: Arc<Guard>,
        certificate: Option<&dyn ClientCertificate>,
        now: Duration,
    ) -> Self {
        let version = guard.version();
        let list = guard.list();
        let certified = certificate.and_then(|it| list.of_certificate(it));
        let standing = match certified {
            Some(grant) => Standing::Holder(Arc::clone(grant), Shown::Certificate),
            None => Standing::Stranger,
        };
        Self { guard, version, standing, auth_due: now + AUTH_TIMEOUT, exchanged: None, denied: 0 }
    }

    /// The token that the client holds.
    pub(super) fn grant(&self) -> Option<&Arc<Grant>> {
        match &self.standing {
            Standing::Holder(grant, _) => Some(grant),
            Standing::Stranger | Standing::Revoked => None,
        }
    }

    /// Answers one line, as far as the client may.
    pub(super) fn answer(
        &mut self,
        node: &mut Node,
        line: Line<'_>,
        received: Timestamp,
        reply: &mut Vec<u8>,
    ) -> Answer {
        if Auth::is_meant_by(line.text()) {
            return match self.authenticate(line) {
                Some(grant) => {
                    write_authenticated(grant.name().as_str(), reply);
                    Answer::Given(None)
                }
                None => Answer::AuthRefused,
            };
        }
        let mut denied = 0;
        let lookup = node.command_if(line, received, reply, |request| {
            let is_permitted = self.permit(request);
            denied += u64::from(!is_permitted);
            is_permitted
        });
        self.denied += denied;
        Answer::Given(lookup)
    }

    /// How many commands were not permitted since the last call.
    pub(super) fn take_denied(&mut self) -> u64 {
        std::mem::take(&mut self.denied)
    }

    /// Whether the client may give this command.
    fn permit(&self, request: &Request<'_>) -> bool {
        self.grant().is_some_and(|grant| grant.rights().permit(request))
    }

    /// Takes in a line that is meant as AUTH. The client holds that token from now on, in the place of
    /// what it showed before; None if the token is not good.
    fn authenticate(&mut self, line: Line<'_>) -> Option<&Arc<Grant>> {
        let Line::Whole(line) = line else { return None };
        let list = self.guard.list();
        let grant = Auth::parse(line).and_then(|auth| list.authenticate(&auth).map(Arc::clone))?;
        self.standing = Standing::Holder(grant, Shown::Token);
        self.grant()
    }

    /// When the client must have shown something; None once it has.
    pub(super) fn auth_due(&self) -> Option<Duration> {
        matches!(self.standing, Standing::Stranger).then_some(self.auth_due)
    }

    /// Looks whether the client's token is still good, and whether what it may do has changed. Costs
    /// next to nothing while the list stays the same.
    pub(super) fn is_revoked(&mut self) -> bool {
        let version = self.guard.version();
        if version != self.version {
            self.version = version;
            let list = self.guard.list();
            if let Standing::Holder(grant, shown) = &self.standing {
                self.standing = match renewed(&list, grant, *shown) {
                    Some(renewed) => Standing::Holder(renewed, *shown),
                    None => Standing::Revoked,
                };
            }
        }
        matches!(self.standing, Standing::Revoked)
    }

    /// Ready when the client's token is no longer good.
    pub(super) fn poll_revoked(&mut self, cx: &mut Context<'_>) -> Poll<()> {
        loop {
            // Listen before looking: an exchange in between wakes this task again.
            let exchanged = self.exchanged.get_or_insert_with(|| self.guard.exchanged());
            let is_awaited = Pin::new(exchanged).poll(cx).is_pending();
            if self.is_revoked() {
                return Poll::Ready(());
            }
            if is_awaited {
                return Poll::Pending;
            }
            self.exchanged = None;
        }
    }
}

/// The grant that goes on in another list: the one of the same name, for the same token where that was
/// what was shown.
fn renewed(list: &AccessList, grant: &Grant, shown: Shown) -> Option<Arc<Grant>> {
    let renewed = list.grant(grant.name())?;
    let is_same = shown == Shown::Certificate || renewed.hash() == grant.hash();
    is_same.then(|| Arc::clone(renewed))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::access::{Rights, Role, Scope, TokenHash};
    use crate::node::Rules;
    use std::task::{Wake, Waker};

    fn list(entries: &[(&str, &str, Role)]) -> AccessList {
        let mut list = AccessList::default();
        for (name, token, role) in entries {
            let rights = Rights::new([*role], Scope::Id("van-7".to_owned()));
            let rights = rights.expect("the test's rights make sense");
            let hash = TokenHash::of(token.as_bytes());
            list.add(Grant::new(name.parse().expect("it is a name"), hash, rights));
        }
        list
    }

    struct Certificate(&'static str);

    impl ClientCertificate for Certificate {
        fn is_valid_for(&self, dns_name: &str) -> bool {
            dns_name == self.0
        }
    }

    fn gate(guard: &Arc<Guard>, certificate: Option<&'static str>) -> Gate {
        let certificate = certificate.map(Certificate);
        let shown = certificate.as_ref().map(|it| it as &dyn ClientCertificate);
        Gate::new(Arc::clone(guard), shown, Duration::from_secs(1))
    }

    /// Whether the client may tell where van-7 is, and ask.
    fn may(gate: &Gate) -> [bool; 2] {
        ["IAMAT van-7 +1+1 1", "WHATSAT van-7 1 1"].map(|line| {
            gate.permit(&Request::parse(line.as_bytes()).expect("the test's lines are good"))
        })
    }

    #[test]
    fn a_stranger_may_do_nothing_and_a_holder_what_the_token_permits() {
        let guard = Arc::new(Guard::new(list(&[
            ("van-7", "one", Role::Device),
            ("map", "two", Role::Reader),
        ])));
        let mut gate = gate(&guard, None);
        assert_eq!((may(&gate), gate.auth_due()), ([false, false], Some(Duration::from_secs(11))));
        assert!(gate.authenticate(Line::Whole(b"AUTH van-7 two")).is_none());
        assert!(gate.authenticate(Line::Whole(b"auth van-7 one")).is_none());
        assert_eq!(may(&gate), [false, false]);
        assert!(gate.authenticate(Line::Whole(b"AUTH van-7 one")).is_some());
        assert_eq!((may(&gate), gate.auth_due()), ([true, false], None));
        // The newest token counts.
        assert!(gate.authenticate(Line::Whole(b"AUTH map two")).is_some());
        assert_eq!(may(&gate), [false, true]);
    }

    /// The word is known however the rest of the line looks, and nothing of it comes back.
    #[test]
    fn a_line_that_is_meant_as_auth_is_never_sent_back() {
        let guard = Arc::new(Guard::new(list(&[("van-7", "one", Role::Device)])));
        let mut node = Node::new("Alford".parse().expect("it is a name"), Rules::default(), 1);
        let mut answer = |line: Line<'_>| {
            let (mut gate, mut reply) = (gate(&guard, None), Vec::new());
            let answer = gate.answer(&mut node, line, Timestamp::default(), &mut reply);
            let is_refused = matches!(answer, Answer::AuthRefused);
            (is_refused, String::from_utf8(reply).expect("replies are text"))
        };
        let ok = (false, "OK van-7\n".to_owned());
        assert_eq!(answer(Line::Whole(b"AUTH van-7 one")), ok);
        assert_eq!(answer(Line::Whole(b" AUTH\tvan-7  one \r")), ok);
        let refused = (true, String::new());
        for line in ["AUTH", "AUTH van-7", "AUTH van-7 two", "auth van-7 one", "AUTH van-7 one x"] {
            assert_eq!(answer(Line::Whole(line.as_bytes())), refused, "{line}");
        }
        assert_eq!(answer(Line::Overlong(b"AUTH van-7 one")), refused);
        let echoed = (false, "? IAMAT van-7 +1+1 1\n".to_owned());
        assert_eq!(answer(Line::Whole(b"IAMAT van-7 +1+1 1")), echoed);
    }

    #[test]
    fn a_certificate_stands_for_the_token_of_its_name() {
        let guard = Arc::new(Guard::new(list(&[("van-7.example", "one", Role::Device)])));
        assert_eq!(may(&gate(&guard, Some("van-7.example"))), [true, false]);
        assert_eq!(may(&gate(&guard, Some("other.example"))), [false, false]);
        // Another token under the same name changes nothing for a certificate.
        let mut certified = gate(&guard, Some("van-7.example"));
        guard.exchange(list(&[("van-7.example", "two", Role::Device)]));
        assert!(!certified.is_revoked());
        guard.exchange(list(&[]));
        assert!(certified.is_revoked());
    }

    /// A reload must reach connections that are open.
    #[test]
    fn an_exchanged_list_counts_at_once() {
        let guard = Arc::new(Guard::new(list(&[("van-7", "one", Role::Device)])));
        let mut gate = gate(&guard, None);
        assert!(gate.authenticate(Line::Whole(b"AUTH van-7 one")).is_some());
        guard.exchange(list(&[("van-7", "one", Role::Reader), ("new", "two", Role::Device)]));
        assert!(!gate.is_revoked());
        assert_eq!(may(&gate), [false, true]);
        guard.exchange(list(&[("van-7", "other", Role::Reader)]));
        assert!(gate.is_revoked());
        assert_eq!(may(&gate), [false, false]);
    }

    struct Flag(std::sync::atomic::AtomicBool);

    impl Wake for Flag {
        fn wake(self: Arc<Self>) {
            self.0.store(true, std::sync::atomic::Ordering::Relaxed);
        }
    }

    /// An idle connection would keep a token's place until it says something.
    #[test]
    fn whoever_waits_is_woken_by_an_exchange() {
        let guard = Arc::new(Guard::new(list(&[("van-7", "one", Role::Device)])));
        let mut gate = gate(&guard, None);
        gate.authenticate(Line::Whole(b"AUTH van-7 one"));
        let flag = Arc::new(Flag(false.into()));
        let waker = Waker::from(Arc::clone(&flag));
        let mut cx = Context::from_waker(&waker);
        assert!(gate.poll_revoked(&mut cx).is_pending());
        guard.exchange(list(&[]));
        assert!(flag.0.load(std::sync::atomic::Ordering::Relaxed));
        assert!(gate.poll_revoked(&mut cx).is_ready());
    }
}
