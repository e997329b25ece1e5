//! Agreeing on secrets.

use super::failure::TlsFailure;
use super::secured::Secured;
use crate::runtime::{self, Clock, Turns};
use futures_lite::{AsyncRead, AsyncWrite, AsyncWriteExt, future};
use std::future::poll_fn;
use std::io;
use std::time::Duration;

/// How long the other side may take to hear why it is refused. Closing at once would reset the
/// connection, and the reset would overtake the alert.
const LINGER: Duration = Duration::from_secs(1);

/// Shakes hands. The caller sets the deadline.
///
/// A handshake costs as much as some hundreds of commands, most of it in one go. So each step waits for
/// a turn: between two steps, whosever they are, everybody else who is ready runs.
///
/// # Errors
/// When the other side is refused, refuses, or is gone. It has been told why then.
pub(super) async fn shake_hands<S, C>(
    secured: &mut Secured<S>,
    turns: &Turns,
    clock: &C,
) -> io::Result<()>
where
    S: AsyncRead + AsyncWrite + Unpin,
    C: Clock,
{
    loop {
        poll_fn(|cx| secured.poll_send(cx)).await?;
        if !secured.is_handshaking() {
            return Ok(());
        }
        if poll_fn(|cx| secured.poll_fetch(cx)).await? == 0 {
            return Err(TlsFailure::Ended.into());
        }
        let turn = turns.take().await;
        let outcome = secured.decrypt();
        // The turn is held until others have had theirs, so that nobody makes two steps in a row.
        future::yield_now().await;
        drop(turn);
        if let Err(failure) = outcome {
            runtime::timeout(clock, LINGER, refuse(secured, &failure)).await;
            return Err(failure.into());
        }
    }
}

/// Sends the alert that says why, and waits until the other side hangs up. Whoever speaks no TLS
/// would take the alert for something else.
async fn refuse<S: AsyncRead + AsyncWrite + Unpin>(
    secured: &mut Secured<S>,
    failure: &TlsFailure,
) -> io::Result<()> {
    match failure {
        TlsFailure::NotTls => poll_fn(|cx| secured.poll_close_below(cx)).await?,
        _ => secured.close().await?,
    }
    while poll_fn(|cx| secured.poll_fetch(cx)).await? > 0 {
        future::yield_now().await;
    }
    Ok(())
}
