//! One server process.

use super::clock::eventually_some;
use rustix::process::{Pid, Resource, Rlimit, Signal, getrlimit, kill_process, prlimit};
use std::fs::{self, File};
use std::net::{SocketAddr, TcpStream};
use std::path::PathBuf;
use std::process::{Child, Command, ExitStatus, Output, Stdio};

/// A server that is about to be started.
#[derive(Debug)]
pub struct Launch {
    pub(super) name: String,
    pub(super) address: SocketAddr,
    pub(super) arguments: Vec<String>,
    pub(super) log: PathBuf,
    environment: Vec<(String, String)>,
    limits: Vec<String>,
    log_level: &'static str,
}

impl Launch {
    pub(super) fn new(name: &str, address: SocketAddr, log: PathBuf) -> Self {
        Self {
            name: name.to_owned(),
            address,
            arguments: vec![name.to_owned()],
            log,
            environment: Vec::new(),
            limits: Vec::new(),
            log_level: "debug",
        }
    }

    pub fn with(mut self, arguments: &[&str]) -> Self {
        self.arguments.extend(arguments.iter().map(|&argument| argument.to_owned()));
        self
    }

    /// Gives an option that is there already another value.
    #[track_caller]
    pub fn replacing(mut self, option: &str, value: &str) -> Self {
        let at = self.arguments.iter().position(|argument| argument == option);
        self.arguments[at.expect("the option is there") + 1] = value.to_owned();
        self
    }

    pub fn with_environment(mut self, name: &str, value: &str) -> Self {
        self.environment.push((name.to_owned(), value.to_owned()));
        self
    }

    /// Limits how many descriptors the process may have open; it cannot raise that.
    pub fn with_descriptors(mut self, count: u32) -> Self {
        self.limits.push(format!("ulimit -n {count}"));
        self
    }

    /// Limits the addresses that the process may use, in kibibytes.
    pub fn with_address_space(mut self, kibibytes: u64) -> Self {
        self.limits.push(format!("ulimit -v {kibibytes}"));
        self
    }

    /// Limits the size of the process's files, in blocks of 512 bytes. Beyond it, writing fails as
    /// on a full disk.
    pub fn with_file_blocks(mut self, count: u32) -> Self {
        self.limits.push(format!("trap '' XFSZ; ulimit -f {count}"));
        self
    }

    /// The server logs all events, including those for debugging.
    pub fn with_trace_log(mut self) -> Self {
        self.log_level = "trace";
        self
    }

    /// Starts the process and waits until it accepts clients.
    #[track_caller]
    pub(super) fn start(self) -> Server {
        let mut server = self.spawn();
        let name = self.name;
        eventually_some(&format!("{name} accepts clients"), || {
            if let Some(status) = server.child.try_wait().expect("a child can be looked at") {
                panic!("{name} did not start: {status}\n{}", server.log());
            }
            TcpStream::connect(server.address).ok()
        });
        server
    }

    /// Runs the process, which should end by itself, and returns what it printed.
    pub fn output(&self) -> Output {
        let output = self.command().args(&self.arguments).stdin(Stdio::null()).output();
        output.expect("the server's program is there")
    }

    /// The command as a person would type it.
    pub fn command_line(&self) -> String {
        format!("{} {}", env!("CARGO_BIN_EXE_herd-server"), self.arguments.join(" "))
    }

    fn spawn(&self) -> Server {
        let log = File::options().create(true).append(true).open(&self.log);
        let child = self
            .command()
            .args(&self.arguments)
            .args(["--log-level", self.log_level])
            .envs(self.environment.iter().map(|(name, value)| (name, value)))
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(log.expect("the folder takes files"))
            .spawn()
            .expect("the server's program is there");
        Server { child, address: self.address, log: self.log.clone() }
    }

    fn command(&self) -> Command {
        let program = env!("CARGO_BIN_EXE_herd-server");
        if self.limits.is_empty() {
            return Command::new(program);
        }
        let mut shell = Command::new("sh");
        shell.args(["-c", &format!("{}; exec \"$@\"", self.limits.join("; ")), "sh", program]);
        shell
    }
}

/// A running server; it is killed when this is dropped.
#[derive(Debug)]
pub struct Server {
    child: Child,
    address: SocketAddr,
    log: PathBuf,
}

impl Server {
    /// Everything that this server, and those before it on the same log, wrote to standard error.
    pub fn log(&self) -> String {
        let bytes = fs::read(&self.log).expect("a server has a log once it is started");
        String::from_utf8_lossy(&bytes).into_owned()
    }

    pub fn signal(&self, signal: Signal) {
        let pid = Pid::from_child(&self.child);
        kill_process(pid, signal).expect("the process has not been waited for");
    }

    /// Changes how many descriptors the process may have open from now on.
    pub fn set_descriptors(&self, count: u64) {
        let limit = Rlimit { current: Some(count), maximum: getrlimit(Resource::Nofile).maximum };
        prlimit(Some(Pid::from_child(&self.child)), Resource::Nofile, limit)
            .expect("the process is ours");
    }

    /// The memory that the process holds, in bytes.
    pub fn resident_bytes(&self) -> u64 {
        let status = fs::read_to_string(format!("/proc/{}/status", self.child.id()));
        let status = status.expect("the process runs");
        let kibibytes = status.lines().find_map(|line| line.strip_prefix("VmRSS:"));
        let number = kibibytes.and_then(|text| text.trim().strip_suffix(" kB"));
        1024 * number.and_then(|text| text.parse::<u64>().ok()).expect("the size is a number")
    }

    /// Waits until the process has ended by itself.
    #[track_caller]
    pub fn wait(&mut self) -> ExitStatus {
        eventually_some("the server ends", || {
            self.child.try_wait().expect("a child can be waited for")
        })
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        // Both fail only for a process that is gone already.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
