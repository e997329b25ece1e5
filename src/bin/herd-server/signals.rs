//! What the signals of the system mean to a server.

use async_signal::{Signal, Signals};
use futures_lite::StreamExt;
use herd::server::Stop;
use std::error::Error;
use std::io;
use std::process;

/// The signals that [`obey`] knows. Left alone, each of them would kill the process.
const KNOWN: [Signal; 6] =
    [Signal::Term, Signal::Int, Signal::Quit, Signal::Hup, Signal::Usr1, Signal::Usr2];

/// Receives signals from now on. None is lost before somebody [obeys](obey) them.
///
/// # Errors
/// When the system does not let the process have them.
pub(super) fn receive() -> io::Result<Signals> {
    Signals::new(KNOWN)
}

/// The first SIGTERM, SIGINT or SIGQUIT asks the server to stop in good order. The second one ends
/// the process at once, with status 1. SIGHUP calls `reload`. The other signals change nothing.
pub(super) async fn obey(
    mut signals: Signals,
    stop: Stop,
    reload: impl Fn() -> Result<(), Box<dyn Error + Send + Sync>>,
) {
    let mut is_stopping = false;
    while let Some(signal) = signals.next().await {
        let Ok(signal) = signal else { continue };
        match signal {
            Signal::Hup => match reload() {
                Ok(()) => log::info!("reloaded the certificates, the limits and the tokens"),
                Err(error) => {
                    log::error!(reason:% = error; "reload failed: everything stays as it was");
                }
            },
            Signal::Usr1 | Signal::Usr2 => log::info!(signal:? = signal; "signal ignored"),
            _ if is_stopping => process::exit(1),
            _ => {
                is_stopping = true;
                stop.request();
            }
        }
    }
}
