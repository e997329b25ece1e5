//! One HTTP/1.1 connection.
//!
//! hyper speaks the protocol: it is what most Rust services are reached with, so its parser has met
//! every odd server there is; async-h1, which surf would bring along, is no longer maintained and
//! runs a second reactor. Only hyper's protocol half is used, over a stream of the runtime's.

use super::FetchError;
use super::transport::{Duplex, Transport};
use futures_lite::future;
use http_body_util::{BodyExt, Full};
use hyper::Response;
use hyper::body::{Body, Bytes, Incoming};
use hyper::client::conn::http1;
use hyper::header::CONTENT_ENCODING;

/// The largest body of a response: 4 MiB, some 200 times the usual size of a Nearby Search reply.
pub const BODY_BYTES_MAX: usize = 4 * 1024 * 1024;

/// The largest head of a response: its status line and headers, 64 KiB.
pub const HEAD_BYTES_MAX: usize = 64 * 1024;

pub(super) type Request = hyper::Request<Full<Bytes>>;

type Driver = http1::Connection<Transport, Full<Bytes>>;

/// A connection for one request after the other.
///
/// The driver, which moves the bytes, runs within the futures of the methods and not as a task of
/// its own: who drops such a future and the connection cuts it.
pub(super) struct HttpConnection {
    host: String,
    requests: http1::SendRequest<Full<Bytes>>,
    driver: Driver,
}

impl HttpConnection {
    /// Takes over a stream to `host`, the name that errors give it.
    pub(super) async fn open(stream: Box<dyn Duplex>, host: String) -> Result<Self, FetchError> {
        let handshake = http1::Builder::new()
            .max_buf_size(HEAD_BYTES_MAX)
            .handshake(Transport::new(stream))
            .await;
        let (requests, driver) = handshake.map_err(|error| FetchError::broken(&host, &error))?;
        Ok(Self { host, requests, driver })
    }

    /// Sends a request and waits for the head of its response. An error says that nothing of a
    /// response came.
    pub(super) async fn ask(&mut self, request: Request) -> Result<Response<Incoming>, FetchError> {
        let response = driven(&mut self.driver, self.requests.send_request(request)).await;
        response.map_err(|error| FetchError::broken(&self.host, &error))
    }

    /// Reads the rest of a response: its whole body.
    pub(super) async fn read(
        &mut self,
        response: Response<Incoming>,
    ) -> Result<Response<Vec<u8>>, FetchError> {
        if is_encoded(&response) {
            return Err(FetchError::Encoded { host: self.host.clone() });
        }
        let (head, body) = response.into_parts();
        let body = driven(&mut self.driver, read_body(body, &self.host)).await?;
        Ok(Response::from_parts(head, body))
    }

    /// Whether another request can go over it, as far as this side knows by now.
    pub(super) async fn is_open(&mut self) -> bool {
        future::poll_once(&mut self.driver).await.is_none() && self.requests.is_ready()
    }
}

/// Waits for what is done over the connection while its bytes move. What ends the connection also
/// ends that, with the error if there is one.
async fn driven<T>(driver: &mut Driver, work: impl Future<Output = T>) -> T {
    let driver = async {
        driver.await.ok();
        future::pending().await
    };
    future::or(work, driver).await
}

/// Whether a body is not as it is, but compressed: requests ask for none of that, so that a small
/// body cannot become a large one here.
fn is_encoded(response: &Response<Incoming>) -> bool {
    let encodings = response.headers().get_all(CONTENT_ENCODING);
    encodings.iter().any(|encoding| !encoding.as_bytes().eq_ignore_ascii_case(b"identity"))
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
