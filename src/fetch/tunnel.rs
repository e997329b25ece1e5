//! A tunnel through a proxy: CONNECT (RFC 9110, section 9.3.6).

use super::transport::Duplex;
use futures_lite::{AsyncReadExt, AsyncWriteExt};
use std::io;

/// The longest head of a proxy's response.
const HEAD_BYTES_MAX: usize = 8 * 1024;

/// Asks the proxy at the other end of `stream` for a connection to `address`. After that, the bytes of
/// `stream` are those of that connection.
///
/// # Errors
/// When the proxy refuses, or says something else than HTTP.
pub(super) async fn open(
    stream: &mut impl Duplex,
    address: &str,
    authorization: Option<&str>,
) -> io::Result<()> {
    let mut request = format!("CONNECT {address} HTTP/1.1\r\nHost: {address}\r\n");
    if let Some(authorization) = authorization {
        request.push_str(&format!("Proxy-Authorization: {authorization}\r\n"));
    }
    request.push_str("\r\n");
    stream.write_all(request.as_bytes()).await?;
    stream.flush().await?;
    match status(&read_head(stream).await?) {
        Some(200..300) => Ok(()),
        Some(status) => Err(io::Error::other(format!("the proxy answered {status}"))),
        None => Err(io::Error::other("the proxy does not speak HTTP")),
    }
}

/// Reads up to the empty line, and not a byte further: what follows is not the proxy's.
async fn read_head(stream: &mut impl Duplex) -> io::Result<Vec<u8>> {
    let mut head = Vec::new();
    let mut byte = [0];
    while !head.ends_with(b"\r\n\r\n") {
        if head.len() == HEAD_BYTES_MAX {
            return Err(io::Error::other("the proxy's answer is too long"));
        }
        stream.read_exact(&mut byte).await?;
        head.push(byte[0]);
    }
    Ok(head)
}

/// The status in `HTTP/1.1 200 Connection established`.
fn status(head: &[u8]) -> Option<u16> {
    let rest = head.strip_prefix(b"HTTP/1.")?;
    let digits = std::str::from_utf8(rest.get(2..5)?).ok()?;
    digits.parse().ok().filter(|status| (100..600).contains(status))
}

#[cfg(test)]
mod tests {
    use super::*;
    use futures_lite::future::block_on;
    use futures_lite::io::Cursor;
    use futures_lite::{AsyncRead, AsyncWrite};
    use std::pin::Pin;
    use std::task::{Context, Poll};

    /// A proxy that says what it says, whatever it is asked.
    struct Played {
        said: Cursor<Vec<u8>>,
        asked: Vec<u8>,
    }

    impl AsyncRead for Played {
        fn poll_read(
            mut self: Pin<&mut Self>,
            cx: &mut Context<'_>,
            buffer: &mut [u8],
        ) -> Poll<io::Result<usize>> {
            Pin::new(&mut self.said).poll_read(cx, buffer)
        }
    }

    impl AsyncWrite for Played {
        fn poll_write(
            mut self: Pin<&mut Self>,
            _cx: &mut Context<'_>,
            bytes: &[u8],
        ) -> Poll<io::Result<usize>> {
            self.asked.extend_from_slice(bytes);
            Poll::Ready(Ok(bytes.len()))
        }

        fn poll_flush(self: Pin<&mut Self>, _cx: &mut Context<'_>) -> Poll<io::Result<()>> {
            Poll::Ready(Ok(()))
        }

        fn poll_close(self: Pin<&mut Self>, _cx: &mut Context<'_>) -> Poll<io::Result<()>> {
            Poll::Ready(Ok(()))
        }
    }

    fn opened(said: &str) -> (Result<(), String>, Played) {
        let mut proxy = Played { said: Cursor::new(said.into()), asked: Vec::new() };
        let outcome = block_on(open(&mut proxy, "a.test:443", Some("Basic x")));
        (outcome.map_err(|error| error.to_string()), proxy)
    }

    #[test]
    fn what_follows_the_head_is_left_to_the_tunnel() {
        let (outcome, proxy) = opened("HTTP/1.1 200 Connection established\r\nx: y\r\n\r\nrest");
        assert_eq!((outcome, proxy.said.position()), (Ok(()), 45));
        let asked = b"CONNECT a.test:443 HTTP/1.1\r\nHost: a.test:443\r\nProxy-Authorization: Basic x\r\n\r\n";
        assert_eq!(proxy.asked, asked);
    }

    #[test]
    fn a_refusal_is_told_by_its_status() {
        let error = |said: &str| opened(said).0.expect_err(said);
        let denied = "HTTP/1.1 407 Proxy Authentication Required\r\n\r\n";
        assert_eq!(error(denied), "the proxy answered 407");
        assert_eq!(error("SSH-2.0\r\n\r\n"), "the proxy does not speak HTTP");
        assert_eq!(error("HTTP/1.1 2\r\n\r\n"), "the proxy does not speak HTTP");
        assert_eq!(error(&"x".repeat(HEAD_BYTES_MAX + 1)), "the proxy's answer is too long");
    }
}
