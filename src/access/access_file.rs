//! The text of an access.toml.

use super::access_list::AccessList;
use super::grant::Grant;
use super::rights::{Rights, Role};
use super::scope::Scope;
use super::token_hash::TokenHash;
use super::token_name::TokenName;
use crate::config::ConfigError;
use crate::protocol::ClientId;
use std::num::NonZeroU32;
use std::ops::Range;
use toml::Spanned;
use toml::de::{DeTable, DeValue};

/// The keys of an entry.
const KEYS: [&str; 6] = ["name", "sha256", "id", "id_prefix", "roles", "rate"];

impl AccessList {
    /// Reads the text of an access.toml: a table `[[token]]` for each token.
    ///
    /// # Errors
    /// The first mistake in it, with its line, the entry, the field, and how to fix it. What may be a
    /// token by mistake is not in it.
    pub fn from_toml(text: &str) -> Result<Self, ConfigError> {
        // The values are read by hand: serde's errors would hold whatever is in the wrong place.
        let file = DeTable::parse(text).map_err(|error| ConfigError::of_toml(text, &error))?;
        let mut list = Self::default();
        for (key, value) in file.get_ref() {
            if key.get_ref() != "token" {
                let message = format!("unknown key {:?}: write a table [[token]]", key.get_ref());
                return Err(ConfigError::at(text, key.span(), message));
            }
            let tables = value.get_ref().as_array();
            let no_tables =
                || ConfigError::at(text, value.span(), "write [[token]] for each token");
            for table in tables.ok_or_else(no_tables)?.iter() {
                let entry = Entry { text, span: table.span(), label: String::new() };
                entry.read(table.get_ref().as_table().ok_or_else(no_tables)?, &mut list)?;
            }
        }
        Ok(list)
    }
}

/// One entry while it is read.
struct Entry<'t> {
    text: &'t str,
    span: Range<usize>,
    /// Its name, once that is known, for messages.
    label: String,
}

type Value<'v> = Spanned<DeValue<'v>>;

