//! Runs one server of a herd: arguments to configuration to a server that runs until it is told to
//! stop.

mod check;
mod descriptors;
mod failure;
mod logging;
mod options;
mod places;
mod places_source;
mod replay_progress;
mod setup;

use async_signal::{Signal, Signals};
use async_std::task;
use failure::Failure;
use futures_lite::StreamExt;
use herd::runtime::AsyncStd;
use herd::server::Stop;
use options::{Options, Task};
use std::process::ExitCode;

fn main() -> ExitCode {
    let done = match Task::read() {
        Ok(Task::Run(options)) => {
            let logging = logging::start(options.log_level);
            let ran = AsyncStd::on_threads(options.threads).block_on(run(*options));
            drop(logging);
            ran
        }
        Ok(Task::Check(options)) => check::check(&options.folder).map_err(Failure::Run),
        Err(error) => return options::exit(&error),
    };
    match done {
        Ok(()) => ExitCode::SUCCESS,
        Err(failure) => failure.report(),
    }
}

async fn run(options: Options) -> Result<(), Failure> {
    let builder = setup::builder(&options).map_err(Failure::Usage)?;
    let builder = setup::with_files(builder, &options)?;
    let signals = Signals::new([Signal::Term, Signal::Int])?;
    let server = builder.bind().await?;
    task::spawn(stop_at_signal(signals, server.stop()));
    server.run().await?;
    Ok(())
}

/// The first signal asks the server to stop; the second ends the process at once.
async fn stop_at_signal(mut signals: Signals, stop: Stop) {
    signals.next().await;
    stop.request();
    signals.next().await;
    std::process::exit(1);
}
