//! Keeping nothing.

use super::error::{Failed, JournalError};
use super::keeper::Keeper;
use super::status::JournalStatus;
use crate::node::ReadLog;
use async_trait::async_trait;

/// Promises nothing: what the server knows is in memory only, and in its neighbors' memory.
#[derive(Clone, Copy, Debug, Default)]
pub struct Ephemeral;

#[async_trait]
impl Keeper for Ephemeral {
    fn covered(&self) -> u64 {
        u64::MAX
    }

    async fn cover(&self, _number: u64, _log: &dyn ReadLog) -> Result<(), Failed> {
        Ok(())
    }

    async fn maintain(&self, _log: &dyn ReadLog) -> Result<(), Failed> {
        Ok(())
    }

    async fn finish(&self, _log: &dyn ReadLog) -> Result<(), Failed> {
        Ok(())
    }

    async fn failure(&self) -> JournalError {
        std::future::pending().await
    }

    fn status(&self) -> Option<JournalStatus> {
        None
    }
}