impl Entry<'_> {
    /// Reads the entry and adds it to the list.
    fn read(mut self, table: &DeTable<'_>, list: &mut AccessList) -> Result<(), ConfigError> {
        if let Some(key) = table.keys().find(|key| !KEYS.contains(&key.get_ref().as_ref())) {
            let known = KEYS.join(", ");
            let message = format!("unknown key {:?}: an entry has {known}", key.get_ref());
            return Err(self.error(key.span(), &message));
        }
        let name = self.name(table)?;
        let hash = self.hash(table)?;
        let rights = Rights::new(self.roles(table)?, self.scope(table)?);
        let rights = rights.map_err(|message| self.error(self.span.clone(), message))?;
        let grant = Grant::new(name, hash, rights);
        let grant = match self.rate(table)? {
            Some(rate) => grant.with_rate(rate),
            None => grant,
        };
        match list.add(grant) {
            true => Ok(()),
            false => Err(self.error(self.span.clone(), "another entry has this name already")),
        }
    }

    fn name(&mut self, table: &DeTable<'_>) -> Result<TokenName, ConfigError> {
        let (text, span) = self.string(table, "name")?.ok_or_else(|| self.missing("name"))?;
        let name: TokenName =
            text.parse().map_err(|error: super::token_name::InvalidTokenName| {
                self.error(span, &error.to_string())
            })?;
        self.label = format!(" {name}");
        Ok(name)
    }

    fn hash(&self, table: &DeTable<'_>) -> Result<TokenHash, ConfigError> {
        let (text, span) = self.string(table, "sha256")?.ok_or_else(|| self.missing("sha256"))?;
        TokenHash::from_hex(text).ok_or_else(|| {
            let length = text.chars().count();
            let message = format!("sha256 must be 64 hexadecimal digits (got {length} characters)");
            self.error(span, &message)
        })
    }

    fn scope(&self, table: &DeTable<'_>) -> Result<Scope, ConfigError> {
        let id = self.string(table, "id")?;
        let prefix = self.string(table, "id_prefix")?;
        let (key, (text, span), scope): (_, _, fn(String) -> Scope) = match (id, prefix) {
            (None, None) => return Ok(Scope::Everybody),
            (Some(id), None) => ("id", id, Scope::Id),
            (None, Some(prefix)) => ("id_prefix", prefix, Scope::Prefix),
            (Some(_), Some((_, span))) => {
                return Err(self.error(span, "write id or id_prefix, not both"));
            }
        };
        if ClientId::new(text).is_err() {
            let message = format!("{key} must be one or more characters, none of them white space");
            return Err(self.error(span, &format!("{message} (got {text:?})")));
        }
        Ok(scope(text.to_owned()))
    }

    fn roles(&self, table: &DeTable<'_>) -> Result<Vec<Role>, ConfigError> {
        let value = table.get("roles").ok_or_else(|| self.missing("roles"))?;
        let no_list = |span| self.error(span, "roles must be a list, such as [\"device\"]");
        let list = value.get_ref().as_array().ok_or_else(|| no_list(value.span()))?;
        let role = |value: &Value<'_>| {
            let text = value.get_ref().as_str().ok_or_else(|| no_list(value.span()))?;
            text.parse().map_err(|error: super::rights::UnknownRole| {
                self.error(value.span(), &error.to_string())
            })
        };
        list.iter().map(role).collect()
    }

    fn rate(&self, table: &DeTable<'_>) -> Result<Option<NonZeroU32>, ConfigError> {
        let Some(value) = table.get("rate") else { return Ok(None) };
        let number = value.get_ref().as_integer();
        let rate = number.and_then(|it| u32::from_str_radix(it.as_str(), it.radix()).ok());
        rate.and_then(NonZeroU32::new).map(Some).ok_or_else(|| {
            let most = u32::MAX;
            let message = format!("rate must be a whole number of commands a second, 1 to {most}");
            self.error(value.span(), &message)
        })
    }

    /// The text of a key, and where it is.
    fn string<'v>(
        &self,
        table: &'v DeTable<'_>,
        key: &str,
    ) -> Result<Option<(&'v str, Range<usize>)>, ConfigError> {
        let Some(value) = table.get(key) else { return Ok(None) };
        let text = value.get_ref().as_str();
        let text =
            text.ok_or_else(|| self.error(value.span(), &format!("{key} must be a text")))?;
        Ok(Some((text, value.span())))
    }

    fn missing(&self, key: &str) -> ConfigError {
        self.error(self.span.clone(), &format!("there is no {key}"))
    }

    fn error(&self, span: Range<usize>, message: &str) -> ConfigError {
        ConfigError::at(self.text, span, format!("token{}: {message}", self.label))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    /// The SHA-256 of "secret".
    const HASH: &str = "2bb80d537b1da3e38bd30361aa855686bde0eacd7162fef6a25fe97bf527a25b";

    fn entry(rest: &str) -> String {
        format!("[[token]]\nname = \"van-7\"\nsha256 = \"{HASH}\"\n{rest}\n")
    }

    fn error(text: &str) -> String {
        AccessList::from_toml(text).expect_err(text).to_string()
    }

    /// What `token new` prints must be what a server reads.
    #[test]
    fn an_entry_that_is_written_reads_back() {
        let rate = NonZeroU32::new(20).expect("20 is not zero");
        for (roles, scope) in [
            (&[Role::Device][..], Scope::Id("v\"a\\n-\u{7f}é".to_owned())),
            (&[Role::Device, Role::Reader], Scope::Prefix("van-".to_owned())),
            (&[Role::Operator], Scope::Everybody),
        ] {
            let rights = Rights::new(roles.iter().copied(), scope).expect("they make sense");
            let name = "van-7.example".parse().expect("it is a name");
            let grant = Grant::new(name, TokenHash::of(b"secret"), rights);
            for grant in [grant.clone(), grant.with_rate(rate)] {
                let mut expected = AccessList::default();
                expected.add(grant.clone());
                assert_eq!(AccessList::from_toml(&grant.to_string()), Ok(expected), "{grant}");
            }
        }
    }

    #[test]
    fn an_entry_looks_like_this() {
        let list = AccessList::from_toml(&entry("id = \"van-7\"\nroles = [\"device\"]\nrate = 5"));
        let list = list.expect("it is good");
        let name = "van-7".parse().expect("it is a name");
        let grant = list.grant(&name).expect("it is there");
        let expected = "id = \"van-7\"\nroles = [\"device\"]\nrate = 5";
        assert_eq!(grant.to_string(), entry(expected));
        assert_eq!(AccessList::from_toml("# nobody yet\n"), Ok(AccessList::default()));
    }

    /// Each mistake has its line, its entry and its field, and says what to do.
    #[test]
    fn mistakes_are_named() {
        let good = "id = \"van-7\"\nroles = [\"device\"]";
        for (text, message) in [
            ("[tokens]".to_owned(), "line 1: unknown key \"tokens\": write a table [[token]]"),
            ("\ntoken = 5".to_owned(), "line 2: write [[token]] for each token"),
            ("token = [5]".to_owned(), "line 1: write [[token]] for each token"),
            ("[[token]]".to_owned(), "line 1: token: there is no name"),
            (
                "[[token]]\nname = \"a b\"".to_owned(),
                "line 2: token: invalid token name \"a b\": 1 to 253 letters, digits, '-', '_' and \
                 '.', beginning with a letter or a digit",
            ),
            ("[[token]]\nname = 7".to_owned(), "line 2: token: name must be a text"),
            ("[[token]]\nname = \"a\"".to_owned(), "line 1: token a: there is no sha256"),
            (
                "[[token]]\nname = \"a\"\nsha256 = \"é\"".to_owned(),
                "line 3: token a: sha256 must be 64 hexadecimal digits (got 1 characters)",
            ),
            (entry("id = \"x\""), "line 1: token van-7: there is no roles"),
            (
                entry("roles = \"device\""),
                "line 4: token van-7: roles must be a list, such as [\"device\"]",
            ),
            (
                entry("roles = [\n7]"),
                "line 5: token van-7: roles must be a list, such as [\"device\"]",
            ),
            (
                entry("roles = [\"driver\"]"),
                "line 4: token van-7: unknown role \"driver\": write device, reader or operator",
            ),
            (
                entry("roles = []"),
                "line 1: token van-7: there is no role: write device, reader or operator",
            ),
            (
                entry("roles = [\"device\"]"),
                "line 1: token van-7: a device needs the ID that it tells: write id or id_prefix",
            ),
            (
                entry("roles = [\"operator\"]\nid = \"x\""),
                "line 1: token van-7: an operator may do everything, so an ID would limit nothing: \
                 leave it out",
            ),
            (
                entry("id = \"a\"\nid_prefix = \"b\"\nroles = [\"device\"]"),
                "line 5: token van-7: write id or id_prefix, not both",
            ),
            (
                entry("id_prefix = \"\"\nroles = [\"device\"]"),
                "line 4: token van-7: id_prefix must be one or more characters, none of them white \
                 space (got \"\")",
            ),
            (
                entry(&format!("{good}\nrate = 0")),
                "line 6: token van-7: rate must be a whole number of commands a second, 1 to \
                 4294967295",
            ),
            (
                entry(&format!("{good}\nrates = 5")),
                "line 6: token: unknown key \"rates\": an entry has name, sha256, id, id_prefix, \
                 roles, rate",
            ),
            (
                entry(good) + &entry(good),
                "line 6: token van-7: another entry has this name already",
            ),
        ] {
            assert_eq!(error(&text), message, "{text}");
        }
    }

    /// Somebody who pastes a token into the wrong place would find it in the server's log.
    #[test]
    fn no_mistake_shows_what_may_be_a_token() {
        const TOKEN: &str = "0123456789abcdef0123456789abcdef";
        for text in [
            format!("token = \"{TOKEN}\""),
            format!("[[token]]\nname = \"a\"\nsha256 = \"{TOKEN}\""),
            format!("[[token]]\nname = \"a\"\nsha256 = \"{TOKEN}"),
            format!("[[token]]\nname = \"a\"\nsha256 = {TOKEN}"),
            format!("[[token]]\nname = \"a\"\ntoken = \"{TOKEN}\""),
            entry(&format!("roles = \"{TOKEN}\"")),
            entry(&format!("id = \"a\"\nroles = [\"device\"]\nrate = \"{TOKEN}\"")),
            format!("[[token]]\n{TOKEN}"),
            format!("[[token]]\nname = \"a\"\nname = \"{TOKEN}\""),
        ] {
            let error = AccessList::from_toml(&text).expect_err(&text);
            assert!(!format!("{error} {error:?}").contains(TOKEN), "{error:?}");
        }
    }

    proptest! {
        #[test]
        fn no_text_panics(text in "\\PC{0,80}|(\\[\\[token\\]\\]\n|(name|sha256|id|roles|rate) = [\"a\\[\\]1]{0,5}\n){0,8}") {
            let _ = AccessList::from_toml(&text);
        }
    }
}
