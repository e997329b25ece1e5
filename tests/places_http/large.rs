//! Replies of nearly four megabytes, as large as they may be: nothing that takes a look at all of one
//! runs where clients are served.

use super::service::Service as Played;
use super::{KEY, ask_for, fetcher, question};
use async_std::task::block_on;
use herd::fetch::{Careful, FETCH_TIMEOUT, FetchRequest, FetchResponse};
use herd::places::{
    Answer, Cached, Chain, Coalesced, Google, GoogleNew, Photon, Places, PlacesError, Question,
    Remote, Service,
};
use herd::runtime::AsyncStd;
use std::sync::{Arc, Mutex};
use std::thread::{self, ThreadId};
use std::time::{Duration, Instant};

/// What the cases of this file are about.
const ATTRIBUTIONS: usize = 170_000;
const FEATURES: usize = 30_000;

/// How often a reply is asked for that is there.
const AGAIN: usize = 2_000;

/// Far more than it takes to hand out replies, and far less than as many looks at all of them do.
const PATIENCE: Duration = Duration::from_secs(30);

/// A service that remembers on which threads its responses were read.
struct Watched<S> {
    service: S,
    threads: Arc<Mutex<Vec<ThreadId>>>,
}

impl<S: Service> Service for Watched<S> {
    fn request(&self, question: &Question) -> Option<FetchRequest> {
        self.service.request(question)
    }

    fn answer(&self, question: &Question, response: FetchResponse) -> Result<Answer, PlacesError> {
        self.threads.lock().expect("nobody panics with it").push(thread::current().id());
        self.service.answer(question, response)
    }
}

/// Asks a service again and again through all that a server may put around it, and a source before
/// it that fails, so that each reply gets a note. Returns the reply.
fn asked_again_and_again(service: impl Service) -> String {
    let threads = Arc::default();
    let watched = Watched { service, threads: Arc::clone(&threads) };
    let runtime = AsyncStd::new();
    let careful = Careful::new(runtime.clone(), fetcher(), FETCH_TIMEOUT * 10);
    let remote = Remote::new(careful, watched).with_threads();
    let limits = "16:600".parse().expect("these are limits");
    let source = Coalesced::new(Cached::new(runtime, remote, limits));
    let chain = Chain::new("first", Failing).then("second", source);
    let reply = ask_for(&chain, "10", 1).expect("it answers");
    let (question, begin) = (question("10", 1), Instant::now());
    for _ in 0..AGAIN {
        block_on(chain.nearby(&question)).expect("it answers");
    }
    assert!(begin.elapsed() < PATIENCE, "{:?}", begin.elapsed());
    let threads = threads.lock().expect("nobody panics with it");
    assert_eq!(threads.len(), 1, "it is read once");
    assert_ne!(threads[0], thread::current().id(), "it is read on a thread of its own");
    reply
}

struct Failing;

#[async_trait::async_trait]
impl Places for Failing {
    async fn nearby(&self, _question: &Question) -> Result<Answer, PlacesError> {
        Err(PlacesError::new("out of order"))
    }
}

const NOTE: &str = "\"info_messages\" : [\n      \"first: out of order\"\n   ]";

/// A reply of Google's goes through as it came: 170,000 attributions stopped the whole server.
#[test]
fn many_attributions_pass_through() {
    let attributions = vec!["\"<i>nobody</i>\""; ATTRIBUTIONS].join(",\n\n");
    let body =
        format!("{{\"html_attributions\":[{attributions}],\"results\":[1,2],\"status\":\"OK\"}}");
    let played = Played::answering("200 OK", &body);
    let google = Google::new(KEY.parse().expect("the test's key is good"));
    let google = google.with_base(&played.base()).expect("the base is good");
    let reply = asked_again_and_again(google);
    let attributions = attributions.replace("\n\n", "\n");
    let expected = format!(
        "{{\"html_attributions\":[{attributions}],\n   {NOTE},\"results\":[1],\"status\":\"OK\"}}\n\n"
    );
    assert!(reply == expected, "{} bytes, not {}", reply.len(), expected.len());
}

/// The new API's attributions are put together, each once; doing that took 40 s.
#[test]
fn many_attributions_are_put_together() {
    let attributions: Vec<String> =
        (0..ATTRIBUTIONS).map(|n| format!("{{\"provider\":\"{n}\"}}")).collect();
    let body = format!("{{\"places\":[{{\"attributions\":[{}]}}]}}", attributions.join(","));
    assert!(body.len() < herd::fetch::BODY_BYTES_MAX);
    let played = Played::answering("200 OK", &body);
    let google = GoogleNew::new(KEY.parse().expect("the test's key is good"));
    let google = google.with_base(&played.base()).expect("the base is good");
    let reply = asked_again_and_again(google);
    assert!(reply.contains(NOTE) && reply.len() < 10_000, "{} bytes", reply.len());
}

/// 30,000 places are more than anyone asks for; sorting out which are there twice took 2.7 s.
#[test]
fn many_features_become_a_few_places() {
    let feature = |id| {
        format!(
            "{{\"properties\":{{\"osm_type\":\"N\",\"osm_id\":{id},\"osm_key\":\"shop\",\
             \"osm_value\":\"x\",\"name\":\"n\"}},\"geometry\":{{\"coordinates\":[-118.445,34.069]}}}}"
        )
    };
    let features: Vec<String> = (0..FEATURES).map(feature).collect();
    let body = format!("{{\"features\":[{}]}}", features.join(","));
    assert!(body.len() < herd::fetch::BODY_BYTES_MAX, "{}", body.len());
    let played = Played::answering("200 OK", &body);
    let reply = asked_again_and_again(Photon::new().with_base(&played.base()).expect("it is good"));
    assert!(reply.contains(NOTE), "{reply}");
    assert_eq!(reply.matches("\"place_id\"").count(), 1, "{reply}");
}
