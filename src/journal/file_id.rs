//! Which file it is, whatever its name.

/// Tells two files of a disk apart. Two open files with the same identity are the same file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct FileId {
    device: u64,
    number: u64,
}

impl FileId {
    /// The file with this number on this device. A file system calls the number an inode.
    pub fn new(device: u64, number: u64) -> Self {
        Self { device, number }
    }
}
