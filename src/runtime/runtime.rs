//! Everything that a server needs from the machine that it runs on.

use super::clock::Clock;
use super::network::Net;
use super::spawn::Spawn;

/// A machine to run servers on: a clock, a network and tasks. Clones are handles of the same
/// machine.
///
/// Whatever implements the three parts is a runtime. Code that needs one part only should ask for
/// that part, so that a test has less to provide.
pub trait Runtime: Clock + Net + Spawn {}

impl<T: Clock + Net + Spawn> Runtime for T {}
