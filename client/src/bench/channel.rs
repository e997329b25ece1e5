//! The bytes of a connection that never blocks, plain or over TLS.

use herd::tls::{ClientSide, HostName, TlsFailure};
use mio::net::TcpStream;
use rustls::ClientConnection;
use std::io::{self, ErrorKind, Read, Write};
use std::time::Duration;

/// A connection. Reading and writing fail with `WouldBlock` instead of waiting.
#[derive(Debug)]
pub(super) struct Channel {
    stream: TcpStream,
    /// None over a plain connection.
    session: Option<Box<ClientConnection>>,
}

impl Channel {
    /// A plain connection over one that is up.
    pub(super) fn plain(stream: std::net::TcpStream) -> io::Result<Self> {
        stream.set_nonblocking(true)?;
        Ok(Self { stream: TcpStream::from_std(stream), session: None })
    }

    /// A connection over TLS with `host`. The handshake blocks, but no read or write of it longer than
    /// `timeout`.
    pub(super) fn secure(
        mut stream: std::net::TcpStream,
        host: &HostName,
        side: &ClientSide,
        timeout: Duration,
    ) -> io::Result<Self> {
        stream.set_read_timeout(Some(timeout))?;
        stream.set_write_timeout(Some(timeout))?;
        let mut session = Box::new(side.begin(host)?);
        while session.is_handshaking() {
            session.complete_io(&mut stream).map_err(in_our_words)?;
        }
        let channel = Self::plain(stream)?;
        Ok(Self { session: Some(session), ..channel })
    }

    /// The connection, to be registered.
    pub(super) fn stream(&mut self) -> &mut TcpStream {
        &mut self.stream
    }
}

/// rustls' errors in the words of the library.
fn in_our_words(error: io::Error) -> io::Error {
    match error.get_ref().and_then(|inner| inner.downcast_ref::<rustls::Error>()) {
        Some(error) => TlsFailure::from(error.clone()).into(),
        None => error,
    }
}

impl Read for Channel {
    /// Reads until `buffer` is full or nothing is left, so that a read that does not fill it has
    /// emptied the socket.
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let Some(session) = &mut self.session else { return self.stream.read(buffer) };
        let mut filled = 0;
        while filled < buffer.len() {
            match session.reader().read(&mut buffer[filled..]) {
                Ok(0) => break,
                Ok(count) => filled += count,
                Err(error) if error.kind() == ErrorKind::WouldBlock => {
                    match session.read_tls(&mut self.stream) {
                        Err(error) if error.kind() == ErrorKind::WouldBlock && filled > 0 => break,
                        outcome => outcome?,
                    };
                    session.process_new_packets().map_err(TlsFailure::from)?;
                }
                Err(error) if error.kind() == ErrorKind::UnexpectedEof => {
                    return Err(TlsFailure::CutOff.into());
                }
                Err(error) => return Err(error),
            }
        }
        Ok(filled)
    }
}

impl Write for Channel {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let Some(session) = &mut self.session else { return self.stream.write(bytes) };
        // What is encrypted goes first, so that no more than one write waits here.
        send(session, &mut self.stream)?;
        let count = session.writer().write(bytes)?;
        match send(session, &mut self.stream) {
            Err(error) if error.kind() == ErrorKind::WouldBlock => Ok(count),
            sent => sent.map(|()| count),
        }
    }

    fn flush(&mut self) -> io::Result<()> {
        match &mut self.session {
            Some(session) => send(session, &mut self.stream),
            None => Ok(()),
        }
    }
}

fn send(session: &mut ClientConnection, stream: &mut TcpStream) -> io::Result<()> {
    while session.wants_write() {
        session.write_tls(stream)?;
    }
    Ok(())
}
