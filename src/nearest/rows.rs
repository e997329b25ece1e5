//! A table with a row for each client.

use super::point::Slot;

/// How many rows are allocated at a time.
const CHUNK_ROWS: usize = 4096;

/// Rows by slot, in chunks: a table that grows moves no row, and has less than a chunk to spare.
#[derive(Debug)]
pub(super) struct Rows<T> {
    chunks: Vec<Vec<T>>,
}

impl<T: Copy> Rows<T> {
    pub(super) fn new() -> Self {
        Self { chunks: Vec::new() }
    }

    pub(super) fn len(&self) -> usize {
        let last = self.chunks.last().map_or(0, Vec::len);
        self.chunks.len().saturating_sub(1) * CHUNK_ROWS + last
    }

    /// Adds the row of the next slot.
    pub(super) fn push(&mut self, row: T) -> Slot {
        let slot = u32::try_from(self.len()).expect("slots are limited to far fewer");
        if self.chunks.last().is_none_or(|chunk| chunk.len() == CHUNK_ROWS) {
            self.chunks.push(Vec::with_capacity(CHUNK_ROWS));
        }
        self.chunks.last_mut().expect("there is a chunk").push(row);
        Slot(slot)
    }

    pub(super) fn row(&self, slot: Slot) -> T {
        let index = slot.0 as usize;
        self.chunks[index / CHUNK_ROWS][index % CHUNK_ROWS]
    }

    pub(super) fn set(&mut self, slot: Slot, row: T) {
        let index = slot.0 as usize;
        self.chunks[index / CHUNK_ROWS][index % CHUNK_ROWS] = row;
    }

    /// The bytes that the rows hold.
    pub(super) fn held_bytes(&self) -> usize {
        self.chunks.len() * CHUNK_ROWS * size_of::<T>()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rows_stay_where_they_are_beyond_a_chunk() {
        let mut rows = Rows::new();
        for number in 0..10_000 {
            assert_eq!(rows.push(number), Slot(number));
        }
        rows.set(Slot(4_096), 7);
        assert_eq!([4_095, 4_096, 9_999].map(|slot| rows.row(Slot(slot))), [4_095, 7, 9_999]);
        assert_eq!((rows.len(), rows.held_bytes()), (10_000, 3 * 4_096 * 4));
    }
}
