//! One token, and what it is good for.

use super::rights::{Rights, Role};
use super::scope::Scope;
use super::token_hash::TokenHash;
use super::token_name::TokenName;
use super::usage::Usage;
use std::fmt::{self, Write};
use std::num::NonZeroU32;
use std::sync::Arc;

/// An entry of an access.toml: a token that is known by its hash, and what its holder may do.
#[derive(Clone, Debug)]
pub struct Grant {
    name: TokenName,
    hash: TokenHash,
    rights: Rights,
    rate: Option<NonZeroU32>,
    usage: Arc<Usage>,
}

impl Grant {
    /// These rights for the holder of the token with this hash.
    pub fn new(name: TokenName, hash: TokenHash, rights: Rights) -> Self {
        Self { name, hash, rights, rate: None, usage: Arc::default() }
    }

    /// The same with a rate, in commands a second.
    pub fn with_rate(self, rate: NonZeroU32) -> Self {
        Self { rate: Some(rate), ..self }
    }

    /// The public name of the token.
    pub fn name(&self) -> &TokenName {
        &self.name
    }

    /// The hash of the token.
    pub fn hash(&self) -> TokenHash {
        self.hash
    }

    /// What the holder may do.
    pub fn rights(&self) -> &Rights {
        &self.rights
    }

    /// The commands a second that the holder may give, if the entry says so.
    pub fn rate(&self) -> Option<NonZeroU32> {
        self.rate
    }

    /// What the token has been used for.
    pub fn usage(&self) -> &Usage {
        &self.usage
    }

    /// The same grant, with what the token was used for before.
    pub(super) fn used_as(self, before: &Self) -> Self {
        Self { usage: Arc::clone(&before.usage), ..self }
    }
}

/// What the grants say; what their tokens were used for does not count.
impl PartialEq for Grant {
    fn eq(&self, other: &Self) -> bool {
        (&self.name, self.hash, &self.rights, self.rate)
            == (&other.name, other.hash, &other.rights, other.rate)
    }
}

/// The entry as it is written in an access.toml.
impl fmt::Display for Grant {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "[[token]]\nname = \"{}\"\nsha256 = \"{}\"", self.name, self.hash)?;
        let (key, id) = match self.rights.scope() {
            Scope::Everybody => ("", ""),
            Scope::Id(id) => ("id", id.as_str()),
            Scope::Prefix(prefix) => ("id_prefix", prefix.as_str()),
        };
        if !key.is_empty() {
            write!(f, "{key} = ")?;
            write_string(id, f)?;
            f.write_char('\n')?;
        }
        let roles: Vec<_> = self.rights.roles().map(Role::name).collect();
        writeln!(f, "roles = {roles:?}")?;
        self.rate.map_or(Ok(()), |rate| writeln!(f, "rate = {rate}"))
    }
}

/// Writes a basic string of TOML.
fn write_string(text: &str, f: &mut fmt::Formatter<'_>) -> fmt::Result {
    f.write_char('"')?;
    for character in text.chars() {
        match character {
            '"' | '\\' => write!(f, "\\{character}")?,
            control if control.is_control() => write!(f, "\\u{:04x}", u32::from(control))?,
            other => f.write_char(other)?,
        }
    }
    f.write_char('"')
}
