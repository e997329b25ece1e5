//! An index of all clients that keeps up with a server.

use super::changes::Changes;
use super::handle::Handle;
use crate::nearest::{Index, MaxNear, Near, Reach};
use crate::protocol::{At, Position};
use crate::runtime::{Clock, Spawn};
use event_listener::Event;
use futures_lite::future;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, Weak};
use std::time::Duration;

/// The most changes that are taken in before others have their turn: a tenth of a millisecond.
const INDEX_BATCH_MAX: usize = 256;

/// How long the index waits after a batch that is not full. The next one is fuller then, and those
/// who change the log do not wake the index for each change.
const INDEX_PAUSE: Duration = Duration::from_millis(5);

/// The clients of a server, by where they are: an [`Index`] and a task that follows the change log.
/// Clones share both.
///
/// Who tells a position does not wait for the index. So it is a few milliseconds behind the log;
/// [`reached`](Self::reached) waits for it. It shows only what the journal's policy has covered, as
/// [`Handle::follow`] does. The identity of a server's log lasts as long as the server, so the
/// index never has to begin anew.
///
/// ```
/// use herd::config::Herd;
/// use herd::nearest::{MaxNear, Reach};
/// use herd::protocol::{IamAt, Position};
/// use herd::runtime::AsyncStd;
/// use herd::server::{Nearest, Server};
///
/// # async_std::task::block_on(async {
/// let herd = Herd::from_toml("[servers.Solo]\nlisten = '127.0.0.1:0'")?;
/// let server = Server::builder(AsyncStd::new(), &herd, &"Solo".parse()?).bind().await?;
/// let handle = server.handle();
/// let nearest = Nearest::follow(&handle);
///
/// handle.tell(IamAt::parse(b"IAMAT van-7 +52.52+13.405 1479413884.392014450")?).await?;
/// nearest.reached(handle.status().changes).await;
/// let (reach, max) = (Reach::from_metres(1000.0), MaxNear::new(20));
/// let (reach, max) = (reach.expect("it is in range"), max.expect("it is in range"));
/// let near = nearest.nearest(Position::new(52.521, 13.405)?, reach, max);
/// assert_eq!(near[0].client().as_bytes(), b"van-7");
/// assert_eq!(near[0].distance_metres().round(), 111.0);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// # }).unwrap();
/// ```
#[derive(Clone, Debug)]
pub struct Nearest {
    shared: Arc<Shared>,
}

#[derive(Debug)]
struct Shared {
    index: Mutex<Index>,
    /// The index has all changes up to this number.
    number: AtomicU64,
    /// The server has stopped, and the index has everything.
    is_complete: AtomicBool,
    /// Raised when one of the two above changes.
    advanced: Event,
}

impl Nearest {
    /// An index of the clients of a server, from the beginning of its log on. Its task ends with
    /// the server, or with the first change after the last clone is dropped.
    pub fn follow<R: Clock + Spawn>(handle: &Handle<R>) -> Self {
        let runtime = handle.machine();
        let shared = Arc::new(Shared {
            index: Mutex::new(Index::new(runtime.random())),
            number: AtomicU64::new(0),
            is_complete: AtomicBool::new(false),
            advanced: Event::new(),
        });
        let changes = handle.follow(0);
        runtime.spawn(keep_up(runtime.clone(), changes, Arc::downgrade(&shared)));
        Self { shared }
    }

    /// The clients within `reach` of a point, the nearest first, and at equal distances by ID: at
    /// most `max`. A client whose distance is `reach` is within.
    pub fn nearest(&self, center: Position<'_>, reach: Reach, max: MaxNear) -> Vec<Near> {
        self.shared.index().nearest(center, reach, max)
    }

    /// How many clients are in the index.
    pub fn clients(&self) -> usize {
        self.shared.index().len()
    }

    /// How many positions were [left out](Index::left_out) for lack of room.
    pub fn left_out(&self) -> u64 {
        self.shared.index().left_out()
    }

    /// The number of the log's newest change that the index has.
    pub fn number(&self) -> u64 {
        // Acquire pairs with the release of the task: who sees the number finds the change.
        self.shared.number.load(Ordering::Acquire)
    }

    /// Waits until the index has all changes up to `number`. Returns false if the server stops
    /// before its log gets that far.
    pub async fn reached(&self, number: u64) -> bool {
        loop {
            // Listen before looking, or an advance in between is missed.
            let advanced = self.shared.advanced.listen();
            // What is complete has its last number already, so this order misses nothing.
            let is_complete = self.shared.is_complete.load(Ordering::Acquire);
            if self.number() >= number {
                return true;
            }
            if is_complete {
                return false;
            }
            advanced.await;
        }
    }
}

impl Shared {
    fn index(&self) -> MutexGuard<'_, Index> {
        self.index.lock().expect("a panic never leaves the index half changed")
    }

    /// Takes in the lines of the log up to a number.
    fn take_in(&self, lines: &[u8], number: u64) {
        let lines = lines.split(|&byte| byte == b'\n').filter(|line| !line.is_empty());
        let moves: Vec<_> = lines
            .map(|line| At::parse(line).expect("a log's lines are good"))
            .map(|at| (at.client(), at.position()))
            .collect();
        self.index().take_in_all(&moves);
        self.number.store(number, Ordering::Release);
        self.advanced.notify(usize::MAX);
    }

    fn complete(&self) {
        self.is_complete.store(true, Ordering::Release);
        self.advanced.notify(usize::MAX);
    }
}

/// Takes in what changes until the server has stopped or nobody has the index any more.
async fn keep_up(clock: impl Clock, mut changes: Changes, index: Weak<Shared>) {
    let mut lines = Vec::new();
    while let Some(count) = changes.next_lines(INDEX_BATCH_MAX, &mut lines).await {
        let Some(shared) = index.upgrade() else { return };
        shared.take_in(&lines, changes.number());
        drop(shared);
        lines.clear();
        match count < INDEX_BATCH_MAX {
            true => clock.sleep(INDEX_PAUSE).await,
            false => future::yield_now().await,
        }
    }
    if let Some(shared) = index.upgrade() {
        shared.complete();
    }
}
