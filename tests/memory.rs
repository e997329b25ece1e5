//! What a server keeps of the memory that clients once needed. It has a process of its own, whose
//! memory can be measured.
#![cfg(target_os = "linux")]

mod support;

use async_std::task;
use event_listener::Event;
use herd::async_trait;
use herd::config::Herd;
use herd::places::{Answer, Places, PlacesError, Question};
use herd::runtime::AsyncStd;
use herd::server::Server;
use std::error::Error;
use std::fs;
use std::io::Write;
use std::net::TcpStream;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use support::eventually;

/// A source that answers nobody until it is released.
#[derive(Clone, Default)]
struct Silent(Arc<(AtomicBool, Event)>);

impl Silent {
    fn release(&self) {
        // The flag comes first: whoever is woken looks at it.
        self.0.0.store(true, Ordering::Release);
        self.0.1.notify(usize::MAX);
    }
}

#[async_trait]
impl Places for Silent {
    async fn nearby(&self, _question: &Question) -> Result<Answer, PlacesError> {
        loop {
            let released = self.0.1.listen();
            if self.0.0.load(Ordering::Acquire) {
                return Err(PlacesError::new("it was only asked to wait"));
            }
            released.await;
        }
    }
}

fn resident_bytes() -> u64 {
    let status = fs::read_to_string("/proc/self/status").expect("Linux has this file");
    let kibibytes = status.lines().find_map(|line| line.strip_prefix("VmRSS:"));
    let number = kibibytes.and_then(|text| text.trim().strip_suffix(" kB"));
    1024 * number.and_then(|text| text.parse::<u64>().ok()).expect("the size is a number")
}

/// What one flood leaves behind would be missing for ever. Replies wait behind a question that is not
/// answered, so that they are in the server and not in the buffers of the system.
#[test]
fn memory_goes_back_when_clients_whose_replies_waited_have_gone() -> Result<(), Box<dyn Error>> {
    const CLIENTS: usize = 32;
    const REPLY_BYTES: usize = 1 << 20;
    const GROWTH: u64 = (CLIENTS * REPLY_BYTES) as u64 / 4 * 3;
    let herd = Herd::from_toml("[servers.Alford]\nlisten = '127.0.0.1:0'")?;
    let places = Silent::default();
    let builder = Server::builder(AsyncStd::new(), &herd, &"Alford".parse()?);
    let server = task::block_on(builder.places(places.clone()).bind())?;
    let address = server.client_address();
    task::spawn(server.run());
    let line = format!("{}\n", "x".repeat(1_000));
    let commands =
        "IAMAT kiwi +1+1 1\nWHATSAT kiwi 1 1\n".to_owned() + &line.repeat(REPLY_BYTES / 1_000);
    let before = resident_bytes();
    let grown = || resident_bytes().saturating_sub(before);
    let mut clients = Vec::new();
    for _ in 0..CLIENTS {
        let mut client = TcpStream::connect(address)?;
        client.write_all(commands.as_bytes())?;
        clients.push(client);
    }
    eventually("replies wait", || grown() > GROWTH);
    drop(clients);
    places.release();
    eventually("the memory goes back", || grown() < GROWTH / 4);
    Ok(())
}
