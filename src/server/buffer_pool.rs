//! Read buffers, held only by connections that have something to read.

use super::pages::Pages;
use futures_lite::AsyncRead;
use memmap2::MmapMut;
use std::io;
use std::pin::Pin;
use std::sync::{Arc, Mutex};
use std::task::{Context, Poll, ready};

/// The most that is read from a connection at once, in bytes.
pub(super) const CHUNK_BYTES: usize = 64 * 1024;

/// How many unused buffers are kept: about as many as tasks run at the same time.
const POOLED_MAX: usize = 16;

/// Buffers of [`CHUNK_BYTES`] that connections borrow while they read, so that an idle one holds
/// none. Each is mapped by itself, so that the system gets back what is not kept.
#[derive(Debug, Default)]
pub(super) struct BufferPool {
    free: Mutex<Vec<MmapMut>>,
}

impl BufferPool {
    /// Reads what is there, up to `bytes_max` bytes and [`CHUNK_BYTES`], or waits without holding a
    /// buffer. An empty chunk is the end of input.
    ///
    /// # Errors
    /// When the connection is broken, or the system has no memory for a buffer.
    pub(super) fn poll_read<S: AsyncRead + Unpin>(
        self: &Arc<Self>,
        cx: &mut Context<'_>,
        stream: &mut S,
        bytes_max: usize,
    ) -> Poll<io::Result<Chunk>> {
        let bytes = bytes_max.min(CHUNK_BYTES);
        let pooled = if bytes == CHUNK_BYTES { self.free().pop() } else { None };
        let buffer = pooled.map_or_else(|| MmapMut::map_anon(bytes), Ok)?;
        let mut lent = Lent { buffer: Some(buffer), pool: Arc::clone(self) };
        let filled = ready!(Pin::new(stream).poll_read(cx, lent.bytes_mut()))?;
        Poll::Ready(Ok(Chunk { memory: Memory::Lent(lent), taken: 0, filled }))
    }

    fn free(&self) -> std::sync::MutexGuard<'_, Vec<MmapMut>> {
        self.free.lock().expect("nothing panics while it holds the pool")
    }
}

/// Bytes that were read and not yet taken in.
#[derive(Debug)]
pub(super) struct Chunk {
    memory: Memory,
    taken: usize,
    filled: usize,
}

#[derive(Debug)]
enum Memory {
    Lent(Lent),
    SetAside(Pages),
}

impl Chunk {
    /// What is left.
    pub(super) fn bytes(&self) -> &[u8] {
        let memory = match &self.memory {
            Memory::Lent(lent) => lent.bytes(),
            Memory::SetAside(pages) => pages,
        };
        &memory[self.taken..self.filled]
    }

    /// Keeps only the last `count` bytes of what is left.
    pub(super) fn keep_last(&mut self, count: usize) {
        self.taken = self.filled - count.min(self.filled - self.taken);
    }

    /// What is left may wait for long: it takes no more memory than it needs, and the buffer goes
    /// back. The system gets the memory back when the chunk is dropped.
    pub(super) fn set_aside(&mut self) {
        if let Memory::Lent(_) = self.memory
            && let Some(pages) = Pages::copy_of(self.bytes())
        {
            *self = Self { taken: 0, filled: pages.len(), memory: Memory::SetAside(pages) };
        }
    }
}

/// A buffer that goes back when it is dropped, if it has the size of those in the pool.
#[derive(Debug)]
struct Lent {
    /// None only while it is dropped.
    buffer: Option<MmapMut>,
    pool: Arc<BufferPool>,
}

impl Lent {
    fn bytes(&self) -> &[u8] {
        self.buffer.as_deref().unwrap_or_default()
    }

    fn bytes_mut(&mut self) -> &mut [u8] {
        self.buffer.as_deref_mut().unwrap_or_default()
    }
}

impl Drop for Lent {
    fn drop(&mut self) {
        let Some(buffer) = self.buffer.take().filter(|buffer| buffer.len() == CHUNK_BYTES) else {
            return;
        };
        let mut free = self.pool.free();
        if free.len() < POOLED_MAX {
            free.push(buffer);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use futures_lite::future::{block_on, poll_fn};

    #[test]
    fn a_buffer_is_used_again() {
        let pool = Arc::new(BufferPool::default());
        let mut input = &b"hello"[..];
        let mut read = || block_on(poll_fn(|cx| pool.poll_read(cx, &mut input, CHUNK_BYTES)));
        let mut chunk = read().expect("a slice can be read");
        assert_eq!(chunk.bytes(), b"hello");
        chunk.keep_last(2);
        assert_eq!(chunk.bytes(), b"lo");
        drop(chunk);
        let end = read().expect("a slice can be read");
        assert_eq!((end.bytes(), pool.free().len()), (&b""[..], 0));
        drop(end);
        assert_eq!(pool.free().len(), 1);
    }

    /// What waits for room must not keep a buffer of the full size, and small reads need none.
    #[test]
    fn what_is_set_aside_gives_its_buffer_back_and_keeps_what_is_left() {
        let pool = Arc::new(BufferPool::default());
        let bytes: Vec<u8> = (0..9_000_u32).map(|number| number as u8).collect();
        let mut input = &bytes[..];
        let mut read =
            |bytes_max| block_on(poll_fn(|cx| pool.poll_read(cx, &mut input, bytes_max)));
        let small = read(1_000).expect("a slice can be read");
        assert_eq!((small.bytes(), pool.free().len()), (&bytes[..1_000], 0));
        drop(small);
        assert_eq!(pool.free().len(), 0);
        let mut chunk = read(CHUNK_BYTES).expect("a slice can be read");
        chunk.keep_last(5_000);
        chunk.set_aside();
        assert_eq!((chunk.bytes(), pool.free().len()), (&bytes[4_000..], 1));
        chunk.keep_last(10);
        chunk.set_aside();
        assert_eq!(chunk.bytes(), &bytes[8_990..]);
    }
}
