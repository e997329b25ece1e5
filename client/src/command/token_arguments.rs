//! Where the command has its token from.

use super::failure::Failure;
use super::file::read_file;
use herd_client::Credentials;
use std::env;
use std::path::PathBuf;
use structopt::StructOpt;

/// The environment variable with the token. It never comes as an argument, because arguments are shown
/// to everybody on the machine.
const VARIABLE: &str = "HERD_TOKEN";

// Arguments of every subcommand that talks with servers.
#[derive(Debug, StructOpt)]
pub(crate) struct TokenArguments {
    /// The file with the token that the servers need, written NAME:TOKEN [default: the
    /// environment variable HERD_TOKEN, if it is set]
    #[structopt(long, value_name = "FILE", parse(from_os_str))]
    token_file: Option<PathBuf>,
}

impl TokenArguments {
    /// The token to show; None where there is none.
    pub(crate) fn credentials(&self) -> Result<Option<Credentials>, Failure> {
        let (text, from) = match &self.token_file {
            Some(path) => (read_file(path)?, path.display().to_string()),
            None => match env::var_os(VARIABLE).filter(|text| !text.is_empty()) {
                Some(text) => (text.into_encoded_bytes(), VARIABLE.to_owned()),
                None => return Ok(None),
            },
        };
        let parsed = String::from_utf8_lossy(&text).parse();
        parsed.map(Some).map_err(|error| Failure::Usage(format!("{from}: {error}")))
    }
}
