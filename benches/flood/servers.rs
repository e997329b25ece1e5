//! The servers that are measured.

use std::fs::{self, File};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

/// The longest that a server may take to listen.
const START_TIMEOUT: Duration = Duration::from_secs(20);

/// Two linked servers, and one that stands alone.
pub struct Servers {
    folder: tempfile::TempDir,
    children: Vec<Child>,
    addresses: [SocketAddr; 3],
}

const NAMES: [&str; 3] = ["Alford", "Ball", "Welsh"];

impl Servers {
    pub fn start() -> Self {
        let folder = tempfile::tempdir().expect("a folder can be made");
        let ports: Vec<SocketAddr> = free_addresses(6);
        let herd = folder.path().join("herd.toml");
        let table = |index: usize, neighbors: &str| {
            format!(
                "[servers.{}]\nlisten = '{}'\npeer_listen = '{}'\nneighbors = [{neighbors}]\n",
                NAMES[index],
                ports[index],
                ports[index + 3]
            )
        };
        let text = table(0, "'Ball'") + &table(1, "") + &table(2, "");
        fs::write(&herd, text).expect("the folder is ours");
        let start = |name: &&str| {
            let log = File::create(log_path(&folder, name)).expect("the folder is ours");
            let mut command = Command::new(env!("CARGO_BIN_EXE_herd-server"));
            command.arg(name).arg("--herd").arg(&herd).args(["--ephemeral", "--no-traffic-log"]);
            command.stdin(Stdio::null()).stderr(log).spawn().expect("the server starts")
        };
        let children = NAMES.iter().map(start).collect();
        let servers = Self { folder, children, addresses: [ports[0], ports[1], ports[2]] };
        servers.addresses.iter().for_each(await_server);
        servers
    }

    /// The server that is flooded.
    pub fn flooded(&self) -> SocketAddr {
        self.addresses[0]
    }

    /// The server that has nothing to do with it.
    pub fn beside(&self) -> SocketAddr {
        self.addresses[2]
    }

    /// The memory of the server that is flooded, in MiB; None where the system does not tell.
    pub fn flooded_mebibytes(&self) -> Option<f64> {
        let status = fs::read_to_string(format!("/proc/{}/status", self.children[0].id())).ok()?;
        let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:"))?;
        let kibibytes: f64 = line.trim().strip_suffix(" kB")?.parse().ok()?;
        Some(kibibytes / 1024.0)
    }

    /// How often the two linked servers lost each other after they had been linked.
    pub fn links_lost(&self) -> usize {
        let lost = |name: &&str| {
            let log = fs::read_to_string(log_path(&self.folder, name)).unwrap_or_default();
            log.matches("silent for too long").count()
        };
        NAMES[..2].iter().map(lost).sum()
    }
}

impl Drop for Servers {
    fn drop(&mut self) {
        for child in &mut self.children {
            // One that has ended is as good.
            let _ = child.kill();
            let _ = child.wait();
        }
    }
}

fn log_path(folder: &tempfile::TempDir, name: &str) -> PathBuf {
    folder.path().join(format!("{name}.log"))
}

/// Addresses whose ports were free a moment ago.
fn free_addresses(count: usize) -> Vec<SocketAddr> {
    let bind = |_| TcpListener::bind("127.0.0.1:0").expect("there is a free port");
    let listeners: Vec<TcpListener> = (0..count).map(bind).collect();
    listeners.iter().map(|listener| listener.local_addr().expect("it listens")).collect()
}

fn await_server(address: &SocketAddr) {
    let begin = Instant::now();
    while TcpStream::connect(address).is_err() {
        assert!(begin.elapsed() < START_TIMEOUT, "no server listens on {address}");
        std::thread::sleep(Duration::from_millis(10));
    }
}
