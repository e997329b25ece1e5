//! A server inside a program, which tells it, asks it and follows it without a socket of its own.
//! Clients and neighbors reach the same server through its ports meanwhile.

use async_std::task;
use herd::config::Herd;
use herd::protocol::{ClientId, IamAt, MaxResults, Position, Radius};
use herd::runtime::AsyncStd;
use herd::server::Server;
use std::error::Error;
use std::time::SystemTime;

fn main() -> Result<(), Box<dyn Error>> {
    task::block_on(async {
        let herd = Herd::from_toml("[servers.Solo]\nlisten = '127.0.0.1:0'")?;
        let server = Server::builder(AsyncStd::new(), &herd, &"Solo".parse()?).bind().await?;
        let handle = server.handle();
        let running = task::spawn(server.run());

        let van = ClientId::new("van-7")?;
        handle
            .tell(IamAt::new(van, Position::new(52.52, 13.405)?, SystemTime::now().into()))
            .await?;

        let (radius, max) = (Radius::parse(b"10")?, MaxResults::parse(b"3")?);
        let reply = handle.ask(van, radius, max).await?.expect("the van was told");
        print!("{}", String::from_utf8_lossy(&reply));

        let mut changes = handle.follow(0);
        for change in changes.next().await.expect("the server runs") {
            println!("change {}: {}", change.number, change.at);
        }

        handle.stop().request();
        running.await?;
        Ok(())
    })
}
