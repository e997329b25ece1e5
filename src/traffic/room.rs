//! What the log leaves of a disk for others.

use rustix::fs::fstatvfs;
use std::fs::File;
use std::io::{self, ErrorKind};

/// The traffic log stops while less than this is free on its disk, so that it never takes the last
/// bytes, which a journal on the same disk needs.
const RESERVE_BYTES: u64 = 64 * 1024 * 1024;

/// On a small disk the reserve is one in this many bytes.
const RESERVE_SHARE: u64 = 8;

/// Fails if writing `count` bytes to `file` would leave too little of its disk free. A file system
/// that does not tell is written to.
pub(super) fn require_room(file: &File, count: u64) -> io::Result<()> {
    let Ok(space) = fstatvfs(file) else { return Ok(()) };
    let bytes = |blocks: u64| blocks.saturating_mul(space.f_frsize);
    require(bytes(space.f_blocks), bytes(space.f_bavail), count)
}

fn require(total: u64, free: u64, count: u64) -> io::Result<()> {
    let reserve = RESERVE_BYTES.min(total / RESERVE_SHARE);
    if free >= count.saturating_add(reserve) {
        return Ok(());
    }
    let message =
        format!("{free} bytes are free on its disk, and {reserve} are left for the journal");
    Err(io::Error::new(ErrorKind::StorageFull, message))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn some_room_is_left_on_a_large_disk_and_on_a_small_one() {
        let large = 1 << 40;
        assert!(require(large, RESERVE_BYTES + 100, 100).is_ok());
        let error = require(large, RESERVE_BYTES + 99, 100).expect_err("too little is left");
        let expected = "67108963 bytes are free on its disk, and 67108864 are left for the journal";
        assert_eq!((error.kind(), error.to_string().as_str()), (ErrorKind::StorageFull, expected));
        let small = 64 * 1024;
        assert!(require(small, 8 * 1024 + 100, 100).is_ok());
        assert!(require(small, 8 * 1024 + 99, 100).is_err());
    }
}
