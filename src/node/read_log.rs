//! Looking at a change log that others write to.

use super::change_log::ChangeLog;
use super::node::Node;
use std::sync::Mutex;

/// A change log that is shared and can be looked at for a moment.
///
/// The journal follows the log through this trait, and needs nothing else of a node.
pub trait ReadLog: Send + Sync {
    /// Shows the log to `reader`. Nobody can change the log until `reader` returns, so it must be
    /// quick.
    fn read(&self, reader: &mut dyn FnMut(&ChangeLog));
}

impl ReadLog for ChangeLog {
    fn read(&self, reader: &mut dyn FnMut(&ChangeLog)) {
        reader(self);
    }
}

impl ReadLog for Mutex<Node> {
    fn read(&self, reader: &mut dyn FnMut(&ChangeLog)) {
        reader(self.lock().expect("a panic never leaves the node half changed").log());
    }
}
