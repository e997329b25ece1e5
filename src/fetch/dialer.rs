//! What surf sends requests through: connections of the runtime's and rustls', used again and again.

use super::FetchError;
use super::http_connection::{self as connection, HttpConnection};
use super::pool::Pool;
use super::proxy::{Proxies, Proxy};
use super::request::host_of;
use super::transport::Duplex;
use super::tunnel;
use crate::runtime::Runtime;
use crate::tls::{ClientSide, HostName, InvalidHostName};
use async_trait::async_trait;
use http_body_util::Full;
use hyper::Method;
use hyper::body::Incoming;
use hyper::header::{
    ACCEPT_ENCODING, HOST, HeaderValue, PROXY_AUTHORIZATION, RETRY_AFTER, USER_AGENT,
};
use std::fmt;
use surf::http::{Error, Request, Response, StatusCode};
use url::{Position, Url};

/// The `User-Agent` of requests that set none.
const OWN_USER_AGENT: &str = concat!("herd/", env!("CARGO_PKG_VERSION"));

/// An HTTP client for surf that owns no sockets, reactor or threads: the runtime does.
pub(super) struct Dialer<R: Runtime> {
    /// In a box, because surf's clients must be movable and a runtime need not be.
    runtime: Box<R>,
    tls: ClientSide,
    proxies: Proxies,
    pool: Pool,
}

impl<R: Runtime> Dialer<R> {
    pub(super) fn new(runtime: R, tls: ClientSide, proxies: Proxies) -> Self {
        Self { runtime: Box::new(runtime), tls, proxies, pool: Pool::default() }
    }

    /// Sends a request over a connection that waits, or a new one, and reads the whole response.
    async fn exchange(
        &self,
        url: &Url,
        request: connection::Request,
    ) -> Result<hyper::Response<Vec<u8>>, FetchError> {
        let origin = url.origin().ascii_serialization();
        let (mut connection, head) = match self.ask_again(&origin, &request).await {
            Some(asked) => asked?,
            None => {
                let mut connection = self.connect(url).await?;
                let head = connection.ask(request).await?;
                (connection, head)
            }
        };
        let response = connection.read(head).await?;
        self.pool.keep(origin, connection, self.runtime.uptime()).await;
        Ok(response)
    }

    /// Asks over a connection that waits; None if there is none, or if it turns out that the server
    /// has closed it. A server that closes it just now may have got the request: only a GET goes out
    /// again (RFC 9110, section 9.2.2).
    async fn ask_again(&self, origin: &str, request: &connection::Request) -> Option<Asked> {
        let mut connection = self.pool.take(origin, self.runtime.uptime()).await?;
        match connection.ask(request.clone()).await {
            Ok(head) => Some(Ok((connection, head))),
            Err(_) if request.method() == Method::GET => None,
            Err(error) => Some(Err(error)),
        }
    }

    async fn connect(&self, url: &Url) -> Result<HttpConnection, FetchError> {
        let (address, security) = destination(url)?;
        let host = host_of(url);
        let stream = match self.proxies.proxy_for(url) {
            None => self.dial(&address, &host).await?,
            Some(proxy) => {
                let mut stream = self.dial_proxy(proxy).await?;
                // A plain request goes to the proxy itself.
                if let Security::Tls(_) = security {
                    let opened =
                        tunnel::open(&mut stream, &address, proxy.authorization.as_deref()).await;
                    opened.map_err(|error| FetchError::not_connected(&host, &error))?;
                }
                stream
            }
        };
        let stream = match security {
            Security::Plain => stream,
            Security::Tls(name) => self.secure(stream, &name, &host).await?,
        };
        HttpConnection::open(stream, host).await
    }

    async fn dial(&self, address: &str, host: &str) -> Result<Box<dyn Duplex>, FetchError> {
        let stream = self.runtime.connect(address).await;
        Ok(Box::new(stream.map_err(|error| FetchError::not_connected(host, &error))?))
    }

    async fn dial_proxy(&self, proxy: &Proxy) -> Result<Box<dyn Duplex>, FetchError> {
        let stream = self.dial(&proxy.address, &proxy.address).await?;
        match &proxy.tls_host {
            None => Ok(stream),
            Some(host) => self.secure(stream, &host_name(host)?, &proxy.address).await,
        }
    }

    async fn secure(
        &self,
        stream: Box<dyn Duplex>,
        name: &HostName,
        host: &str,
    ) -> Result<Box<dyn Duplex>, FetchError> {
        let stream = self.tls.connect(name, stream, &*self.runtime).await;
        Ok(Box::new(stream.map_err(|error| FetchError::not_secure(host, &error))?))
    }
}

/// A connection over which a request went, and the head of its response.
type Asked = Result<(HttpConnection, hyper::Response<Incoming>), FetchError>;

#[async_trait]
impl<R: Runtime> surf::HttpClient for Dialer<R> {
    async fn send(&self, mut request: Request) -> Result<Response, Error> {
        let gateway_error = |error| Error::new(StatusCode::BadGateway, error);
        // The head comes first, for surf adds a content type when a body is taken, even an empty
        // one.
        let proxy = self.proxies.proxy_for(request.url());
        let mut wire_request = wire_head(&request, proxy).map_err(gateway_error)?;
        *wire_request.body_mut() = request.take_body().into_bytes().await?.into();
        let exchange = self.exchange(request.url(), wire_request);
        Ok(surf_response(exchange.await.map_err(gateway_error)?))
    }
}

impl<R: Runtime> fmt::Debug for Dialer<R> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Dialer")
    }
}

