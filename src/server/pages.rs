//! Bytes that may wait for long.

use memmap2::MmapMut;
use std::ops::Deref;

/// A copy of bytes in pages of its own, which the system gets back as soon as this is dropped.
///
/// What an allocator frees between two pieces that are in use stays with the process. So buffers of
/// a thousand clients that have gone would go on taking the memory that they once needed.
#[derive(Debug)]
pub(super) struct Pages {
    memory: MmapMut,
    length: usize,
}

impl Pages {
    /// Copies `bytes`. None if the system has no pages to give.
    pub(super) fn copy_of(bytes: &[u8]) -> Option<Self> {
        let mut memory = MmapMut::map_anon(bytes.len()).ok()?;
        memory[..bytes.len()].copy_from_slice(bytes);
        Some(Self { memory, length: bytes.len() })
    }
}

impl Deref for Pages {
    type Target = [u8];

    fn deref(&self) -> &[u8] {
        &self.memory[..self.length]
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_copy_holds_what_was_copied() {
        let bytes: Vec<u8> = (0..10_000_u32).map(|number| number as u8).collect();
        for length in [0, 1, 4_096, 10_000] {
            assert_eq!(Pages::copy_of(&bytes[..length]).as_deref(), Some(&bytes[..length]));
        }
    }
}
