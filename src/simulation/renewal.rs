//! Every client reports once more.

use super::at_line::AtLine;
use super::command::Command;
use super::entry::Entry;
use super::servers::Servers;
use super::wire::Replies;
use crate::runtime::sim::{Chance, Machine};
use crate::runtime::{self, Clock, Net};
use futures_lite::AsyncWriteExt;
use std::io;
use std::time::Duration;

/// A healthy server answers within this time.
const ANSWER_MAX: Duration = Duration::from_secs(5);

/// Each client tells a random server where it is now. Lines that a server made while its clock was
/// far ahead are refused by all others, so only newer reports let the servers agree; and these must
/// win everywhere, or the liar would have pinned a client.
pub(super) async fn report_all(
    servers: &Servers<'_>,
    reporter: &Machine,
    clients: &[String],
    mut chance: Chance,
) -> Result<(), String> {
    for client in clients {
        let server = chance.index(servers.count());
        let name = &servers.graph.names()[server];
        let time = reporter.now();
        let said = format!("{client} +7+7 {time}").into_bytes();
        let met = servers.stage.model().meet(server);
        servers.stage.model().say(server, said.clone(), reporter.uptime());
        let address = &servers.addresses()[server];
        let command = Command::IamAt(said.clone());
        let telling = runtime::timeout(
            reporter,
            ANSWER_MAX,
            tell(reporter, address, servers.entry, &command),
        );
        let line = match telling.await {
            Some(Ok(line)) => line,
            Some(Err(error)) => {
                return Err(format!("{name} is healthy but takes nothing: {error}"));
            }
            None => return Err(format!("{name} is healthy but takes nothing")),
        };
        let reply = AtLine::parse(&line).filter(|it| Command::acknowledges(&said, name, it));
        let Some(reply) = reply else {
            return Err(format!(
                "{name} refuses an honest report: {:?}",
                String::from_utf8_lossy(&line)
            ));
        };
        servers.stage.model().observe(server, met, reply, reporter.uptime())?;
    }
    Ok(())
}

async fn tell(
    reporter: &Machine,
    address: &str,
    entry: Entry,
    command: &Command,
) -> io::Result<Vec<u8>> {
    let mut stream = reporter.connect(address).await?;
    stream.write_all(&[entry.greeting(), command.line()].concat()).await?;
    stream.close().await?;
    let mut replies = Replies::new(stream);
    entry.await_welcome(&mut replies).await?;
    replies.line().await?.ok_or(io::ErrorKind::UnexpectedEof.into())
}
