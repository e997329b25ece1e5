//! One HTTP/1.1 connection.
//!
//! hyper speaks the protocol: it is what most Rust services are reached with, so its parser has met
//! every odd server there is; async-h1, which surf would bring along, is no longer maintained and
//! runs a second reactor. Only hyper's protocol half is used, over a stream of the runtime's.

use super::FetchError;
use super::transport::{Duplex, Transport};
use futures_lite::future;
use http_body_util::{BodyExt, Full};
use hyper::body::{Body, Bytes, Incoming};
use hyper::client::conn::http1;

/// The largest body of a response: 4 MiB, some 200 times the usual size of a Nearby Search reply.
pub const BODY_BYTES_MAX: usize = 4 * 1024 * 1024;

/// The largest head of a response: its status line and headers, 64 KiB.
pub const HEAD_BYTES_MAX: usize = 64 * 1024;

pub(super) type Request = hyper::Request<Full<Bytes>>;

/// A connection that nothing has been asked over yet.
pub(super) struct Connection {
    host: String,
    requests: http1::SendRequest<Full<Bytes>>,
    driver: http1::Connection<Transport, Full<Bytes>>,
}

impl Connection {
    /// Takes over a stream to `host`, the name that errors give it.
    pub(super) async fn open(
        stream: impl Duplex + 'static,
        host: String,
    ) -> Result<Self, FetchError> {
        let handshake = http1::Builder::new()
            .max_buf_size(HEAD_BYTES_MAX)
            .handshake(Transport::new(stream))
            .await;
        let (requests, driver) = handshake.map_err(|error| FetchError::broken(&host, &error))?;
        Ok(Self { host, requests, driver })
    }

    /// Sends the request and reads the response: its status and its whole body.
    ///
    /// The driver, which moves the bytes, runs within this future and not as a task of its own: who
    /// drops the future cuts the connection.
    pub(super) async fn exchange(self, request: Request) -> Result<(u16, Vec<u8>), FetchError> {
        let Self { host, mut requests, driver } = self;
        let response = async {
            let response = requests.send_request(request).await;
            let response = response.map_err(|error| FetchError::broken(&host, &error))?;
            let status = response.status().as_u16();
            Ok((status, read_body(response.into_body(), &host).await?))
        };
        let driver = async {
            // What ends the connection also ends the response, with the error if there is one.
            driver.await.ok();
            future::pending().await
        };
        future::or(response, driver).await
    }
}

/// Reads up to the limit. The length that was announced decides nothing but an early refusal.
async fn read_body(mut body: Incoming, host: &str) -> Result<Vec<u8>, FetchError> {
    let too_large =
        || FetchError::BodyTooLarge { host: host.to_owned(), bytes_max: BODY_BYTES_MAX };
    if body.size_hint().lower() > BODY_BYTES_MAX as u64 {
        return Err(too_large());
    }
    let mut bytes = Vec::new();
    while let Some(frame) = body.frame().await {
        let frame = frame.map_err(|error| FetchError::broken(host, &error))?;
        let Ok(data) = frame.into_data() else { continue };
        if bytes.len() + data.len() > BODY_BYTES_MAX {
            return Err(too_large());
        }
        bytes.extend_from_slice(&data);
    }
    Ok(bytes)
}
