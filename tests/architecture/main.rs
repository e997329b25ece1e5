//! Checks what docs/ARCHITECTURE.md says of the code against the code.

mod constants;
mod limits;
mod modules;
mod page;
mod paths;
mod rooms;
mod tokens;
