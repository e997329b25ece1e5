//! Carries scripts out.

use super::request::Request;
use super::script_file::Script;
use super::step::Step;
use crate::client::{Client, TIMEOUT_DEFAULT};
use crate::client_error::ClientError;
use crate::credentials::Credentials;
use crate::destination::Destination;
use crate::reply::Reply;
use herd::config::{Address, Transport};
use herd::runtime::{AsyncStd, Runtime};
use herd::tls::{ClientSide, Roots};
use std::collections::BTreeMap;
use std::io;
use std::time::Duration;

/// What happens while a script runs.
#[derive(Debug)]
pub enum Event<'a> {
    /// The following requests go to another server than those before.
    Server(&'a Destination),
    /// This line is sent, without its LF.
    Request(&'a [u8]),
    /// This came back.
    Reply(&'a Reply),
    /// Nothing happens for this long.
    Wait(Duration),
    /// A step failed.
    Failure {
        /// The script's name.
        script: &'a str,
        /// The step's line, counted from 1.
        line: usize,
        /// What was expected, and what came instead.
        message: &'a str,
    },
}

/// What a run does after a step that failed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum AfterFailure {
    /// It ends there.
    Stop,
    /// It goes on with the next step.
    GoOn,
}

/// What came of a run.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Tally {
    /// Requests that were answered.
    pub requests: usize,
    /// Expectations that were met.
    pub met: usize,
    /// Expectations that were not met, and requests that got no reply.
    pub failures: usize,
}

/// Runs scripts, with one connection for each server that they name.
pub struct Runner<R: Runtime = AsyncStd> {
    runtime: R,
    timeout: Duration,
    start: Destination,
    after_failure: AfterFailure,
    credentials: Option<Credentials>,
    /// What secures connections over TLS; None until one is needed.
    tls: Option<ClientSide>,
    clients: BTreeMap<(Address, Transport), Client<R>>,
    tally: Tally,
}

impl Runner {
    /// A runner on async-std. Requests before a script's first `@` go to `start`.
    pub fn new(start: Destination, after_failure: AfterFailure) -> Self {
        Self::on(AsyncStd::new(), start, after_failure)
    }
}

impl<R: Runtime> Runner<R> {
    /// A runner on `runtime`. Requests before a script's first `@` go to `start`.
    pub fn on(runtime: R, start: Destination, after_failure: AfterFailure) -> Self {
        let (clients, tally) = (BTreeMap::new(), Tally::default());
        let (timeout, credentials, tls) = (TIMEOUT_DEFAULT, None, None);
        Self { runtime, timeout, start, after_failure, credentials, tls, clients, tally }
    }

    /// Waits at most `timeout` for each connection and each reply, instead of [`TIMEOUT_DEFAULT`].
    pub fn with_timeout(self, timeout: Duration) -> Self {
        Self { timeout, ..self }
    }

    /// Shows each server this token first.
    pub fn with_credentials(self, credentials: Credentials) -> Self {
        Self { credentials: Some(credentials), ..self }
    }

    /// Secures connections over TLS with `side`, instead of trusting whom the platform trusts.
    pub fn with_tls(self, side: ClientSide) -> Self {
        Self { tls: Some(side), ..self }
    }

    /// What came of all runs so far.
    pub fn tally(&self) -> Tally {
        self.tally
    }

    /// Runs one script and tells `show` what happens, as it happens. What goes wrong with a server
    /// is a failure: it is shown and counted.
    ///
    /// # Errors
    /// Only those of `show`, which end the run.
    pub async fn run(
        &mut self,
        script: &Script,
        mut show: impl FnMut(Event<'_>) -> io::Result<()>,
    ) -> io::Result<()> {
        let after_failure = self.after_failure;
        let server = self.start.clone();
        let mut run = Run { runner: self, show: &mut show, server, shown: None, last: None };
        for (line, step) in script.steps() {
            match run.step(step).await {
                Ok(()) => (),
                Err(Trouble::Show(error)) => return Err(error),
                Err(Trouble::Failure(message)) => {
                    run.runner.tally.failures += 1;
                    let (script, line, message) = (script.name(), *line, message.as_str());
                    (run.show)(Event::Failure { script, line, message })?;
                    if after_failure == AfterFailure::Stop {
                        break;
                    }
                }
            }
        }
        Ok(())
    }

    /// The connection with `server`: the one that there is, or a new one.
    async fn client(&mut self, server: &Destination) -> Result<Client<R>, ClientError> {
        let (address, runtime) = (server.address(), self.runtime.clone());
        if let Some(client) = self.clients.remove(&(address.clone(), server.transport())) {
            return Ok(client);
        }
        let mut client = match server.transport() {
            Transport::Plain => Client::connect_on(runtime, self.timeout, address).await?,
            Transport::Tls => {
                let usual = || ClientSide::new(Roots::platform(), None, &self.runtime);
                let side = self.tls.get_or_insert_with(usual);
                Client::connect_tls_on(runtime, self.timeout, address, side).await?
            }
        };
        if let Some(credentials) = &self.credentials {
            client.authenticate(credentials).await?;
        }
        Ok(client)
    }
}

/// Why a step did not come to its end.
enum Trouble {
    Failure(String),
    Show(io::Error),
}

impl From<io::Error> for Trouble {
    fn from(error: io::Error) -> Self {
        Trouble::Show(error)
    }
}

/// One script on its way.
struct Run<'r, R: Runtime, F> {
    runner: &'r mut Runner<R>,
    show: &'r mut F,
    /// Where requests go.
    server: Destination,
    /// Where the last request went.
    shown: Option<Destination>,
    /// The last request's reply, if it got one.
    last: Option<Reply>,
}

impl<R: Runtime, F: FnMut(Event<'_>) -> io::Result<()>> Run<'_, R, F> {
    async fn step(&mut self, step: &Step) -> Result<(), Trouble> {
        match step {
            Step::Server(server) => self.server = server.clone(),
            Step::Request(request) => self.request(request).await?,
            Step::Expect(expectation) => {
                expectation.check(self.last.as_ref()).map_err(Trouble::Failure)?;
                self.runner.tally.met += 1;
            }
            Step::Wait(span) => {
                (self.show)(Event::Wait(*span))?;
                self.runner.runtime.sleep(*span).await;
            }
        }
        Ok(())
    }

    async fn request(&mut self, request: &Request) -> Result<(), Trouble> {
        if self.shown.as_ref() != Some(&self.server) {
            (self.show)(Event::Server(&self.server))?;
            self.shown = Some(self.server.clone());
        }
        // An expectation must never be compared with the reply of an earlier request.
        self.last = None;
        let failure = |error| Trouble::Failure(self.server.explain(&error));
        let mut client = self.runner.client(&self.server).await.map_err(failure)?;
        // The time is taken here, since connecting may have cost some.
        let line = request.line(self.runner.runtime.now());
        (self.show)(Event::Request(&line))?;
        let reply = client.send(&line).await.map_err(failure)?;
        let key = (self.server.address().clone(), self.server.transport());
        self.runner.clients.insert(key, client);
        self.runner.tally.requests += 1;
        (self.show)(Event::Reply(&reply))?;
        self.last = Some(reply);
        Ok(())
    }
}
