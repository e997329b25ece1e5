//! A client that speaks TLS, blocking.

use super::support::{Authority, Certified, DEADLINE};
use herd::runtime::AsyncStd;
use herd::tls::{ClientSide, Identity, Roots};
use rustls::{ClientConnection, StreamOwned};
use std::io::{self, BufRead, BufReader, Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::path::Path;

/// One connection over TLS. Whatever does not come before the deadline fails the test.
pub struct TlsClient(BufReader<StreamOwned<ClientConnection, TcpStream>>);

/// Trusts `authority`, and shows `own` where it is asked for a certificate.
pub fn side(authority: &Authority, own: Option<&Certified>) -> ClientSide {
    let folder = tempfile::tempdir().expect("there is room for a folder");
    let identity = own.map(|own| {
        own.write(folder.path(), "own");
        let file = |name: &str| folder.path().join(name);
        Identity::read(&file("own.pem"), &file("own.key")).expect("the files are good")
    });
    let roots = Roots::from_pem(authority.pem().as_bytes()).expect("its certificate is good");
    ClientSide::new(roots, identity.as_ref(), &AsyncStd::new())
}

/// Trusts the authorities in a file.
pub fn side_of_files(ca_file: &Path) -> ClientSide {
    ClientSide::new(Roots::read(ca_file).expect("the file is good"), None, &AsyncStd::new())
}

impl TlsClient {
    /// Connects and shakes hands.
    pub fn connect(address: SocketAddr, side: &ClientSide) -> io::Result<Self> {
        let stream = TcpStream::connect(address)?;
        stream.set_read_timeout(Some(DEADLINE))?;
        stream.set_nodelay(true)?;
        let name = "localhost".parse().expect("the name is good");
        let mut secured = StreamOwned::new(side.begin(&name)?, stream);
        while secured.conn.is_handshaking() {
            secured.conn.complete_io(&mut secured.sock)?;
        }
        Ok(Self(BufReader::new(secured)))
    }

    pub fn send(&mut self, bytes: impl AsRef<[u8]>) -> io::Result<()> {
        self.0.get_mut().write_all(bytes.as_ref())?;
        self.0.get_mut().flush()
    }

    /// Sends a line and reads one back, without its LF; no text at the end of the connection.
    pub fn try_ask(&mut self, line: &str) -> io::Result<String> {
        self.send(format!("{line}\n"))?;
        let mut reply = String::new();
        self.0.read_line(&mut reply)?;
        Ok(reply.trim_end_matches('\n').to_owned())
    }

    #[track_caller]
    pub fn ask(&mut self, line: &str) -> String {
        self.try_ask(line).expect("the server answers")
    }

    /// Says in TLS that no more will come.
    pub fn half_close(&mut self) -> io::Result<()> {
        self.0.get_mut().conn.send_close_notify();
        self.0.get_mut().flush()
    }

    /// Everything up to the end that the server says.
    pub fn rest(mut self) -> io::Result<String> {
        let mut rest = String::new();
        self.0.read_to_string(&mut rest).map(|_| rest)
    }

    /// Waits until the server ends the connection, in whatever way.
    pub fn wait_for_end(&mut self) {
        while self.0.fill_buf().is_ok_and(|bytes| !bytes.is_empty()) {
            let length = self.0.buffer().len();
            self.0.consume(length);
        }
    }
}
