//! Proxies, and which hosts are asked through them.

use std::fmt;
use std::net::IpAddr;
use surf::http::auth::BasicAuth;
use url::{Host, Url};

/// The port of a proxy that names none, as curl has it.
const PORT_USUAL: u16 = 1080;

/// The proxies through which services are asked. The default is none.
///
/// ```
/// use herd::fetch::Proxies;
///
/// let proxies = Proxies::from_variables(|name| match name {
///     "HTTPS_PROXY" => Some("http://proxy.test:3128".to_owned()),
///     "NO_PROXY" => Some("localhost,.internal.test".to_owned()),
///     _ => None,
/// })?;
/// let places = "https://places.test/search".parse()?;
/// assert_eq!(proxies.host_for(&places), Some("proxy.test:3128"));
/// assert_eq!(proxies.host_for(&"https://a.internal.test/".parse()?), None);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug, Default)]
pub struct Proxies {
    http: Option<Proxy>,
    https: Option<Proxy>,
    exceptions: Vec<Exception>,
}

impl Proxies {
    /// Reads what the environment says, as curl does. URLs of `https` go through the proxy in
    /// `HTTPS_PROXY`, those of `http` through the one in `HTTP_PROXY`, both otherwise through the one
    /// in `ALL_PROXY`, and the hosts in `NO_PROXY` are asked directly. A name in lower case counts
    /// before the same one in upper case, and an empty value counts as none.
    ///
    /// # Errors
    /// When a proxy is none of HTTP. The error names the variable, and not its value, which may hold
    /// a password.
    pub fn from_variables(variable: impl Fn(&str) -> Option<String>) -> Result<Self, InvalidProxy> {
        let value = |name: &str| {
            let names = [name.to_lowercase(), name.to_owned()];
            names.into_iter().find_map(|name| Some((variable(&name)?, name)))
        };
        let proxy = |name| {
            let Some((text, name)) = value(name).or_else(|| value("ALL_PROXY")) else {
                return Ok(None);
            };
            if text.is_empty() {
                return Ok(None);
            }
            Proxy::parse(&text).map(Some).map_err(|why| InvalidProxy { variable: name, why })
        };
        let exceptions = value("NO_PROXY").map(|(text, _)| text).unwrap_or_default();
        let exceptions = exceptions.split([',', ' ']).filter(|text| !text.is_empty());
        Ok(Self {
            http: proxy("HTTP_PROXY")?,
            https: proxy("HTTPS_PROXY")?,
            exceptions: exceptions.map(Exception::parse).collect(),
        })
    }

    /// The `host:port` of the proxy through which a URL is asked; None if it is asked directly.
    pub fn host_for(&self, url: &Url) -> Option<&str> {
        self.proxy_for(url).map(|proxy| proxy.address.as_str())
    }

    pub(super) fn proxy_for(&self, url: &Url) -> Option<&Proxy> {
        let proxy = match url.scheme() {
            "http" => self.http.as_ref(),
            _ => self.https.as_ref(),
        };
        proxy.filter(|_| !self.exceptions.iter().any(|exception| exception.fits(url)))
    }
}

/// One proxy.
#[derive(Clone)]
pub(super) struct Proxy {
    /// Its `host:port`.
    pub(super) address: String,
    /// Its host, if it is spoken to over TLS.
    pub(super) tls_host: Option<String>,
    /// The value of `Proxy-Authorization`.
    pub(super) authorization: Option<String>,
}

impl Proxy {
    fn parse(text: &str) -> Result<Self, &'static str> {
        let with_scheme =
            if text.contains("://") { text.to_owned() } else { format!("http://{text}") };
        let url = Url::parse(&with_scheme).map_err(|_| "it is no URL")?;
        let port = match url.scheme() {
            "http" => explicit_port(&with_scheme, &url).unwrap_or(PORT_USUAL),
            "https" => url.port_or_known_default().expect("https has a port"),
            _ => return Err("only proxies of http and https are supported"),
        };
        let host = url.host_str().ok_or("it has no host")?;
        Ok(Self {
            address: format!("{host}:{port}"),
            tls_host: (url.scheme() == "https").then(|| host.to_owned()),
            authorization: authorization(&url),
        })
    }
}