/// What a connection needs before HTTP can be spoken over it.
enum Security {
    Plain,
    /// TLS, with a certificate for this host.
    Tls(HostName),
}

/// Where a URL's host is, and how it is spoken to.
fn destination(url: &Url) -> Result<(String, Security), FetchError> {
    let invalid = |why: String| FetchError::InvalidRequest(why);
    if !matches!(url.scheme(), "http" | "https") {
        return Err(invalid(format!("a URL of http or https is needed, not of {}", url.scheme())));
    }
    if !url.username().is_empty() || url.password().is_some() {
        return Err(invalid("a URL cannot hold a user name or a password".to_owned()));
    }
    let host = url.host_str().expect("a URL of http or https has a host");
    let port = url.port_or_known_default().expect("http and https have a port");
    if url.scheme() == "http" {
        return Ok((format!("{host}:{port}"), Security::Plain));
    }
    Ok((format!("{host}:{port}"), Security::Tls(host_name(host)?)))
}

fn host_name(host: &str) -> Result<HostName, FetchError> {
    let name = host.parse();
    name.map_err(|error: InvalidHostName| FetchError::InvalidRequest(error.to_string()))
}

/// The request as it goes over the wire, without its body. A proxy gets the whole URL of a plain
/// request, which it sends on; a secure one goes through a tunnel as it is.
fn wire_head(request: &Request, proxy: Option<&Proxy>) -> Result<connection::Request, FetchError> {
    let url = request.url();
    let proxy = proxy.filter(|_| url.scheme() == "http");
    let start = if proxy.is_some() { Position::BeforeScheme } else { Position::BeforePath };
    let method = request.method().to_string();
    let mut builder = hyper::Request::builder()
        .method(method.as_str())
        .uri(&url[start..Position::AfterQuery])
        .header(HOST, host_of(url))
        .header(ACCEPT_ENCODING, "identity");
    if let Some(authorization) = proxy.and_then(|proxy| proxy.authorization.as_deref()) {
        builder = builder.header(PROXY_AUTHORIZATION, authorization);
    }
    for (name, values) in request.iter() {
        for value in values {
            builder = builder.header(name.as_str(), value.as_str());
        }
    }
    // The error's text names the kind of thing that is wrong, not the thing.
    let built = builder.body(Full::default());
    let mut built = built.map_err(|error| FetchError::InvalidRequest(error.to_string()))?;
    let agent = HeaderValue::from_static(OWN_USER_AGENT);
    built.headers_mut().entry(USER_AGENT).or_insert(agent);
    Ok(built)
}

/// The response in surf's words: its status, its body, and the one header that matters.
fn surf_response(response: hyper::Response<Vec<u8>>) -> Response {
    let mut surf_response = Response::new(known_status(response.status().as_u16()));
    // A value that is not ASCII is no value of this header.
    let retry_after = response.headers().get(RETRY_AFTER).and_then(|value| value.to_str().ok());
    if let Some(retry_after) = retry_after {
        surf_response.insert_header(RETRY_AFTER.as_str(), retry_after);
    }
    surf_response.set_body(response.into_body());
    surf_response
}

/// The status in surf's words, which know the registered ones only: any other stands for the first
/// of its class, as RFC 9110, section 15, has it.
fn known_status(status: u16) -> StatusCode {
    StatusCode::try_from(status)
        .or_else(|_| StatusCode::try_from(status / 100 * 100))
        .unwrap_or(StatusCode::InternalServerError)
}

#[cfg(test)]
mod tests {
    use super::*;
    use surf::http::Method;

    fn refusal(url: &str) -> String {
        let url = url.parse().expect("the test's URL is well-formed");
        destination(&url).err().expect("the URL cannot be asked").to_string()
    }

    /// Without it a mistyped base would panic or send credentials nowhere.
    #[test]
    fn a_url_that_cannot_be_asked_is_refused() {
        let scheme = "invalid request: a URL of http or https is needed, not of ftp";
        assert_eq!(refusal("ftp://a.test/?key=SECRET"), scheme);
        let user = "invalid request: a URL cannot hold a user name or a password";
        assert_eq!(refusal("http://me:SECRET@a.test/"), user);
        assert_eq!(refusal("https://:SECRET@a.test/"), user);
        let name = "invalid request: -a-.test cannot be in a certificate";
        assert_eq!(refusal("https://-a-.test/"), name);
    }

    /// Without it hosts that are addresses could not be reached.
    #[test]
    fn a_destination_has_the_port_of_its_scheme() {
        let address = |url: &str| destination(&url.parse().expect("well-formed")).unwrap().0;
        assert_eq!(address("http://a.test/"), "a.test:80");
        assert_eq!(address("https://a.test/"), "a.test:443");
        assert_eq!(address("https://[::1]:8/"), "[::1]:8");
        assert_eq!(address("https://127.0.0.1/"), "127.0.0.1:443");
    }

    /// Without it a header could end the head early, and its text could reach a log.
    #[test]
    fn a_header_with_a_line_break_is_refused_without_its_text() {
        let url: Url = "http://a.test/".parse().expect("well-formed");
        let mut request = Request::new(Method::Get, url);
        request.insert_header("x-key", "SECRET\r\nx: y");
        let error = wire_head(&request, None).expect_err("no line breaks in headers");
        assert_eq!(error.to_string(), "invalid request: failed to parse header value");
    }

    /// Without it a proxy's own status would be no answer at all.
    #[test]
    fn an_unknown_status_stands_for_its_class() {
        let known = |status| u16::from(known_status(status));
        assert_eq!([200, 404, 299, 520, 999].map(known), [200, 404, 200, 500, 500]);
    }
}
