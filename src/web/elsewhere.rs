//! Reading what is long without holding others up.

/// A body that is longer is read on a thread of its own: it takes longer than other connections should
/// wait for.
const INLINE_BYTES_MAX: usize = 64 * 1024;

/// Runs `read`, which reads `bytes` bytes, here or on another thread.
pub(super) async fn read<T: Send + 'static>(
    bytes: usize,
    read: impl FnOnce() -> T + Send + 'static,
) -> T {
    if bytes > INLINE_BYTES_MAX { blocking::unblock(read).await } else { read() }
}
