//! Clients that never pause.

use std::io::{ErrorKind, Read, Write};
use std::net::{Shutdown, SocketAddr, TcpStream};
use std::thread::{self, JoinHandle};

/// What the clients of a flood do.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Flood {
    /// Nothing: for comparison.
    None,
    /// They tell positions, pipelined.
    Positions,
    /// They send empty lines.
    EmptyLines,
    /// They ask for the most places within the greatest radius, pipelined.
    Questions,
    /// They ask the same and never read.
    DeafQuestions,
}

impl Flood {
    /// All kinds.
    pub const ALL: [Self; 5] =
        [Self::None, Self::Positions, Self::EmptyLines, Self::Questions, Self::DeafQuestions];

    pub fn name(self) -> &'static str {
        match self {
            Flood::None => "none",
            Flood::Positions => "IAMAT",
            Flood::EmptyLines => "empty lines",
            Flood::Questions => "WHATSAT x 50 20",
            Flood::DeafQuestions => "WHATSAT x 50 20, unread",
        }
    }

    fn piece(self) -> String {
        match self {
            Flood::None => String::new(),
            Flood::Positions => "IAMAT flood +1+1 1479413884.392014450\n".repeat(256),
            Flood::EmptyLines => "\n".repeat(8192),
            Flood::Questions | Flood::DeafQuestions => "WHATSAT x 50 20\n".repeat(256),
        }
    }
}

/// A flood under way.
pub struct Flooding {
    streams: Vec<TcpStream>,
    threads: Vec<JoinHandle<()>>,
}

impl Flooding {
    /// Opens the connections and sends over all of them until the [end](Self::end).
    pub fn begin(flood: Flood, connections: usize, server: SocketAddr) -> Self {
        let mut flooding = Self { streams: Vec::new(), threads: Vec::new() };
        if flood == Flood::None {
            return flooding;
        }
        let mut first = TcpStream::connect(server).expect("the server listens");
        // A place with much around it, so that questions cost the most.
        first.write_all(b"IAMAT x +34.0522-118.2437 1479413884\n").expect("the server reads");
        for _ in 0..connections {
            let stream = TcpStream::connect(server).expect("the server listens");
            let (writer, reader) = (clone(&stream), clone(&stream));
            flooding.threads.push(thread::spawn(move || send(writer, flood.piece().as_bytes())));
            if flood != Flood::DeafQuestions {
                flooding.threads.push(thread::spawn(move || forget(reader)));
            }
            flooding.streams.push(stream);
        }
        flooding
    }

    /// Cuts all connections.
    pub fn end(self) {
        for stream in self.streams {
            // The server may have cut it first.
            let _ = stream.shutdown(Shutdown::Both);
        }
        self.threads.into_iter().for_each(|thread| thread.join().expect("no thread panics"));
    }
}

fn clone(stream: &TcpStream) -> TcpStream {
    stream.try_clone().expect("there are descriptors enough")
}

fn send(mut stream: TcpStream, piece: &[u8]) {
    while stream.write_all(piece).is_ok() {}
}

fn forget(mut stream: TcpStream) {
    let mut buffer = [0; 65536];
    loop {
        match stream.read(&mut buffer) {
            Ok(0) => return,
            Err(error) if error.kind() != ErrorKind::Interrupted => return,
            _ => {}
        }
    }
}
