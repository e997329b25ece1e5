//! What there is to ask for, by method and path.

use super::problem::Problem;
use super::target::Target;
use hyper::Method;

/// What a request is for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Endpoint {
    /// The page for people.
    Home,
    /// The picture that browsers ask for without being told to.
    Favicon,
    /// The description of the interface for programs.
    Description,
    /// A device's position, in whatever form its body has.
    Device(Path),
    /// Positions from a program.
    Positions,
    /// One client.
    Client(Vec<u8>),
    /// All clients, or those in a box.
    Clients,
    /// What is near a client.
    Places,
    /// Changes as they come.
    Events,
}

/// The path that a device was told to use, which decides only what an empty message means.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Path {
    Osmand,
    Owntracks,
    Overland,
}

/// Parameters that only devices send.
const DEVICE_PARAMETERS: [&str; 8] =
    ["id", "deviceid", "device_id", "lat", "latitude", "location", "lon", "longitude"];

impl Endpoint {
    /// What `method` and `target` ask for.
    pub(super) fn of(method: &Method, target: &Target) -> Result<Self, Problem> {
        if let Some(id) = target.behind("/v1/clients/") {
            return reading(method, Endpoint::Client(id));
        }
        match target.path() {
            "/" if is_reading(method) && !is_of_device(target) => Ok(Endpoint::Home),
            "/" | "/osmand" => device(method, Path::Osmand),
            "/owntracks" | "/pub" => device(method, Path::Owntracks),
            "/overland" => device(method, Path::Overland),
            "/favicon.ico" => reading(method, Endpoint::Favicon),
            "/v1/openapi.json" => reading(method, Endpoint::Description),
            "/v1/positions" if method == Method::POST => Ok(Endpoint::Positions),
            "/v1/positions" => Err(Problem::method("POST")),
            "/v1/clients" => reading(method, Endpoint::Clients),
            "/v1/places" => reading(method, Endpoint::Places),
            "/v1/events" => reading(method, Endpoint::Events),
            _ => Err(Problem::not_found("there is nothing at this path")),
        }
    }
}

fn is_reading(method: &Method) -> bool {
    matches!(*method, Method::GET | Method::HEAD)
}

fn reading(method: &Method, endpoint: Endpoint) -> Result<Endpoint, Problem> {
    if is_reading(method) { Ok(endpoint) } else { Err(Problem::method("GET, HEAD")) }
}

/// GPSLogger lets its user choose any method.
fn device(method: &Method, path: Path) -> Result<Endpoint, Problem> {
    match *method {
        Method::GET | Method::POST | Method::PUT => Ok(Endpoint::Device(path)),
        _ => Err(Problem::method("GET, POST, PUT")),
    }
}

fn is_of_device(target: &Target) -> bool {
    target.parameters.names().any(|name| DEVICE_PARAMETERS.contains(&name))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn endpoint(method: Method, path: &str) -> Result<Endpoint, Problem> {
        Endpoint::of(&method, &Target::parse(&path.parse().expect("the test's paths are good")))
    }

    #[test]
    fn paths_lead_where_the_documents_say() {
        for (method, path, expected) in [
            (Method::GET, "/", Endpoint::Home),
            (Method::HEAD, "/?x=1", Endpoint::Home),
            (Method::GET, "/?id=x&lat=1&lon=2", Endpoint::Device(Path::Osmand)),
            (Method::POST, "/?x=1", Endpoint::Device(Path::Osmand)),
            (Method::PUT, "/osmand/", Endpoint::Device(Path::Osmand)),
            (Method::POST, "/pub?u=a&d=b", Endpoint::Device(Path::Owntracks)),
            (Method::POST, "/overland", Endpoint::Device(Path::Overland)),
            (Method::GET, "/v1/clients/", Endpoint::Clients),
            (Method::GET, "/v1/clients/u%2Fd", Endpoint::Client(b"u/d".to_vec())),
            (Method::GET, "/v1/clients/u/d", Endpoint::Client(b"u/d".to_vec())),
        ] {
            assert_eq!(endpoint(method, path), Ok(expected), "{path}");
        }
    }

    #[test]
    fn a_wrong_method_is_told_the_right_ones() {
        assert_eq!(endpoint(Method::GET, "/v1/positions"), Err(Problem::method("POST")));
        assert_eq!(endpoint(Method::DELETE, "/"), Err(Problem::method("GET, POST, PUT")));
        assert_eq!(endpoint(Method::POST, "/v1/events"), Err(Problem::method("GET, HEAD")));
        let nothing = Problem::not_found("there is nothing at this path");
        assert_eq!(endpoint(Method::GET, "/v2"), Err(nothing));
    }
}
