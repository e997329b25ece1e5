//! A server inside a program: it runs beside the program's own work until it is asked to stop.

use async_std::task;
use futures_lite::{AsyncReadExt, AsyncWriteExt};
use herd::config::Herd;
use herd::runtime::AsyncStd;
use herd::server::Server;
use std::error::Error;
use std::net::Shutdown;

const HERD: &str = r#"
    [servers.Solo]
    listen = "127.0.0.1:0"
    neighbors = []
"#;

fn main() -> Result<(), Box<dyn Error>> {
    task::block_on(async {
        let herd = Herd::from_toml(HERD)?;
        let server = Server::builder(AsyncStd::new(), &herd, &"Solo".parse()?).bind().await?;
        let (address, stop) = (server.client_address(), server.stop());
        let running = task::spawn(server.run());

        let mut client = async_std::net::TcpStream::connect(address).await?;
        client.write_all(b"IAMAT van-7 +52.52+13.405 1479413884.392014450\n").await?;
        client.shutdown(Shutdown::Write)?;
        let mut reply = String::new();
        client.read_to_string(&mut reply).await?;
        print!("{reply}");

        stop.request();
        running.await?;
        Ok(())
    })
}
