//! A client that speaks bytes.

use super::clock::DEADLINE;
use rustix::net::{AddressFamily, SocketFlags, SocketType, connect, socket_with, sockopt};
use std::io::{BufRead, BufReader, ErrorKind, Read, Write};
use std::net::{Shutdown, SocketAddr, TcpStream};

/// One connection, blocking. Whatever does not come before the deadline fails the test.
#[derive(Debug)]
pub struct Client {
    stream: BufReader<TcpStream>,
}

impl Client {
    #[track_caller]
    pub fn connect(address: SocketAddr) -> Self {
        Self::over(TcpStream::connect(address).expect("the server accepts connections"))
    }

    /// A client on a connection that is there already.
    #[track_caller]
    pub fn over(stream: TcpStream) -> Self {
        stream.set_read_timeout(Some(DEADLINE)).expect("sockets have deadlines");
        stream.set_write_timeout(Some(DEADLINE)).expect("sockets have deadlines");
        stream.set_nodelay(true).expect("sockets can send at once");
        Self { stream: BufReader::new(stream) }
    }

    /// The connection itself.
    pub fn stream(&self) -> &TcpStream {
        self.stream.get_ref()
    }

    #[track_caller]
    pub fn send(&mut self, bytes: impl AsRef<[u8]>) {
        self.stream.get_mut().write_all(bytes.as_ref()).expect("the server takes input");
    }

    /// Tells the server that no more will come.
    #[track_caller]
    pub fn half_close(&mut self) {
        self.stream().shutdown(Shutdown::Write).expect("the connection is up");
    }

    /// The next line, without its LF.
    #[track_caller]
    pub fn line(&mut self) -> Vec<u8> {
        self.line_or_end().expect("a line comes before the end of the connection")
    }

    /// The next line, without its LF, or None when the connection has ended.
    #[track_caller]
    pub fn line_or_end(&mut self) -> Option<Vec<u8>> {
        let mut line = Vec::new();
        let count = self.stream.read_until(b'\n', &mut line).expect("a line comes in time");
        if count == 0 {
            return None;
        }
        assert_eq!(line.pop(), Some(b'\n'), "the connection ended within a line: {line:?}");
        Some(line)
    }

    /// The next line as text.
    #[track_caller]
    pub fn text(&mut self) -> String {
        String::from_utf8(self.line()).expect("the test's replies are UTF-8")
    }

    /// Sends a line and reads one back.
    #[track_caller]
    pub fn ask(&mut self, line: &str) -> String {
        self.send(format!("{line}\n"));
        self.text()
    }

    /// Tells a position, which the server must take, and returns its AT line.
    #[track_caller]
    pub fn iamat(&mut self, client: &str, position: &str, time: &str) -> String {
        let reply = self.ask(&format!("IAMAT {client} {position} {time}"));
        assert!(reply.starts_with("AT "), "not taken: {reply}");
        reply
    }

    /// Asks what is near: the AT line, and the JSON with the empty line behind it.
    #[track_caller]
    pub fn whatsat(&mut self, client: &str, radius: &str, max: &str) -> (String, String) {
        self.send(format!("WHATSAT {client} {radius} {max}\n"));
        self.whatsat_reply()
    }

    /// The rest of a WHATSAT: its AT line, and the JSON with the empty line behind it.
    #[track_caller]
    pub fn whatsat_reply(&mut self) -> (String, String) {
        let at = self.text();
        assert!(at.starts_with("AT "), "no AT line: {at}");
        let mut json = String::new();
        while !json.ends_with("\n\n") {
            json.push_str(&self.text());
            json.push('\n');
        }
        (at, json)
    }

    /// Whether no byte has come that was not read.
    pub fn has_nothing_yet(&mut self) -> bool {
        let stream = self.stream.get_ref();
        stream.set_nonblocking(true).expect("sockets can be looked at without waiting");
        let peeked = stream.peek(&mut [0]);
        stream.set_nonblocking(false).expect("sockets can be waited for");
        self.stream.buffer().is_empty()
            && peeked.is_err_and(|error| error.kind() == ErrorKind::WouldBlock)
    }

    /// Everything up to the end of the connection.
    #[track_caller]
    pub fn rest(&mut self) -> Vec<u8> {
        let mut rest = Vec::new();
        self.stream.read_to_end(&mut rest).expect("the connection ends before the deadline");
        rest
    }

    /// Waits for the end of the connection, in order or not, and returns how many bytes came before.
    #[track_caller]
    pub fn drain(&mut self) -> usize {
        let mut count = 0;
        let mut buffer = vec![0; 64 * 1024];
        loop {
            match self.stream.read(&mut buffer) {
                Ok(0) => return count,
                Ok(more) => count += more,
                Err(error) if error.kind() == ErrorKind::ConnectionReset => return count,
                Err(error) => panic!("the connection does not end: {error}"),
            }
        }
    }
}

/// Sends `input` on a connection of its own, closes it for writing, and returns everything that
/// comes back.
#[track_caller]
pub fn exchange(address: SocketAddr, input: impl AsRef<[u8]>) -> Vec<u8> {
    let mut client = Client::connect(address);
    client.send(input);
    client.half_close();
    client.rest()
}

/// A connection on which the system holds about so many bytes for this side at most.
#[track_caller]
pub fn connect_with_receive_buffer(address: SocketAddr, bytes: usize) -> TcpStream {
    let socket = socket_with(AddressFamily::INET, SocketType::STREAM, SocketFlags::CLOEXEC, None)
        .expect("there is a socket left");
    sockopt::set_socket_recv_buffer_size(&socket, bytes).expect("buffers have sizes");
    connect(&socket, &address).expect("the server accepts connections");
    TcpStream::from(socket)
}
