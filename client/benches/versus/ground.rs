//! A folder and ports for one contestant.

use crate::ports::ReservedPort;
use std::io;
use std::net::SocketAddr;
use std::path::Path;
use tempfile::TempDir;

/// A folder and ports that nobody else gets while this value lives. Then the folder is removed.
#[derive(Debug)]
pub(crate) struct Ground {
    folder: TempDir,
    ports: Vec<ReservedPort>,
}

impl Ground {
    /// A new folder and `ports` free ports.
    pub(crate) fn new(ports: usize) -> io::Result<Self> {
        let ports = (0..ports).map(|_| ReservedPort::new()).collect();
        Ok(Self { folder: tempfile::Builder::new().prefix("versus-").tempdir()?, ports })
    }

    /// The folder.
    pub(crate) fn folder(&self) -> &Path {
        self.folder.path()
    }

    /// The address of the port with this number.
    pub(crate) fn address(&self, index: usize) -> SocketAddr {
        self.ports[index].address()
    }
}
