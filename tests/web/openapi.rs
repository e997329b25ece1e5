//! The OpenAPI description, held against the server.

use super::schema::{check, resolve};
use super::world::{Ask, World};
use serde_json::Value;
use std::collections::BTreeSet;

/// A request for each path, method and status that the description names.
fn requests() -> Vec<(&'static str, &'static str, u16, Ask)> {
    let position = r#"{"id":"van-7","lat":34.06893,"lon":-118.445127,"time":1479413884.5}"#;
    let positions = |body: &str| Ask::post("/v1/positions", body);
    vec![
        ("/v1/positions", "post", 200, positions(&format!("[{position},{{}}]"))),
        ("/v1/positions", "post", 400, positions("nothing")),
        ("/v1/positions", "post", 403, positions(position).header("Sec-Fetch-Site: cross-site")),
        ("/v1/positions", "post", 413, positions(&" ".repeat((2 << 20) + 1))),
        ("/v1/clients/{id}", "get", 200, Ask::get("/v1/clients/van-7")),
        ("/v1/clients/{id}", "get", 400, Ask::get("/v1/clients/van%207")),
        ("/v1/clients/{id}", "get", 404, Ask::get("/v1/clients/van-8")),
        ("/v1/clients", "get", 200, Ask::get("/v1/clients?limit=1&bbox=-119,34,-118,35")),
        ("/v1/clients", "get", 400, Ask::get("/v1/clients?limit=many")),
        ("/v1/places", "get", 200, Ask::get("/v1/places?id=van-7&radius=5&max=3")),
        ("/v1/places", "get", 400, Ask::get("/v1/places?id=van-7&max=-1")),
        ("/v1/places", "get", 404, Ask::get("/v1/places?id=van-8")),
        ("/v1/events", "get", 200, Ask::of("HEAD", "/v1/events")),
        ("/v1/events", "get", 400, Ask::get("/v1/events?bbox=0")),
        ("/v1/openapi.json", "get", 200, Ask::get("/v1/openapi.json")),
    ]
}

/// Without it the description would promise what the server does not do.
#[test]
fn each_response_is_as_described_and_each_described_one_is_given() {
    let world = World::new();
    let description = world.ask(&Ask::get("/v1/openapi.json")).json();
    let mut described = statuses(&description);
    for (path, method, status, request) in requests() {
        let answer = world.ask(&request);
        assert_eq!(answer.status, status, "{method} {path}: {answer:?}");
        assert!(
            described.remove(&(path.into(), method.into(), status)),
            "{method} {path} {status}"
        );
        let responses = &description["paths"][path][method]["responses"];
        let response = resolve(&description, &responses[status.to_string()]);
        let content = answer.header("content-type").expect("each response has a type");
        let schema = &response["content"][content]["schema"];
        assert!(schema.is_object(), "{method} {path} {status}: {content} is not described");
        // What is asked for with HEAD has no body.
        if content != "text/event-stream" {
            let wrong = check(&description, schema, &answer.json(), path);
            assert!(wrong.is_empty(), "{wrong:#?}");
        }
    }
    assert!(described.is_empty(), "no request is answered like this: {described:?}");
}

/// Each path, method and status; `default` is for what every request can meet.
fn statuses(description: &Value) -> BTreeSet<(String, String, u16)> {
    let mut all = BTreeSet::new();
    for (path, methods) in description["paths"].as_object().expect("there are paths") {
        for (method, operation) in methods.as_object().expect("a path has methods") {
            let responses = operation["responses"].as_object().expect("there are responses");
            let numbers = responses.keys().filter_map(|status| status.parse().ok());
            all.extend(numbers.map(|status| (path.clone(), method.clone(), status)));
        }
    }
    all
}
