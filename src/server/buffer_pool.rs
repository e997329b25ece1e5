//! Read buffers, held only by connections that have something to read.

use futures_lite::AsyncRead;
use std::io;
use std::pin::Pin;
use std::sync::{Arc, Mutex};
use std::task::{Context, Poll, ready};

/// The most that is read from a connection at once, in bytes.
pub(super) const CHUNK_BYTES: usize = 64 * 1024;

/// How many unused buffers are kept: about as many as tasks run at the same time.
const POOLED_MAX: usize = 16;

/// Buffers of [`CHUNK_BYTES`] that connections borrow while they read, so that an idle one holds
/// none.
#[derive(Debug, Default)]
pub(super) struct BufferPool {
    free: Mutex<Vec<Box<[u8]>>>,
}

impl BufferPool {
    /// Reads what is there, or waits without holding a buffer. An empty chunk is the end of input.
    pub(super) fn poll_read<S: AsyncRead + Unpin>(
        self: &Arc<Self>,
        cx: &mut Context<'_>,
        stream: &mut S,
    ) -> Poll<io::Result<Chunk>> {
        let buffer = self.free().pop().unwrap_or_else(|| vec![0; CHUNK_BYTES].into());
        let mut chunk = Chunk { buffer, taken: 0, filled: 0, pool: Arc::clone(self) };
        chunk.filled = ready!(Pin::new(stream).poll_read(cx, &mut chunk.buffer))?;
        Poll::Ready(Ok(chunk))
    }

    fn free(&self) -> std::sync::MutexGuard<'_, Vec<Box<[u8]>>> {
        self.free.lock().expect("nothing panics while it holds the pool")
    }
}

/// Bytes that were read and not yet taken in; its buffer goes back when it is dropped.
#[derive(Debug)]
pub(super) struct Chunk {
    buffer: Box<[u8]>,
    taken: usize,
    filled: usize,
    pool: Arc<BufferPool>,
}

impl Chunk {
    /// What is left.
    pub(super) fn bytes(&self) -> &[u8] {
        &self.buffer[self.taken..self.filled]
    }

    /// Keeps only the last `count` bytes of what is left.
    pub(super) fn keep_last(&mut self, count: usize) {
        self.taken = self.filled - count.min(self.filled - self.taken);
    }
}

impl Drop for Chunk {
    fn drop(&mut self) {
        let mut free = self.pool.free();
        if free.len() < POOLED_MAX {
            free.push(std::mem::take(&mut self.buffer));
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
        let mut read = || block_on(poll_fn(|cx| pool.poll_read(cx, &mut input)));
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
}
