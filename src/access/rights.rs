//! What the holder of a token may do.

use super::scope::Scope;
use crate::protocol::{ClientId, Request};
use std::collections::BTreeSet;
use std::fmt;
use std::str::FromStr;

/// What a token is for. A token may have several roles.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Role {
    /// Tells where the clients of its scope are.
    Device,
    /// Asks what is near the clients of its scope.
    Reader,
    /// Does everything.
    Operator,
}

impl Role {
    /// All roles.
    pub const ALL: [Self; 3] = [Role::Device, Role::Reader, Role::Operator];

    /// How it is written.
    pub fn name(self) -> &'static str {
        match self {
            Role::Device => "device",
            Role::Reader => "reader",
            Role::Operator => "operator",
        }
    }
}

impl FromStr for Role {
    type Err = UnknownRole;

    fn from_str(text: &str) -> Result<Self, UnknownRole> {
        let known = Self::ALL.into_iter().find(|role| role.name() == text);
        known.ok_or_else(|| UnknownRole(text.to_owned()))
    }
}

impl fmt::Display for Role {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

/// A text that is no role.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct UnknownRole(String);

impl fmt::Display for UnknownRole {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "unknown role {:?}: write device, reader or operator", self.0)
    }
}

impl std::error::Error for UnknownRole {}

/// Roles, and the clients that they are about. Rights that exist make sense: what limits nothing, or
/// leaves nothing to do, was refused.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Rights {
    roles: BTreeSet<Role>,
    scope: Scope,
}

impl Rights {
    /// These roles for the clients of `scope`.
    ///
    /// # Errors
    /// What contradicts what, and how to fix it.
    pub fn new(roles: impl IntoIterator<Item = Role>, scope: Scope) -> Result<Self, &'static str> {
        let rights = Self { roles: roles.into_iter().collect(), scope };
        let is_limited = rights.scope != Scope::Everybody;
        if rights.roles.is_empty() {
            Err("there is no role: write device, reader or operator")
        } else if rights.is(Role::Operator) && is_limited {
            Err("an operator may do everything, so an ID would limit nothing: leave it out")
        } else if rights.roles.contains(&Role::Device) && !is_limited && !rights.is(Role::Operator)
        {
            Err("a device needs the ID that it tells: write id or id_prefix")
        } else {
            Ok(rights)
        }
    }

    /// Its roles, in order.
    pub fn roles(&self) -> impl Iterator<Item = Role> + '_ {
        self.roles.iter().copied()
    }

    /// The clients that it is about.
    pub fn scope(&self) -> &Scope {
        &self.scope
    }

    /// Whether a position of this client may be told.
    pub fn may_tell(&self, client: ClientId<'_>) -> bool {
        (self.is(Role::Device) || self.is(Role::Operator)) && self.scope.covers(client)
    }

    /// Whether it may be asked what is near this client.
    pub fn may_ask(&self, client: ClientId<'_>) -> bool {
        self.is_reader() && self.scope.covers(client)
    }

    /// Whether it may be asked about any client at all.
    pub fn is_reader(&self) -> bool {
        self.is(Role::Reader) || self.is(Role::Operator)
    }

    /// Whether a command may be given. An AT line speaks for another server, so only an operator may
    /// send it.
    pub fn permit(&self, request: &Request<'_>) -> bool {
        match request {
            Request::IamAt(iamat) => self.may_tell(iamat.client()),
            Request::WhatsAt(whatsat) => self.may_ask(whatsat.client()),
            Request::At(_) => self.is(Role::Operator),
        }
    }

    fn is(&self, role: Role) -> bool {
        self.roles.contains(&role)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rights(roles: &[Role], scope: Scope) -> Rights {
        Rights::new(roles.iter().copied(), scope).expect("the test's rights make sense")
    }

    fn permitted(rights: &Rights) -> [bool; 5] {
        [
            "IAMAT van-7 +1+1 1",
            "IAMAT van-8 +1+1 1",
            "WHATSAT van-7 1 1",
            "WHATSAT van-8 1 1",
            "AT Ball +0.0 van-7 +1+1 1",
        ]
        .map(|line| {
            rights.permit(&Request::parse(line.as_bytes()).expect("the test's lines are good"))
        })
    }

    /// This is the table of rights in docs/SECURITY.md.
    #[test]
    fn each_role_may_do_its_own() {
        let van = || Scope::Id("van-7".to_owned());
        let device = rights(&[Role::Device], van());
        assert_eq!(permitted(&device), [true, false, false, false, false]);
        let reader = rights(&[Role::Reader], Scope::Everybody);
        assert_eq!(permitted(&reader), [false, false, true, true, false]);
        let reader = rights(&[Role::Reader], van());
        assert_eq!(permitted(&reader), [false, false, true, false, false]);
        let both = rights(&[Role::Device, Role::Reader], van());
        assert_eq!(permitted(&both), [true, false, true, false, false]);
        let operator = rights(&[Role::Operator], Scope::Everybody);
        assert_eq!(permitted(&operator), [true; 5]);
        let fleet = rights(&[Role::Device], Scope::Prefix("van-".to_owned()));
        assert_eq!(permitted(&fleet), [true, true, false, false, false]);
    }

    /// An ID that limits nothing would make an operator believe in a limit.
    #[test]
    fn rights_that_make_no_sense_are_refused() {
        let refused = |roles: &[Role], scope| {
            Rights::new(roles.iter().copied(), scope).expect_err("they make no sense")
        };
        let van = || Scope::Id("van-7".to_owned());
        let none = "there is no role: write device, reader or operator";
        assert_eq!(refused(&[], van()), none);
        let unlimited = "an operator may do everything, so an ID would limit nothing: leave it out";
        assert_eq!(refused(&[Role::Operator, Role::Device], van()), unlimited);
        let no_id = "a device needs the ID that it tells: write id or id_prefix";
        assert_eq!(refused(&[Role::Device, Role::Reader], Scope::Everybody), no_id);
        let unknown = "driver".parse::<Role>().map_err(|error| error.to_string());
        let message = "unknown role \"driver\": write device, reader or operator";
        assert_eq!(unknown, Err(message.to_owned()));
    }
}
