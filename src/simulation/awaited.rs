//! The commands of a conversation that have no reply yet.

use super::at_line::AtLine;
use super::command::Command;
use std::collections::VecDeque;
use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, Ordering};

/// A queue from the writing half of a conversation to the reading half.
#[derive(Debug, Default)]
pub(super) struct Awaited {
    /// Each command, and the line that the server must at least know when it answers.
    commands: Mutex<VecDeque<(Command, Option<AtLine>)>>,
    is_over: AtomicBool,
}

impl Awaited {
    /// Adds a command that is about to be sent.
    pub(super) fn push(&self, command: Command, floor: Option<AtLine>) {
        self.commands
            .lock()
            .expect("nothing panics while it holds them")
            .push_back((command, floor));
    }

    /// The command that the next reply must answer.
    pub(super) fn pop(&self) -> Option<(Command, Option<AtLine>)> {
        self.commands.lock().expect("nothing panics while it holds them").pop_front()
    }

    pub(super) fn len(&self) -> usize {
        self.commands.lock().expect("nothing panics while it holds them").len()
    }

    /// No more replies will be read.
    pub(super) fn end(&self) {
        self.is_over.store(true, Ordering::Relaxed);
    }

    /// Whether no more replies will be read.
    pub(super) fn is_over(&self) -> bool {
        self.is_over.load(Ordering::Relaxed)
    }
}
