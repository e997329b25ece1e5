//! Opening connections.

use super::bench_error::BenchError;
use crate::client_error::{ClientError, Problem};
use herd::config::Address;
use mio::net::TcpStream;
use rustix::io::Errno;
use std::io::{self, ErrorKind};
use std::net::ToSocketAddrs;
use std::time::Duration;

/// Opens a connection in addition to `open` others, and waits at most `timeout` for it. Nothing is
/// measured yet, so this may block.
pub(super) fn dial(
    address: &Address,
    open: usize,
    timeout: Duration,
) -> Result<TcpStream, BenchError> {
    connect(address, timeout).map_err(|error| match Errno::from_io_error(&error) {
        Some(Errno::MFILE | Errno::NFILE) => BenchError::NoDescriptors { open },
        _ => BenchError::Unreachable(ClientError::new(address, Problem::Unreachable(error))),
    })
}

fn connect(address: &Address, timeout: Duration) -> io::Result<TcpStream> {
    let mut result = Err(io::Error::new(ErrorKind::NotFound, "the host has no address"));
    for address in (address.host(), address.port()).to_socket_addrs()? {
        result = std::net::TcpStream::connect_timeout(&address, timeout);
        if result.is_ok() {
            break;
        }
    }
    let stream = result?;
    stream.set_nodelay(true)?;
    stream.set_nonblocking(true)?;
    Ok(TcpStream::from_std(stream))
}
