//! Asks a server what it knows.

use super::at_line::AtLine;
use super::entry::Entry;
use super::knowledge::Knowledge;
use super::servers::Servers;
use super::wire::Replies;
use crate::runtime::sim::Machine;
use crate::runtime::{self, Clock, Net};
use futures_lite::AsyncWriteExt;
use std::io;
use std::time::Duration;

/// A healthy server answers within this time.
const ANSWER_MAX: Duration = Duration::from_secs(5);

/// Asks a server for the newest line of every client. The model hears the replies.
pub(super) async fn ask(
    servers: &Servers<'_>,
    inquirer: &Machine,
    server: usize,
    clients: &[String],
) -> Result<Knowledge, String> {
    let name = &servers.graph.names()[server];
    let met = servers.stage.model().meet(server);
    let address = &servers.addresses()[server];
    // The server may learn more while it answers. It must know at least what it had to know before.
    let floors = floors(servers, server, clients);
    let conversation =
        runtime::timeout(inquirer, ANSWER_MAX, converse(inquirer, address, servers.entry, clients));
    let lines = match conversation.await {
        Some(Ok(lines)) => lines,
        Some(Err(error)) => return Err(format!("{name} is healthy but does not answer: {error}")),
        None => return Err(format!("{name} is healthy but does not answer")),
    };
    let mut known = Knowledge::new();
    for line in lines {
        let now = inquirer.uptime();
        let mut model = servers.stage.model();
        if let Some(floor) = floors.get(line.client()).filter(|floor| **floor > line) {
            return Err(format!("{name} knew {floor:?} and now says {line:?}"));
        }
        model.observe(server, met, line.clone(), now)?;
        known.insert(line.client().to_owned(), line);
    }
    let lost = |client: &&String| !known.contains_key(client.as_bytes());
    for client in clients.iter().filter(lost) {
        if let Some(floor) = floors.get(client.as_bytes()) {
            return Err(format!("{name} no longer knows {client}, but knew {floor:?}"));
        }
    }
    Ok(known)
}

fn floors(servers: &Servers<'_>, server: usize, clients: &[String]) -> Knowledge {
    let model = servers.stage.model();
    let floor = |client: &String| {
        let floor = model.floor(server, client.as_bytes())?;
        Some((client.as_bytes().to_owned(), floor.clone()))
    };
    clients.iter().filter_map(floor).collect()
}

async fn converse(
    inquirer: &Machine,
    address: &str,
    entry: Entry,
    clients: &[String],
) -> io::Result<Vec<AtLine>> {
    let mut stream = inquirer.connect(address).await?;
    let commands: String = clients.iter().map(|client| format!("WHATSAT {client} 0 0\n")).collect();
    stream.write_all(&entry.greeting()).await?;
    stream.write_all(commands.as_bytes()).await?;
    stream.close().await?;
    let mut replies = Replies::new(stream);
    entry.await_welcome(&mut replies).await?;
    let mut lines = Vec::new();
    for _ in clients {
        let line = replies.line().await?.ok_or(io::ErrorKind::UnexpectedEof)?;
        if !line.starts_with(b"? ") {
            replies.paragraph().await?;
            lines.push(AtLine::parse(&line).ok_or(io::ErrorKind::InvalidData)?);
        }
    }
    Ok(lines)
}
