//! Runs one server of a herd: arguments to configuration to a server that runs until it is told to
//! stop.

mod check;
mod descriptors;
mod failure;
mod file;
mod logging;
mod options;
mod places;
mod places_source;
mod replay_progress;
mod setup;

use async_signal::{Signal, Signals};
use failure::Failure;
use futures_lite::StreamExt;
use herd::runtime::{AsyncStd, Runtime};
use herd::server::Stop;
use options::{Options, Task};
use std::process::ExitCode;

fn main() -> ExitCode {
    let done = match Task::read() {
        Ok(Task::Run(options)) => {
            let logging = logging::start(options.log_level);
            let runtime = AsyncStd::on_threads(options.threads);
            let ran = runtime.block_on(run(runtime.clone(), *options));
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

/// Runs a server from its start to its orderly end.
///
/// # Errors
/// When it cannot start, or its journal fails.
async fn run(runtime: impl Runtime, options: Options) -> Result<(), Failure> {
    let builder = setup::builder(runtime.clone(), &options).map_err(Failure::Usage)?;
    let builder = setup::with_files(builder, &options)?;
    let signals = Signals::new([Signal::Term, Signal::Int])?;
    let server = builder.bind().await?;
    runtime.spawn(stop_at_signal(signals, server.stop()));
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
