//! Ports that nobody else gets.

use rustix::fd::OwnedFd;
use rustix::net::{
    AddressFamily, SocketFlags, SocketType, bind, getsockname, socket_with, sockopt,
};
use std::net::{Ipv4Addr, SocketAddr, SocketAddrV4};

/// A port that the system chose and gives to nobody else while this lives.
///
/// The socket is bound but never listens, so connections are refused. Because it and a server both
/// ask for the address to be reused, a server can still listen on the port, and again after it was
/// stopped.
#[derive(Debug)]
pub struct ReservedPort {
    address: SocketAddr,
    _socket: OwnedFd,
}

impl ReservedPort {
    pub fn new() -> Self {
        let socket =
            socket_with(AddressFamily::INET, SocketType::STREAM, SocketFlags::CLOEXEC, None)
                .expect("there is a socket left");
        sockopt::set_socket_reuseaddr(&socket, true).expect("a socket can be shared");
        bind(&socket, &SocketAddrV4::new(Ipv4Addr::LOCALHOST, 0)).expect("there is a port left");
        let address = getsockname(&socket).expect("a bound socket has an address");
        let address = address.try_into().expect("it is an address of IPv4");
        Self { address, _socket: socket }
    }

    pub fn address(&self) -> SocketAddr {
        self.address
    }
}
