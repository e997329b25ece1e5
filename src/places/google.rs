//! Google's Nearby Search, or a service with the same interface.

use super::answer::Answer;
use super::api_key::ApiKey;
use super::base::InvalidBase;
use super::base::endpoint;
use super::places_error::PlacesError;
use super::question::Question;
use super::service::Service;
use crate::fetch::{FetchRequest, FetchResponse, Url};
use std::fmt;

/// Where Google's own service is.
pub const GOOGLE_BASE: &str = "https://maps.googleapis.com";

/// The path of Nearby Search, below the base.
const NEARBY_SEARCH: &str = "/maps/api/place/nearbysearch/json";

/// Nearby Search, asked for every question. Google serves only keys that had the service before it
/// became a legacy one.
///
/// ```
/// use herd::fetch::{CannedFetcher, FetchResponse};
/// use herd::places::{Google, Places, Question, Remote};
/// use herd::protocol::{Coordinates, MaxResults, Radius};
///
/// # async_std::task::block_on(async {
/// let denied = br#"{ "results" : [], "status" : "REQUEST_DENIED" }"#;
/// let fetcher = CannedFetcher::new()
///     .with_answer("https://maps.googleapis.com/", Ok(FetchResponse::new(200, denied)));
/// let source = Remote::new(fetcher, Google::new("AIzaSecret".parse()?));
/// let question = Question::new(
///     Coordinates { latitude: 34.06893, longitude: -118.445127 },
///     Radius::parse(b"10").expect("10 km are at most 50"),
///     MaxResults::parse(b"5").expect("5 is at most 20"),
/// );
/// let mut out = Vec::new();
/// source.nearby(&question).await?.write(question.max, &mut out);
/// assert_eq!(out, b"{ \"results\" : [], \"status\" : \"REQUEST_DENIED\" }\n\n");
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// # }).unwrap();
/// ```
#[derive(Clone)]
pub struct Google {
    endpoint: Url,
    key: ApiKey,
}

impl Google {
    /// Google's own service, asked as the customer whose key this is.
    pub fn new(key: ApiKey) -> Self {
        let endpoint = endpoint(GOOGLE_BASE, NEARBY_SEARCH).expect("Google's base is a good one");
        Self { endpoint, key }
    }

    /// The same at another place: `base` is what comes before `/maps/api/place/...`, a
    /// URL of `http` or `https`.
    ///
    /// # Errors
    /// When `base` is anything else, or has a user name, a password, a query or a fragment.
    pub fn with_base(self, base: &str) -> Result<Self, InvalidBase> {
        Ok(Self { endpoint: endpoint(base, NEARBY_SEARCH)?, ..self })
    }
}

impl Service for Google {
    /// The service is asked even if `max` is 0, because only it can tell the reply's status.
    fn request(&self, question: &Question) -> Option<FetchRequest> {
        let query = format!(
            "location={},{}&radius={}&key={}",
            question.center.latitude,
            question.center.longitude,
            question.radius_metres(),
            self.key.in_query()
        );
        let mut url = self.endpoint.clone();
        url.set_query(Some(&query));
        Some(FetchRequest::get(url))
    }

    /// A reply in the shape of Nearby Search counts, whatever its HTTP status. Without such a
    /// reply, the HTTP status is all that is known.
    fn answer(&self, _question: &Question, response: FetchResponse) -> Result<Answer, PlacesError> {
        let status = response.status();
        let json = self.key.redact(response.into_body());
        Answer::from_json(json).or_else(|error| match status {
            200 => Err(PlacesError::new(format!(
                "the places service answered with no Nearby Search reply: {error}"
            ))),
            429 => Ok(Answer::over_query_limit()),
            _ => Err(PlacesError::of_status(status)),
        })
    }

    fn redact(&self, text: Vec<u8>) -> Vec<u8> {
        self.key.redact(text)
    }
}

impl fmt::Debug for Google {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let endpoint = self.endpoint.as_str();
        f.debug_struct("Google").field("endpoint", &endpoint).finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fetch::{CannedFetcher, FetchError};
    use crate::places::{Places, Remote};
    use crate::protocol::{Coordinates, MaxResults, Radius};
    use futures_lite::future::block_on;
    use std::sync::Arc;

