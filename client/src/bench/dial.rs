//! Opening connections.

use super::bench_error::BenchError;
use super::channel::Channel;
use crate::client_error::{ClientError, Problem};
use crate::destination::Destination;
use herd::config::{Address, Transport};
use herd::tls::{ClientSide, InvalidHostName};
use rustix::io::Errno;
use std::io::{self, ErrorKind};
use std::net::{TcpStream, ToSocketAddrs};
use std::time::Duration;

/// Opens a connection in addition to `open` others, and waits at most `timeout` for it. Nothing is
/// measured yet, so this may block.
pub(super) fn dial(
    server: &Destination,
    tls: Option<&ClientSide>,
    open: usize,
    timeout: Duration,
) -> Result<Channel, BenchError> {
    let address = server.address();
    let unreachable = |problem| BenchError::Unreachable(ClientError::new(address, problem));
    let stream = connect(address, timeout).map_err(|error| match Errno::from_io_error(&error) {
        Some(Errno::MFILE | Errno::NFILE) => BenchError::NoDescriptors { open },
        _ => unreachable(Problem::Unreachable(error)),
    })?;
    match (server.transport(), tls) {
        (Transport::Plain, _) => {
            Channel::plain(stream).map_err(|error| unreachable(Problem::Unreachable(error)))
        }
        (Transport::Tls, side) => {
            let side =
                side.expect("a plan with secure servers says whose certificates are trusted");
            secure(stream, address, side, timeout)
                .map_err(|error| unreachable(Problem::Insecure(error)))
        }
    }
}

fn secure(
    stream: TcpStream,
    address: &Address,
    side: &ClientSide,
    timeout: Duration,
) -> io::Result<Channel> {
    let host = address.host().parse();
    let host = host.map_err(|error: InvalidHostName| io::Error::other(error))?;
    Channel::secure(stream, &host, side, timeout)
}

fn connect(address: &Address, timeout: Duration) -> io::Result<TcpStream> {
    let mut result = Err(io::Error::new(ErrorKind::NotFound, "the host has no address"));
    for address in (address.host(), address.port()).to_socket_addrs()? {
        result = TcpStream::connect_timeout(&address, timeout);
        if result.is_ok() {
            break;
        }
    }
    let stream = result?;
    stream.set_nodelay(true)?;
    Ok(stream)
}
