//! One server with a web door, in a simulated world.

use super::answer::Answer;
use futures_lite::{AsyncReadExt, AsyncWriteExt, future};
use herd::access::AccessList;
use herd::config::{Herd, Limits};
use herd::protocol::{ClientId, IamAt};
use herd::runtime::sim::{Machine, Sim};
use herd::runtime::{Clock, Net, Spawn};
use herd::server::{Builder, Handle, Server};
use herd::web::Web;
use std::sync::{Arc, Mutex};
use std::time::Duration;

pub const HTTP: &str = "127.0.0.1:8080";

pub struct World {
    pub sim: Sim,
    pub phone: Machine,
    pub server: Handle<Machine>,
    /// Whether the server's run has ended.
    pub ended: Arc<Mutex<bool>>,
}

impl World {
    pub fn new() -> Self {
        Self::with(Web::new(), Limits::default())
    }

    pub fn with(web: Web, limits: Limits) -> Self {
        Self::build(|builder| builder.limits(limits).http(web))
    }

    /// A server whose clients need the tokens that this text of an access.toml knows.
    pub fn guarded(access: &str, limits: Limits) -> Self {
        let list = AccessList::from_toml(access).expect("the test's tokens are good");
        Self::build(|builder| builder.limits(limits).http(Web::new()).access(list))
    }

    fn build(build: impl FnOnce(Builder<Machine>) -> Builder<Machine>) -> Self {
        let sim = Sim::new(1);
        let (machine, phone) = (sim.machine("server"), sim.machine("phone"));
        // The world begins some hours before the times that the tests' devices send.
        let herd = Herd::from_toml(&format!(
            "[servers.Alford]\nlisten = '127.0.0.1:12000'\nhttp_listen = '{HTTP}'\nmax_ahead = 86400"
        ));
        let herd = herd.expect("the herd is good");
        let name = "Alford".parse().expect("the name is good");
        let builder = build(Server::builder(machine.clone(), &herd, &name));
        let server = sim.block_on(builder.bind()).expect("the ports are free");
        let (handle, ended) = (server.handle(), Arc::new(Mutex::new(false)));
        let end = Arc::clone(&ended);
        machine.spawn(async move {
            server.run().await.expect("nothing fails");
            *end.lock().expect("nothing panics with it") = true;
        });
        Self { sim, phone, server: handle, ended }
    }

    /// Sends bytes over a connection of their own, hangs up in that direction, and returns everything
    /// that comes back.
    pub fn exchange(&self, bytes: &[u8]) -> Vec<u8> {
        self.sim.block_on(async {
            let mut stream = self.phone.connect(HTTP).await.expect("the door is open");
            // The server may answer and hang up before it has read all.
            let _ = stream.write_all(bytes).await;
            let _ = stream.close().await;
            let mut all = Vec::new();
            let _ = stream.read_to_end(&mut all).await;
            all
        })
    }

    /// Sends one request, and returns the one response.
    #[track_caller]
    pub fn ask(&self, request: &Ask) -> Answer {
        let mut answers = Answer::all(&self.exchange(&request.bytes()));
        assert_eq!(answers.len(), 1, "{answers:?}");
        answers.remove(0)
    }

    /// What the server knows of a client, without what it says of the receipt.
    pub fn known(&self, id: &str) -> Option<String> {
        let id = ClientId::new(id).expect("the test's IDs are good");
        let newest = self.sim.block_on(self.server.newest(id)).expect("nothing fails")?;
        Some(format!("{} {}", newest.at().position(), newest.at().time()))
    }

    /// Tells the server itself what a line says.
    pub fn tell(&self, iamat: &str) {
        let position = IamAt::parse(iamat.as_bytes()).expect("the test's lines are good");
        self.sim.block_on(self.server.tell(position)).expect("nothing fails");
    }

    /// How long the phone has run.
    pub fn uptime(&self) -> Duration {
        self.phone.uptime()
    }

    /// The server's time in whole seconds.
    pub fn now(&self) -> u64 {
        self.phone.now().as_nanos() / 1_000_000_000
    }

    /// Sends the pieces, each after a pause of its own, until the server hangs up. Returns what came
    /// back, and when the end came.
    pub fn drip(&self, pieces: &[(Duration, &[u8])]) -> (Vec<u8>, Duration) {
        self.sim.block_on(async {
            let stream = self.phone.connect(HTTP).await.expect("the door is open");
            let began = self.phone.uptime();
            let (mut reading, mut writing) = futures_lite::io::split(stream);
            let write = async {
                for (pause, piece) in pieces {
                    self.phone.sleep(*pause).await;
                    if writing.write_all(piece).await.is_err() {
                        break;
                    }
                }
                future::pending::<()>().await;
            };
            let mut all = Vec::new();
            let read = async {
                let _ = reading.read_to_end(&mut all).await;
            };
            future::or(read, write).await;
            (all, self.phone.uptime() - began)
        })
    }
}

/// A request in the making.
#[derive(Clone, Debug)]
pub struct Ask {
    line: String,
    headers: Vec<String>,
    body: String,
}

impl Ask {
    pub fn get(path: &str) -> Self {
        Self::of("GET", path)
    }

    pub fn post(path: &str, body: &str) -> Self {
        Self { body: body.to_owned(), ..Self::of("POST", path) }
    }

    pub fn of(method: &str, path: &str) -> Self {
        let headers = vec!["Host: localhost:8080".to_owned()];
        Self { line: format!("{method} {path} HTTP/1.1"), headers, body: String::new() }
    }

    pub fn header(mut self, header: &str) -> Self {
        self.headers.push(header.to_owned());
        self
    }

    /// Another body, such as an HTTP client adds by itself.
    pub fn body(mut self, body: &str) -> Self {
        self.body = body.to_owned();
        self
    }

    pub fn bytes(&self) -> Vec<u8> {
        let (line, headers, body) = (&self.line, self.headers.join("\r\n"), &self.body);
        let length = body.len();
        format!("{line}\r\n{headers}\r\nContent-Length: {length}\r\n\r\n{body}").into_bytes()
    }
}
