//! What a request shows to say who it comes from.

use super::target::Target;
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use hyper::HeaderMap;
use hyper::header::{AUTHORIZATION, HeaderValue};
use std::fmt;

/// What a request has shown: a name with a secret, a secret alone, or nothing.
///
/// Apps differ in what they can send, so it may come as `Authorization: Basic`, as `Authorization:
/// Bearer`, as the parameter `token`, or in the path `/t/TOKEN/...`; the first of these counts.
#[derive(Clone, Default, PartialEq, Eq)]
pub struct Credential {
    name: Option<String>,
    secret: Option<String>,
}

impl Credential {
    /// The name, which only `Basic` has.
    pub fn name(&self) -> Option<&str> {
        self.name.as_deref()
    }

    /// The password or token.
    pub fn secret(&self) -> Option<&str> {
        self.secret.as_deref()
    }

    /// The name of a token and the token: those of `Basic`, or both in one text as `NAME:TOKEN`.
    pub(super) fn parts(&self) -> Option<(&str, &str)> {
        let secret = self.secret()?;
        match self.name() {
            Some(name) => Some((name, secret)),
            // A text without a name is shown all the same, so that it is refused and not overlooked.
            None => Some(secret.split_once(':').unwrap_or(("", secret))),
        }
    }

    /// Whether the request has shown nothing.
    pub fn is_none(&self) -> bool {
        self.name.is_none() && self.secret.is_none()
    }

    /// Takes the credential out of a request: nothing behind this sees it again.
    pub(super) fn take(target: &mut Target, headers: &mut HeaderMap) -> Self {
        let header = headers.remove(AUTHORIZATION).and_then(|value| of_header(&value));
        let in_path = target.take_token();
        let in_query = target.parameters.take("token");
        let alone = in_query.or(in_path).map(Self::of_secret);
        header.or(alone).unwrap_or_default()
    }

    fn of_secret(secret: String) -> Self {
        Self { name: None, secret: Some(secret) }
    }
}

/// Reads `Basic` and `Bearer`; None for anything else.
fn of_header(value: &HeaderValue) -> Option<Credential> {
    let (scheme, rest) = value.to_str().ok()?.trim().split_once(' ')?;
    let rest = rest.trim();
    if scheme.eq_ignore_ascii_case("bearer") {
        return Some(Credential::of_secret(rest.to_owned()));
    }
    if !scheme.eq_ignore_ascii_case("basic") {
        return None;
    }
    let decoded = String::from_utf8(STANDARD.decode(rest).ok()?).ok()?;
    let (name, secret) = decoded.split_once(':')?;
    Some(Credential { name: Some(name.to_owned()), secret: Some(secret.to_owned()) })
}

/// Never the secret.
impl fmt::Debug for Credential {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Credential").field("name", &self.name).finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn taken(path_and_query: &str, authorization: Option<&str>) -> (Credential, Target) {
        let mut target = Target::parse(&path_and_query.parse().expect("the test's paths are good"));
        let mut headers = HeaderMap::new();
        if let Some(value) = authorization {
            headers.insert(AUTHORIZATION, value.parse().expect("the test's headers are good"));
        }
        let credential = Credential::take(&mut target, &mut headers);
        assert!(headers.is_empty());
        (credential, target)
    }

    /// A token that stays in the path or the query would end in a log, or be taken for a parameter.
    #[test]
    fn it_is_taken_from_all_places_and_left_in_none() {
        let basic = Some("Basic dmFuOnNlOmNyZXQ=");
        let (credential, target) = taken("/t/abc/osmand?token=def&id=x", basic);
        assert_eq!((credential.name(), credential.secret()), (Some("van"), Some("se:cret")));
        assert_eq!(target, Target::parse(&"/osmand?id=x".parse().expect("the path is good")));
        let secret = |path, header| taken(path, header).0.secret().map(str::to_owned);
        assert_eq!(secret("/t/abc/?token=def", Some("bearer ghi ")).as_deref(), Some("ghi"));
        assert_eq!(secret("/t/abc/?token=def", None).as_deref(), Some("def"));
        assert_eq!(secret("/t/a%2Fc/", None).as_deref(), Some("a/c"));
        assert_eq!(secret("/", Some("Digest x")), None);
        assert_eq!(secret("/", Some("Basic not/base64:")), None);
        assert!(taken("/t", None).0.is_none());
    }

    /// The token of a van must not be readable in what is printed for debugging.
    #[test]
    fn it_is_never_printed() {
        let (credential, _) = taken("/", Some("Basic dmFuOnNlOmNyZXQ="));
        assert_eq!(format!("{credential:?}"), "Credential { name: Some(\"van\"), .. }");
    }
}
