//! The change log on disk: the same lines, each with its checksum.
//!
//! This room owns the file's form, the promise of each fsync policy, replay at start and rewriting
//! when the file has grown too large. It follows the change log as a neighbor does, and decides
//! nothing about positions.

mod disk;

pub use disk::{Disk, DiskFile};