/// The port in a URL of `http`: `Url` forgets 80, which is not what a proxy has by default.
fn explicit_port(text: &str, url: &Url) -> Option<u16> {
    let authority = text.split("://").nth(1)?.split(['/', '?', '#']).next()?;
    url.port().or_else(|| authority.ends_with(":80").then_some(80))
}

fn authorization(url: &Url) -> Option<String> {
    if url.username().is_empty() && url.password().is_none() {
        return None;
    }
    let (user, password) = (url.username(), url.password().unwrap_or_default());
    Some(BasicAuth::new(decoded(user), decoded(password)).value().as_str().to_owned())
}

/// The text with `%20` and the like decoded; what is no text then stays as it is.
fn decoded(text: &str) -> String {
    let mut bytes = Vec::new();
    let mut rest = text.as_bytes();
    while let Some((&byte, after)) = rest.split_first() {
        let digits = after.get(..2).and_then(|digits| std::str::from_utf8(digits).ok());
        match digits.and_then(|digits| u8::from_str_radix(digits, 16).ok()) {
            Some(code) if byte == b'%' => {
                bytes.push(code);
                rest = &after[2..];
            }
            _ => {
                bytes.push(byte);
                rest = after;
            }
        }
    }
    String::from_utf8(bytes).unwrap_or_else(|_| text.to_owned())
}

impl fmt::Debug for Proxy {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Proxy({})", self.address)
    }
}

/// An item of `NO_PROXY`.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Exception {
    /// `*`: every host.
    Everything,
    /// A domain with all that is below it, or an address; and a port, if only that one is meant.
    Host(String, Option<u16>),
    /// A network: an address and the number of its leading bits that count.
    Network(IpAddr, u8),
}

impl Exception {
    fn parse(text: &str) -> Self {
        if text == "*" {
            return Self::Everything;
        }
        if let Some((address, bits)) = text.split_once('/')
            && let (Ok(address), Ok(bits)) = (address.parse(), bits.parse())
        {
            return Self::Network(address, bits);
        }
        let is_address = text.parse::<IpAddr>().is_ok();
        let (host, port) = match text.rsplit_once(':') {
            Some((host, port)) if !is_address => (host, port.parse().ok()),
            _ => (text, None),
        };
        let host = host.trim_matches(['[', ']', '*', '.']).to_lowercase();
        Self::Host(host, port)
    }

    fn fits(&self, url: &Url) -> bool {
        let address = match url.host() {
            Some(Host::Ipv4(address)) => Some(IpAddr::from(address)),
            Some(Host::Ipv6(address)) => Some(IpAddr::from(address)),
            Some(Host::Domain(_)) | None => None,
        };
        match self {
            Self::Everything => true,
            Self::Network(network, bits) => {
                address.is_some_and(|address| is_within(address, *network, *bits))
            }
            Self::Host(_, Some(port)) if url.port_or_known_default() != Some(*port) => false,
            Self::Host(host, _) => match address {
                Some(address) => host.parse() == Ok(address),
                None => is_below(url.host_str().unwrap_or_default(), host),
            },
        }
    }
}

/// Whether two addresses have the same leading bits.
fn is_within(address: IpAddr, network: IpAddr, bits: u8) -> bool {
    let (address, network, length) = match (address, network) {
        (IpAddr::V4(a), IpAddr::V4(b)) => (u128::from(a.to_bits()), u128::from(b.to_bits()), 32),
        (IpAddr::V6(a), IpAddr::V6(b)) => (a.to_bits(), b.to_bits(), 128),
        _ => return false,
    };
    // A network of no bits holds every address, and 128 bits cannot be shifted out.
    let ignored = u32::from(length - bits.min(length));
    (address ^ network).checked_shr(ignored).unwrap_or(0) == 0
}

/// Whether `host` is `domain`, or ends with a dot and that.
fn is_below(host: &str, domain: &str) -> bool {
    let above = host.strip_suffix(domain);
    !domain.is_empty() && above.is_some_and(|above| above.is_empty() || above.ends_with('.'))
}

/// A variable that names no proxy of HTTP.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct InvalidProxy {
    variable: String,
    why: &'static str,
}

impl fmt::Display for InvalidProxy {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "invalid proxy in {}: {}", self.variable, self.why)
    }
}

