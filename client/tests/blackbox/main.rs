//! The client from outside: the library and the built command against a stub that answers as a test
//! wants, on a port that the system chooses.
//!
//! | file | what it is about |
//! |---|---|
//! | `iamat`, `whatsat`, `send`, `replay` | one subcommand each: stdout, stderr, exit status |
//! | `bench` | `bench` against stubs and against a server of the library |
//! | `formats` | `whatsat` as a table and as a map |
//! | `usage` | arguments that make no sense, help, and where servers are found |
//! | `tls` | all of them over TLS |
//! | `library` | `Client`: replies as types, and everything that can go wrong on the way |
//! | `stub`, `command`, `terminal` | the server of these tests, and running the command |

mod bench;
mod command;
mod formats;
mod iamat;
mod library;
mod replay;
mod send;
mod stub;
#[cfg(unix)]
mod terminal;
mod tls;
mod token;
mod usage;
mod whatsat;
