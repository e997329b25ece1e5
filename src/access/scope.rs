//! The clients that a token is about.

use crate::protocol::ClientId;

/// The clients that a token is about.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Scope {
    /// All of them.
    Everybody,
    /// The one with this ID.
    Id(String),
    /// Those whose IDs begin like this.
    Prefix(String),
}

impl Scope {
    /// Whether a client is among them. IDs are compared byte by byte.
    pub fn covers(&self, client: ClientId<'_>) -> bool {
        match self {
            Scope::Everybody => true,
            Scope::Id(id) => client.as_bytes() == id.as_bytes(),
            Scope::Prefix(prefix) => client.as_bytes().starts_with(prefix.as_bytes()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_id_is_itself_and_a_prefix_is_all_that_begin_with_it() {
        let covered = |scope: Scope| {
            let ids = ["van-7", "van-71", "van-", "Van-7", "xvan-7"];
            ids.map(|id| scope.covers(ClientId::new(id).expect("the test's IDs are good")))
        };
        assert_eq!(covered(Scope::Everybody), [true; 5]);
        assert_eq!(covered(Scope::Id("van-7".to_owned())), [true, false, false, false, false]);
        assert_eq!(covered(Scope::Prefix("van-".to_owned())), [true, true, true, false, false]);
    }
}
