//! A program that embeds servers tells, asks and follows them without a socket of its own.

use async_std::task;
use futures_lite::future;
use herd::config::Herd;
use herd::node::Refusal;
use herd::protocol::{ClientId, IamAt, MaxResults, Radius};
use herd::runtime::AsyncStd;
use herd::server::{Change, DoorKind, Handle, LinkDirection, Server, TellError};
use std::error::Error;
use std::time::{Duration, Instant};

type Outcome = Result<(), Box<dyn Error>>;

const PAIR: &str = "
    [servers.Alford]
    listen = '127.0.0.1:0'
    neighbors = ['Ball']
    [servers.Ball]
    listen = '127.0.0.1:0'
";

async fn bind(name: &str) -> Result<Server<AsyncStd>, Box<dyn Error>> {
    let herd = Herd::from_toml(PAIR)?;
    Ok(Server::builder(AsyncStd::new(), &herd, &name.parse()?).bind().await?)
}

fn iamat(line: &str) -> IamAt<'_> {
    IamAt::parse(line.as_bytes()).expect("the line is good")
}

fn client(id: &str) -> ClientId<'_> {
    ClientId::parse(id.as_bytes()).expect("the ID is good")
}

/// The lines that come next, without the parts that tell when they were received.
async fn lines(changes: &mut herd::server::Changes) -> Vec<String> {
    let told = |change: Change| {
        let at = change.at.at();
        let (id, place) = (at.client(), at.position());
        format!("{} {id} {place}", change.number)
    };
    let deadline = async {
        task::sleep(Duration::from_secs(20)).await;
        panic!("no change came");
    };
    let batch = future::or(changes.next(), deadline).await;
    batch.unwrap_or_default().into_iter().map(told).collect()
}

/// Without it, a program that embeds a server could not know what it may rely on after `tell`
/// returns.
#[test]
fn what_is_told_is_known_asked_and_followed() -> Outcome {
    task::block_on(async {
        let server = bind("Alford").await?;
        let handle = server.handle();
        handle.tell(iamat("IAMAT kiwi +34.0689-118.4452 1")).await?;
        let newest = handle.newest(client("kiwi")).await?.expect("it was told");
        assert_eq!(newest.at().server(), b"Alford");
        assert_eq!(newest.at().position().to_string(), "+34.0689-118.4452");
        assert_eq!(handle.newest(client("plum")).await?, None);

        let (radius, max) = (Radius::parse(b"10")?, MaxResults::parse(b"1")?);
        let reply = handle.ask(client("kiwi"), radius, max).await?.expect("it was told");
        assert!(reply.starts_with(format!("{newest}\n{{").as_bytes()));
        assert!(reply.ends_with(b"}\n\n"));
        assert_eq!(handle.ask(client("plum"), radius, max).await?, None);

        let mut changes = handle.follow(0);
        assert_eq!(lines(&mut changes).await, ["1 kiwi +34.0689-118.4452"]);
        handle.tell(iamat("IAMAT plum +1+1 1")).await?;
        assert_eq!(lines(&mut changes).await, ["2 plum +1+1"]);
        assert_eq!(lines(&mut handle.follow(1)).await, ["2 plum +1+1"]);
        // A number of another log means nothing, so everything is shown.
        assert_eq!(lines(&mut handle.follow(99)).await.len(), 2);
        Ok(())
    })
}

/// A follower that was woken by one change and took it used to panic when it waited for the next.
#[test]
fn changes_are_followed_one_by_one_while_they_come() -> Outcome {
    task::block_on(async {
        let handle = bind("Alford").await?.handle();
        let mut changes = handle.follow(0);
        for number in 1..=4 {
            let line = format!("IAMAT kiwi +1+1 {number}");
            let telling = async {
                task::yield_now().await;
                handle.tell(iamat(&line)).await.expect("the position is good");
            };
            let (told, ()) = future::zip(lines(&mut changes), telling).await;
            assert_eq!(told, [format!("{number} kiwi +1+1")]);
        }
        assert!(changes.ready().is_empty());
        Ok(())
    })
}

