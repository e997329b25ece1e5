//! When the journal is synchronized with the disk.

/// When an acknowledgement goes out.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Fsync {
    /// After the fsync that covers it: it survives a crash of the machine.
    Always,
    /// After the write, with an fsync every second: it survives a crash of the process. A crash of
    /// the machine loses about the last second, which neighbors send back.
    #[default]
    EverySecond,
    /// After the write. The system decides when it reaches the disk.
    Never,
}
