//! What makes a change safe.

use super::error::{Failed, JournalError};
use super::status::JournalStatus;
use crate::node::ReadLog;
use async_trait::async_trait;
use std::fmt::Debug;

/// Makes changes safe before they are acknowledged, by following the change log.
///
/// [`Journal`](super::Journal) keeps them on disk; [`Ephemeral`](super::Ephemeral) promises nothing.
/// The server asks a keeper once per batch of commands, never once per command.
#[async_trait]
pub trait Keeper: Debug + Send + Sync + 'static {
    /// All changes up to this number are as safe as the keeper promises. Nobody who follows the log
    /// is told a change with a higher number.
    fn covered(&self) -> u64;

    /// Waits until all changes up to `number` are covered.
    ///
    /// # Errors
    /// When the keeper has failed, now or before. Then nothing may be acknowledged any more.
    async fn cover(&self, number: u64, log: &dyn ReadLog) -> Result<(), Failed>;

    /// Does what has to be done about once a second.
    ///
    /// # Errors
    /// When the keeper has failed.
    async fn maintain(&self, log: &dyn ReadLog) -> Result<(), Failed>;

    /// Makes everything that is covered as safe as this keeper can make it: called once, at the end
    /// of an orderly stop.
    ///
    /// # Errors
    /// When the keeper has failed.
    async fn finish(&self, log: &dyn ReadLog) -> Result<(), Failed>;

    /// Completes when the keeper fails, and says why.
    async fn failure(&self) -> JournalError;

    /// What there is to tell about the journal; None when there is none.
    fn status(&self) -> Option<JournalStatus>;
}
