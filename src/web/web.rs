//! What speaks HTTP at a server's door.

use super::caller::Caller;
use super::connection;
use super::shared::Shared;
use crate::runtime::Clock;
use crate::server::{Handle, HttpService, HttpVisit, Serving};
use std::sync::Arc;

/// Speaks HTTP for one server: hand it to [`Builder::http`](crate::server::Builder::http).
///
/// ```
/// use herd::config::Herd;
/// use herd::runtime::AsyncStd;
/// use herd::server::Server;
/// use herd::web::Web;
///
/// # async_std::task::block_on(async {
/// let herd = Herd::from_toml(
///     "[servers.Solo]\nlisten = '127.0.0.1:0'\nhttp_listen = '127.0.0.1:0'",
/// )?;
/// let builder = Server::builder(AsyncStd::new(), &herd, &"Solo".parse()?);
/// let server = builder.http(Web::new()).bind().await?;
/// assert!(server.http_address().is_some());
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// # }).unwrap();
/// ```
#[derive(Debug)]
pub struct Web {
    shared: Arc<Shared>,
}

impl Web {
    /// Speaks HTTP with everybody whom the server's own access lets.
    pub fn new() -> Self {
        Self { shared: Arc::new(Shared::new()) }
    }
}

impl Default for Web {
    fn default() -> Self {
        Self::new()
    }
}

impl<C: Clock> HttpService<C> for Web {
    fn serve(&self, server: Handle<C>, mut visit: HttpVisit) -> Serving {
        let shared = Arc::clone(&self.shared);
        Box::pin(async move {
            let Some(stream) = visit.take_stream() else { return };
            connection::serve(Arc::new(Caller::new(server, shared, visit)), stream).await;
        })
    }
}
