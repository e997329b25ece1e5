//! Runs one server of a herd: turns the arguments into a configuration and that into a server, which
//! runs until it is told to stop.

mod check;
mod descriptors;
mod event_buffer;
mod failure;
mod logging;
mod memory;
mod options;
mod output;
mod places;
mod places_source;
mod repair;
mod replay_progress;
mod setup;
mod shell;
mod signals;
mod text_file;
mod token;

use event_buffer::EventBuffer;
use failure::Failure;
use futures_lite::{FutureExt, future};
use herd::runtime::{AsyncStd, Runtime};
use options::{Options, Task};
use std::process::ExitCode;
use std::sync::Arc;

/// What --version prints.
const VERSION: &str = concat!("herd-server ", env!("CARGO_PKG_VERSION"), "\n");

fn main() -> ExitCode {
    match Task::read() {
        Ok(Task::Run(options)) => serve(*options),
        Ok(Task::Check(options)) => output::status(check::check(&options.folder)),
        Ok(Task::NewToken(options)) => token::print_new(&options),
        Ok(Task::Version) => output::status(output::answer(VERSION)),
        Err(error) => options::exit(&error),
    }
}

/// Runs a server with events on standard error. This is the one place that chooses a runtime.
fn serve(options: Options) -> ExitCode {
    let logging = logging::start(options.log_level);
    let runtime = AsyncStd::on_threads(options.threads);
    let ran = runtime.block_on(run(runtime.clone(), options, logging.buffer()));
    let failure = ran.err();
    let status = failure.as_ref().map_or(ExitCode::SUCCESS, Failure::status);
    logging.finish(failure.map(|failure| failure.to_string()));
    status
}

/// Runs a server from its start to its orderly end.
///
/// # Errors
/// When it cannot start, or its journal fails.
async fn run(
    runtime: impl Runtime,
    options: Options,
    standard_error: Arc<EventBuffer>,
) -> Result<(), Failure> {
    let signals = signals::receive()?;
    let builder = setup::builder(runtime.clone(), &options)?;
    let builder = setup::with_files(builder, &options, standard_error)?;
    let server = builder.bind().await.map_err(repair::advised)?;
    let handle = server.handle();
    let reload = move || setup::reload(&handle, &options);
    let obeying = signals::obey(signals, server.stop(), reload);
    // Signals are obeyed as long as the server runs. Afterwards nothing holds it any more, so that its
    // traffic log is written to the end.
    let never = async {
        obeying.await;
        future::pending().await
    };
    server.run().or(never).await?;
    Ok(())
}
