//! Where a service is.

use crate::fetch::Url;
use std::fmt;

/// The URL of a service's `path`, which begins with `/`, below a base.
pub(super) fn endpoint(base: &str, path: &str) -> Result<Url, InvalidBase> {
    let mut url = Url::parse(base).map_err(|error| InvalidBase(error.to_string()))?;
    let invalid = |why: &str| Err(InvalidBase(why.to_owned()));
    if !matches!(url.scheme(), "http" | "https") {
        return invalid("it is not of http or https");
    }
    if !url.username().is_empty() || url.password().is_some() {
        return invalid("it has a user name or a password");
    }
    if url.query().is_some() || url.fragment().is_some() {
        return invalid("it has a query or a fragment");
    }
    url.set_path(&format!("{}{path}", url.path().trim_end_matches('/')));
    Ok(url)
}

/// A text that cannot be the base of a places service. The error does not repeat the text, because
/// it may contain a key by mistake.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct InvalidBase(String);

impl fmt::Display for InvalidBase {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "invalid places URL: {}", self.0)
    }
}

impl std::error::Error for InvalidBase {}

#[cfg(test)]
mod tests {
    use super::*;

    /// Without it a mistyped base would be noticed only when the first client asks.
    #[test]
    fn a_base_is_of_http_and_has_no_query() {
        let error = |base: &str| endpoint(base, "/x").expect_err("no base").to_string();
        assert_eq!(error("SECRET"), "invalid places URL: relative URL without a base");
        assert_eq!(error("ftp://a.test"), "invalid places URL: it is not of http or https");
        let query = "invalid places URL: it has a query or a fragment";
        assert_eq!(error("https://a.test/?key=SECRET"), query);
        assert_eq!(error("https://a.test/#SECRET"), query);
        let user = "invalid places URL: it has a user name or a password";
        assert_eq!(error("https://SECRET@a.test/"), user);
        let url = endpoint("http://127.0.0.1:8/proxy/", "/v1/x").expect("it is a base");
        assert_eq!(url.as_str(), "http://127.0.0.1:8/proxy/v1/x");
    }
}