    const KEY: &str = "AIza+Secret/Key";

    fn question(latitude: f64, longitude: f64, radius: &str) -> Question {
        Question::new(
            Coordinates { latitude, longitude },
            Radius::parse(radius.as_bytes()).expect("the test's radius is good"),
            MaxResults::new(5).expect("5 is at most 20"),
        )
    }

    fn google() -> Google {
        Google::new(KEY.parse().expect("the test's key is good"))
    }

    fn ask(answer: Result<FetchResponse, FetchError>) -> Result<String, String> {
        let fetcher = CannedFetcher::new().with_answer("https://", answer);
        let source = Remote::new(fetcher, google());
        let question = question(34.0, -118.0, "10");
        let answer = block_on(source.nearby(&question)).map_err(|error| error.to_string())?;
        let mut out = Vec::new();
        answer.write(question.max, &mut out);
        Ok(String::from_utf8(out).expect("a reply is UTF-8"))
    }

    /// Without it a source would look elsewhere, or for another radius.
    #[test]
    fn a_question_is_one_url() {
        let fetcher = Arc::new(CannedFetcher::new());
        let at_proxy = google().with_base("http://127.0.0.1:8/proxy/").unwrap();
        let proxy = Remote::new(fetcher.clone(), at_proxy);
        let google = Remote::new(fetcher.clone(), google());
        block_on(google.nearby(&question(34.06893, -118.445127, "10"))).expect_err("none is set");
        block_on(google.nearby(&question(-0.0000001, 180.0, "1.001"))).expect_err("none is set");
        block_on(proxy.nearby(&question(0.0, 0.0, "0"))).expect_err("none is set");
        let urls: Vec<String> = fetcher.requests().iter().map(|r| r.url().to_string()).collect();
        let nearby_search = "https://maps.googleapis.com/maps/api/place/nearbysearch/json";
        let key = "AIza%2BSecret%2FKey";
        assert_eq!(
            urls,
            [
                format!("{nearby_search}?location=34.06893,-118.445127&radius=10000&key={key}"),
                format!("{nearby_search}?location=-0.0000001,180&radius=1001&key={key}"),
                format!(
                    "http://127.0.0.1:8/proxy/maps/api/place/nearbysearch/json\
                     ?location=0,0&radius=0&key={key}"
                ),
            ]
        );
    }

    /// Without it a refusal that says why would become one that does not.
    #[test]
    fn a_reply_of_the_right_shape_passes_with_any_http_status() {
        let denied = r#"{ "results" : [], "status" : "REQUEST_DENIED" }"#;
        for status in [200, 403, 500] {
            let answer = ask(Ok(FetchResponse::new(status, denied)));
            assert_eq!(answer, Ok(format!("{denied}\n\n")), "{status}");
        }
    }

    /// Without it a client would not learn why there are no places.
    #[test]
    fn what_is_no_reply_is_an_error_that_says_so() {
        let html = |status| ask(Ok(FetchResponse::new(status, "<html>")));
        assert_eq!(html(500), Err("the places service answered 500".to_owned()));
        assert_eq!(html(302), Err("the places service answered 302".to_owned()));
        let not_json = "the places service answered with no Nearby Search reply: not JSON: \
                        wrong at line 1 column 1";
        assert_eq!(html(200), Err(not_json.to_owned()));
    }

    /// Without it a source that repeats the request would tell the key to every client.
    #[test]
    fn the_key_is_nowhere() {
        let echo = r#"{ "error_message" : "AIza+Secret/Key, AIza%2bSecret\/Key", "status" : "X" }"#;
        let redacted = r#"{ "error_message" : "REDACTED, REDACTED", "status" : "X" }"#;
        assert_eq!(ask(Ok(FetchResponse::new(200, echo))), Ok(format!("{redacted}\n\n")));
        let broken = FetchError::Broken { host: "a.test".to_owned(), why: KEY.to_owned() };
        let text = "no answer from the places service: no whole reply from a.test: REDACTED";
        assert_eq!(ask(Err(broken)), Err(text.to_owned()));
        let debug = "Google { endpoint: \
                     \"https://maps.googleapis.com/maps/api/place/nearbysearch/json\", .. }";
        assert_eq!(format!("{:?}", google()), debug);
    }
}
