//! `herd-server token new`: makes a token.

use super::failure::Failure;
use super::options::TokenOptions;
use super::output;
use herd::access::{Grant, Rights, Scope, Secret, TOKEN_RANDOM_BYTES, TokenHash, TokenName};
use herd::protocol::ClientId;
use ring::rand::{SecureRandom, SystemRandom};
use std::process::ExitCode;

/// Prints a new token, and the entry for it in access.toml.
pub(super) fn print_new(options: &TokenOptions) -> ExitCode {
    let printed =
        grant(options).and_then(|(grant, token)| Ok(output::answer(text(&grant, &token))?));
    match printed {
        Ok(()) => ExitCode::SUCCESS,
        Err(failure) => {
            output::complain(&failure);
            failure.status()
        }
    }
}

/// A token that nobody has seen yet, and what is granted to its holder.
fn grant(options: &TokenOptions) -> Result<(Grant, Secret), Failure> {
    let usage = |message: String| Failure::Usage(message.into());
    let rights = Rights::new(options.roles.iter().copied(), scope(options).map_err(usage)?);
    let rights = rights.map_err(|message| usage(message.to_owned()))?;
    let name = name(options).map_err(usage)?;
    let token = random_token()?;
    let grant = Grant::new(name, TokenHash::of(token.reveal().as_bytes()), rights);
    Ok((options.rate.map_or(grant.clone(), |rate| grant.with_rate(rate)), token))
}

fn scope(options: &TokenOptions) -> Result<Scope, String> {
    let (text, scope): (_, fn(String) -> Scope) = match (&options.id, &options.id_prefix) {
        (Some(id), _) => (id, Scope::Id),
        (None, Some(prefix)) => (prefix, Scope::Prefix),
        (None, None) => return Ok(Scope::Everybody),
    };
    match ClientId::new(text) {
        Ok(_) => Ok(scope(text.clone())),
        Err(error) => {
            Err(format!("{error}; an ID has one or more characters, none of them white space"))
        }
    }
}

/// The name that is given, or one that says what the token is for.
fn name(options: &TokenOptions) -> Result<TokenName, String> {
    if let Some(name) = &options.name {
        return Ok(name.clone());
    }
    let about = options.id.as_ref().or(options.id_prefix.as_ref());
    let text = about.map_or_else(|| options.roles[0].name(), String::as_str);
    text.parse().map_err(|error| format!("{error}; give the token a name with --name"))
}

/// A token from the system's source of secrets.
fn random_token() -> Result<Secret, Failure> {
    let mut bytes = [0; TOKEN_RANDOM_BYTES];
    match SystemRandom::new().fill(&mut bytes) {
        Ok(()) => Ok(Secret::of_random(bytes)),
        Err(_) => Err("the system has no random bytes".into()),
    }
}

fn text(grant: &Grant, token: &Secret) -> String {
    format!(
        "The token of {}, which is shown only this once:\n\n    {}\n\nAppend this to access.toml, and \
         send the server a SIGHUP:\n\n{grant}",
        grant.name(),
        token.reveal()
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use herd::access::{AccessList, Role};
    use herd::protocol::Auth;

    fn options() -> TokenOptions {
        let (roles, id) = (vec![Role::Device], Some("van-7".to_owned()));
        TokenOptions { roles, id, id_prefix: None, name: None, rate: None }
    }

    fn refused(options: &TokenOptions) -> String {
        grant(options).expect_err("it makes no sense").to_string()
    }

    /// What is printed must be what a server takes.
    #[test]
    fn the_entry_knows_the_token() {
        let (grant, token) = grant(&options()).expect("it makes sense");
        let text = text(&grant, &token);
        let (prose, entry) = text.split_once("[[token]]").expect("there is an entry");
        assert!(prose.starts_with("The token of van-7, ") && prose.contains(token.reveal()));
        assert!(!entry.contains(token.reveal()));
        let list = AccessList::from_toml(&format!("[[token]]{entry}")).expect("it can be read");
        let line = format!("AUTH van-7 {}", token.reveal());
        let auth = Auth::parse(line.as_bytes()).expect("it is well-formed");
        assert_eq!(list.authenticate(&auth).map(|known| &**known), Some(&grant));
    }

    /// Two tokens that are alike would be no secrets.
    #[test]
    fn no_two_tokens_are_alike() {
        let token = || random_token().expect("there are random bytes").reveal().to_owned();
        let (one, other) = (token(), token());
        assert_ne!(one, other);
        assert_eq!([one.len(), other.len()], [32, 32]);
    }

    #[test]
    fn the_name_is_what_the_token_is_for() {
        let name = |options: TokenOptions| grant(&options).map(|(it, _)| it.name().to_string());
        assert_eq!(name(options()).ok().as_deref(), Some("van-7"));
        let prefix = TokenOptions { id: None, id_prefix: Some("van-".to_owned()), ..options() };
        assert_eq!(name(prefix).ok().as_deref(), Some("van-"));
        let reader = TokenOptions { roles: vec![Role::Reader], id: None, ..options() };
        assert_eq!(name(reader).ok().as_deref(), Some("reader"));
    }

    #[test]
    fn what_makes_no_sense_is_refused() {
        let device = TokenOptions { id: None, ..options() };
        let message = "a device needs the ID that it tells: write id or id_prefix";
        assert_eq!(refused(&device), format!("herd-server: {message}"));
        let spaced = TokenOptions { id: Some("a b".to_owned()), ..options() };
        let rule = "an ID has one or more characters, none of them white space";
        assert_eq!(refused(&spaced), format!("herd-server: invalid client: \"a b\"; {rule}"));
        let unnamed = TokenOptions { id: Some("é".to_owned()), ..options() };
        assert!(refused(&unnamed).ends_with("; give the token a name with --name"));
    }
}
