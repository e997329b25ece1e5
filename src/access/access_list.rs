//! All tokens that a server knows.

use super::certificate::ClientCertificate;
use super::grant::Grant;
use super::token_hash::TokenHash;
use super::token_name::TokenName;
use crate::protocol::Auth;
use std::collections::BTreeMap;
use std::sync::Arc;

/// The grants of an access.toml, each with a name of its own.
///
/// ```
/// use herd::access::AccessList;
/// use herd::protocol::{Auth, ClientId};
///
/// // The hash is that of "secret", which nobody should take for a token.
/// let list = AccessList::from_toml(
///     r#"
///     [[token]]
///     name = "van-7"
///     sha256 = "2bb80d537b1da3e38bd30361aa855686bde0eacd7162fef6a25fe97bf527a25b"
///     id = "van-7"
///     roles = ["device"]
///     "#,
/// )?;
/// let auth = Auth::parse(b"AUTH van-7 secret").ok_or("it is well-formed")?;
/// let grant = list.authenticate(&auth).ok_or("it is the right token")?;
/// assert!(grant.rights().may_tell(ClientId::new("van-7")?));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug, Default, PartialEq)]
pub struct AccessList {
    grants: BTreeMap<TokenName, Arc<Grant>>,
}

impl AccessList {
    /// Adds a grant; false if there is one of this name already, which stays.
    pub fn add(&mut self, grant: Grant) -> bool {
        let name = grant.name().clone();
        let is_new = !self.grants.contains_key(&name);
        if is_new {
            self.grants.insert(name, Arc::new(grant));
        }
        is_new
    }

    /// How many grants there are.
    pub fn len(&self) -> usize {
        self.grants.len()
    }

    /// Whether there is none, so that nobody may do anything.
    pub fn is_empty(&self) -> bool {
        self.grants.is_empty()
    }

    /// The grant of this name.
    pub fn grant(&self, name: &TokenName) -> Option<&Arc<Grant>> {
        self.grants.get(name)
    }

    /// The grant of whoever says this, if name and token are right. A name that nobody has takes as
    /// long as a wrong token.
    pub fn authenticate(&self, auth: &Auth<'_>) -> Option<&Arc<Grant>> {
        let name = str::from_utf8(auth.name()).ok().and_then(|name| name.parse().ok());
        let grant = name.and_then(|name: TokenName| self.grants.get(&name));
        let known = grant.map_or(TokenHash::NOBODYS, |grant| grant.hash());
        let is_right = TokenHash::of(auth.token()) == known;
        grant.filter(|_| is_right)
    }

    /// The grant that a certificate stands for: the one whose name it is valid for. A certificate that
    /// is valid for the names of several grants, as one with a wildcard may be, stands for none.
    pub fn of_certificate(&self, certificate: &dyn ClientCertificate) -> Option<&Arc<Grant>> {
        let mut matching =
            self.grants.values().filter(|grant| certificate.is_valid_for(grant.name().as_str()));
        let first = matching.next()?;
        matching.next().is_none().then_some(first)
    }

    /// The same list, whose tokens were used for what those of the same names in `before` were.
    pub fn after(self, before: &Self) -> Self {
        let grants = self.grants.into_iter().map(|(name, grant)| {
            let grant = match before.grants.get(&name) {
                Some(before) => Arc::new(Arc::unwrap_or_clone(grant).used_as(before)),
                None => grant,
            };
            (name, grant)
        });
        Self { grants: grants.collect() }
    }
}

#[cfg(test)]
mod tests {
    use super::super::rights::{Rights, Role};
    use super::super::scope::Scope;
    use super::*;
    use std::num::NonZeroU32;
    use std::time::Duration;

    fn reader(name: &str, token: &str) -> Grant {
        let rights = Rights::new([Role::Reader], Scope::Everybody).expect("they make sense");
        let name = name.parse().expect("the test's names are good");
        Grant::new(name, TokenHash::of(token.as_bytes()), rights)
    }

    fn list() -> AccessList {
        let mut list = AccessList::default();
        assert!(list.add(reader("map", "s3cr3t")));
        assert!(list.add(reader("map.example", "0th3r")));
        assert!(!list.add(reader("map", "0th3r")));
        list
    }

    #[test]
    fn name_and_token_must_both_be_right() {
        let list = list();
        let name_of = |line: &str| {
            let auth = Auth::parse(line.as_bytes()).expect("the test's lines are well-formed");
            list.authenticate(&auth).map(|grant| grant.name().to_string())
        };
        assert_eq!(name_of("AUTH map s3cr3t"), Some("map".to_owned()));
        assert_eq!(name_of("AUTH map.example 0th3r"), Some("map.example".to_owned()));
        for wrong in ["map 0th3r", "map s3cr3", "MAP s3cr3t", "nobody s3cr3t", "a:b s3cr3t"] {
            assert_eq!(name_of(&format!("AUTH {wrong}")), None, "{wrong}");
        }
    }

    struct Names(&'static [&'static str]);

    impl ClientCertificate for Names {
        fn is_valid_for(&self, dns_name: &str) -> bool {
            self.0.contains(&dns_name)
        }
    }

    /// A wildcard certificate must not make its holder choose whom to be.
    #[test]
    fn a_certificate_stands_for_the_one_token_that_has_its_name() {
        let list = list();
        let name_of = |names| list.of_certificate(&Names(names)).map(|it| it.name().to_string());
        assert_eq!(name_of(&["map.example"]), Some("map.example".to_owned()));
        assert_eq!(name_of(&["map.example", "other"]), Some("map.example".to_owned()));
        assert_eq!(name_of(&["map.example", "map"]), None);
        assert_eq!(name_of(&["other"]), None);
    }

    /// A reload must not give back what a token has used up.
    #[test]
    fn a_new_list_remembers_what_tokens_were_used_for() {
        let (now, one) = (Duration::from_secs(5), NonZeroU32::MIN);
        let (before, mut new) = (list(), AccessList::default());
        let used = |list: &AccessList, name: &str| {
            let grant = list.grant(&name.parse().expect("it is a name")).expect("it is there");
            grant.usage().commands.left(one, now) == 0
        };
        before
            .grant(&"map".parse().expect("it is a name"))
            .expect("it is there")
            .usage()
            .commands
            .take(1, one, now);
        new.add(reader("map", "n3w"));
        new.add(reader("other", "n3w"));
        assert!(!used(&new, "map"));
        let after = new.clone().after(&before);
        assert_eq!((used(&after, "map"), used(&after, "other")), (true, false));
        assert_eq!(after, new);
    }
}
