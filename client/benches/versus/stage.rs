//! What all rows share: the programs, and how long to measure.

use crate::interrupt::Interrupt;
use std::error::Error;
use std::path::{Path, PathBuf};

/// The command that builds what this program cannot build by itself.
const BUILD_COMMAND: &str = "cargo build --release";

/// How much is measured for each row.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Extent {
    /// How many turns each side has.
    pub(crate) pairs: usize,
    /// How long a turn under load lasts, in seconds.
    pub(crate) seconds: u64,
    /// How many tries a turn has in rows that time each try by itself.
    pub(crate) tries: usize,
}

/// What rows need to be measured.
#[derive(Debug)]
pub(crate) struct Stage {
    herd_client: PathBuf,
    herd_server: PathBuf,
    pub(crate) extent: Extent,
    pub(crate) interrupt: Interrupt,
}

impl Stage {
    /// Checks that the herd's programs have been built.
    ///
    /// # Errors When the server has not been built, with the command that builds it.
    pub(crate) fn new(extent: Extent) -> Result<Self, Box<dyn Error>> {
        let herd_client = PathBuf::from(env!("CARGO_BIN_EXE_herd-client"));
        let herd_server = herd_client.with_file_name("herd-server");
        if !herd_server.exists() {
            let path = herd_server.display();
            return Err(format!("there is no {path}; `{BUILD_COMMAND}` builds it").into());
        }
        Ok(Self { herd_client, herd_server, extent, interrupt: Interrupt::watch()? })
    }

    /// The program that makes the load.
    pub(crate) fn herd_client(&self) -> &Path {
        &self.herd_client
    }

    /// The program that is measured.
    pub(crate) fn herd_server(&self) -> &Path {
        &self.herd_server
    }
}