impl std::error::Error for InvalidProxy {}

#[cfg(test)]
mod tests {
    use super::*;

    fn proxies(variables: &[(&str, &str)]) -> Result<Proxies, String> {
        let value = |name: &str| {
            let variable = variables.iter().find(|(variable, _)| *variable == name);
            variable.map(|(_, value)| (*value).to_owned())
        };
        Proxies::from_variables(value).map_err(|error| error.to_string())
    }

    fn host(variables: &[(&str, &str)], url: &str) -> Option<String> {
        let proxies = proxies(variables).expect("the test's variables are good");
        proxies.host_for(&url.parse().expect("the test's URL is good")).map(str::to_owned)
    }

    /// The variables were ignored, so that a server behind a proxy reached no service.
    #[test]
    fn each_scheme_has_a_proxy() {
        let all = [("HTTPS_PROXY", "s.test:1"), ("http_proxy", "h.test:2"), ("HTTP_PROXY", "x:3")];
        assert_eq!(host(&all, "https://a.test/").as_deref(), Some("s.test:1"));
        assert_eq!(host(&all, "http://a.test/").as_deref(), Some("h.test:2"));
        let one = [("ALL_PROXY", "http://[::1]/"), ("https_proxy", "")];
        assert_eq!(host(&one, "http://a.test/").as_deref(), Some("[::1]:1080"));
        assert_eq!(host(&one, "https://a.test/"), None);
        let secure = [("https_proxy", "https://s.test"), ("http_proxy", "http://h.test:80")];
        assert_eq!(host(&secure, "https://a.test/").as_deref(), Some("s.test:443"));
        assert_eq!(host(&secure, "http://a.test/").as_deref(), Some("h.test:80"));
        assert_eq!(host(&[], "http://a.test/"), None);
    }

    #[test]
    fn exceptions_are_asked_directly() {
        let is_direct = |exceptions: &str, url: &str| {
            host(&[("ALL_PROXY", "p.test:1"), ("NO_PROXY", exceptions)], url).is_none()
        };
        for (exceptions, url) in [
            ("*", "https://a.test/"),
            ("b.test, a.test", "https://a.test/"),
            (".a.test", "https://a.test/"),
            ("*.a.test", "https://x.A.test/"),
            ("a.test:443", "https://a.test/"),
            ("127.0.0.1", "http://127.0.0.1:8080/"),
            ("[::1]:8", "http://[::1]:8/"),
            ("::1", "http://[::1]:8/"),
            ("127.0.0.0/8", "http://127.1.2.3/"),
            ("::/0", "http://[::1]/"),
            ("fe80::/10", "http://[fe80::1]/"),
        ] {
            assert!(is_direct(exceptions, url), "{exceptions} {url}");
        }
        for (exceptions, url) in [
            ("", "https://a.test/"),
            (",.", "https://a.test/"),
            ("a.test", "https://ba.test/"),
            ("a.test:80", "https://a.test/"),
            ("0.0.1", "http://127.0.0.1/"),
            ("127.0.0.0/8", "http://128.0.0.1/"),
            ("10.0.0.0/8", "http://[::1]/"),
        ] {
            assert!(!is_direct(exceptions, url), "{exceptions} {url}");
        }
    }

    /// A password in a variable must not reach a log.
    #[test]
    fn what_is_no_proxy_is_refused_without_its_text() {
        let error = |name: &str, text: &str| proxies(&[(name, text)]).map(|_| ());
        let socks = "invalid proxy in all_proxy: only proxies of http and https are supported";
        assert_eq!(error("all_proxy", "socks5://me:SECRET@p.test"), Err(socks.to_owned()));
        let text = "invalid proxy in HTTPS_PROXY: it is no URL";
        assert_eq!(error("HTTPS_PROXY", "http://SECRET:x:y"), Err(text.to_owned()));
        let known =
            proxies(&[("HTTPS_PROXY", "http://me:SEC%20RET@p.test:1")]).expect("it is good");
        assert!(!format!("{known:?}").contains("SEC"), "{known:?}");
        let proxy = known.https.expect("it was given");
        assert_eq!(proxy.authorization.as_deref(), Some("Basic bWU6U0VDIFJFVA=="));
    }
}
