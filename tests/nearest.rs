//! A program asks which clients are near a point, from an index that follows its server.

use async_std::task;
use futures_lite::future;
use herd::config::Herd;
use herd::nearest::{MaxNear, Near, Reach};
use herd::protocol::{ClientId, IamAt, Position};
use herd::runtime::AsyncStd;
use herd::server::{Nearest, Server};
use std::error::Error;
use std::time::{Duration, SystemTime};

type Outcome = Result<(), Box<dyn Error>>;

async fn bind() -> Result<Server<AsyncStd>, Box<dyn Error>> {
    let herd = Herd::from_toml("[servers.Solo]\nlisten = '127.0.0.1:0'")?;
    Ok(Server::builder(AsyncStd::new(), &herd, &"Solo".parse()?).bind().await?)
}

fn at(latitude: f64, longitude: f64) -> Position<'static> {
    Position::new(latitude, longitude).expect("the test's positions are in range")
}

fn iamat<'a>(id: &'a str, position: Position<'static>) -> IamAt<'a> {
    let client = ClientId::new(id).expect("the test's IDs are good");
    IamAt::new(client, position, SystemTime::now().into())
}

/// Who is within so many metres, with whole metres.
fn near(nearest: &Nearest, center: Position<'_>, metres: f64) -> Vec<(String, f64)> {
    let (reach, max) = (Reach::from_metres(metres), MaxNear::new(20));
    let found = nearest.nearest(center, reach.expect("in range"), max.expect("in range"));
    let told = |near: Near| (near.client().to_string(), near.distance_metres().round());
    found.into_iter().map(told).collect()
}

async fn reached(nearest: &Nearest, number: u64) -> bool {
    let deadline = async {
        task::sleep(Duration::from_secs(20)).await;
        panic!("the index is at {}, not at {number}", nearest.number());
    };
    future::or(nearest.reached(number), deadline).await
}

/// The index must follow what was known before it, what is told later, and who moves away.
#[test]
fn an_index_has_what_was_known_before_and_follows_what_is_told() -> Outcome {
    task::block_on(async {
        let handle = bind().await?.handle();
        handle.tell(iamat("kiwi", at(34.0, -118.0))).await?;
        let nearest = Nearest::follow(&handle);
        assert!(reached(&nearest, 1).await);
        assert_eq!(near(&nearest, at(34.0, -118.001), 1000.0), [("kiwi".to_owned(), 92.0)]);

        handle.tell(iamat("plum", at(34.0, -118.001))).await?;
        handle.tell(iamat("kiwi", at(-34.0, 18.0))).await?;
        assert!(reached(&nearest, 3).await);
        assert_eq!(near(&nearest, at(34.0, -118.001), 1000.0), [("plum".to_owned(), 0.0)]);
        assert_eq!((nearest.number(), nearest.clients(), nearest.left_out()), (3, 2, 0));
        Ok(())
    })
}

/// More than one batch: what is left must come without another change that wakes the index.
#[test]
fn an_index_catches_up_with_many_clients() -> Outcome {
    task::block_on(async {
        let handle = bind().await?.handle();
        let ids: Vec<_> = (0..3_000).map(|number| format!("c{number}")).collect();
        let spot = |number: usize| at(0.001 * number as f64, 1.0);
        let told = ids.iter().enumerate().map(|(number, id)| iamat(id, spot(number)));
        assert!(handle.tell_all(told).await?.iter().all(Result::is_ok));
        let nearest = Nearest::follow(&handle);
        assert!(reached(&nearest, 3_000).await);
        assert_eq!(nearest.clients(), 3_000);
        let expected = [("c2500", 0.0), ("c2499", 111.0), ("c2501", 111.0)];
        let mut found = near(&nearest, spot(2_500), 120.0);
        found.sort_by_key(|(id, metres)| (*metres as u64, id.clone()));
        assert_eq!(found, expected.map(|(id, metres)| (id.to_owned(), metres)));
        Ok(())
    })
}

/// Otherwise a program that waits for the index would never end with its server.
#[test]
fn an_index_is_complete_when_its_server_has_stopped() -> Outcome {
    task::block_on(async {
        let server = bind().await?;
        let handle = server.handle();
        let nearest = Nearest::follow(&handle);
        handle.tell(iamat("kiwi", at(1.0, 1.0))).await?;
        handle.stop().request();
        let running = task::spawn(server.run());
        assert!(!reached(&nearest, 2).await);
        running.await?;
        assert_eq!(near(&nearest, at(1.0, 1.0), 0.0), [("kiwi".to_owned(), 0.0)]);
        Ok(())
    })
}