/// One bad position in a batch must not make the good ones fail.
#[test]
fn each_position_of_many_has_its_own_outcome() -> Outcome {
    task::block_on(async {
        let handle = bind("Alford").await?.handle();
        let far_ahead = format!("IAMAT plum +1+1 {}", u32::MAX);
        let positions = [iamat("IAMAT kiwi +1+1 1"), iamat(&far_ahead), iamat("IAMAT fig +1+1 1")];
        let outcomes = handle.tell_all(positions).await?;
        assert_eq!(outcomes, [Ok(()), Err(Refusal::TooFarAhead), Ok(())]);
        let refused = handle.tell(iamat(&far_ahead)).await;
        assert_eq!(refused, Err(TellError::Refused(Refusal::TooFarAhead)));
        assert_eq!(handle.status().clients, 2);
        Ok(())
    })
}

/// A server that has stopped can tell its neighbors nothing more, so it must not accept anything.
#[test]
fn a_server_that_stops_takes_nothing_and_ends_whoever_follows() -> Outcome {
    task::block_on(async {
        let server = bind("Alford").await?;
        let handle = server.handle();
        let mut changes = handle.follow(0);
        handle.tell(iamat("IAMAT kiwi +1+1 1")).await?;
        handle.stop().request();
        assert_eq!(handle.tell(iamat("IAMAT kiwi +2+2 2")).await, Err(TellError::Stopping));
        server.run().await?;
        assert_eq!(lines(&mut changes).await, ["1 kiwi +1+1"]);
        assert_eq!(changes.next().await, None);
        Ok(())
    })
}

async fn eventually(mut holds: impl AsyncFnMut() -> bool) {
    let deadline = Instant::now() + Duration::from_secs(20);
    while !holds().await {
        assert!(Instant::now() < deadline, "it never held");
        task::sleep(Duration::from_millis(5)).await;
    }
}

async fn knows(handle: &Handle<AsyncStd>, id: &str) -> bool {
    handle.newest(client(id)).await.expect("there is no journal that could fail").is_some()
}

/// Ports that the system chooses are known only once both servers are there.
#[test]
fn two_servers_whose_ports_the_system_chose_find_each_other() -> Outcome {
    task::block_on(async {
        let alford = bind("Alford").await?;
        let herd = Herd::from_toml(PAIR)?;
        let builder = Server::builder(AsyncStd::new(), &herd, &"Ball".parse()?);
        let builder = builder.neighbor_at(&"Alford".parse()?, alford.peer_address());
        let ball = builder.bind().await?;
        let (a, b) = (alford.handle(), ball.handle());
        assert!(a.move_neighbor(&"Ball".parse()?, ball.peer_address()));
        assert!(!a.move_neighbor(&"Welsh".parse()?, ball.peer_address()));
        let running = [task::spawn(alford.run()), task::spawn(ball.run())];
        a.tell(iamat("IAMAT kiwi +1+1 1")).await?;
        b.tell(iamat("IAMAT plum +1+1 1")).await?;
        eventually(async || knows(&a, "plum").await && knows(&b, "kiwi").await).await;

        let is_up = |direction| {
            a.status().links.iter().any(|link| {
                link.direction == direction
                    && link.up_for.is_some()
                    && link.behind.unwrap_or(0) == 0
            })
        };
        eventually(async || is_up(LinkDirection::Followed)).await;
        assert!(is_up(LinkDirection::Following));
        let doors = a.status().doors;
        assert_eq!(
            doors.iter().map(|door| door.kind).collect::<Vec<_>>(),
            [DoorKind::Line, DoorKind::Peer]
        );
        assert_eq!(doors[1].connections, 1);

        b.stop().request();
        eventually(async || !is_up(LinkDirection::Following)).await;
        let links = a.status().links;
        let following = links.iter().find(|link| link.direction == LinkDirection::Following);
        assert!(following.is_some_and(|link| link.last_reason.is_some()));
        a.stop().request();
        for server in running {
            server.await?;
        }
        Ok(())
    })
}
