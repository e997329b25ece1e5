//! Where clients are.

use super::bounds::Bounds;
use super::client_json::{write_client, write_feature};
use super::scan::next_slice;
use crate::protocol::{At, ClientId};
use crate::runtime::Clock;
use crate::server::Permission;
use crate::web::caller::Caller;
use crate::web::cursor::Cursor;
use crate::web::parameters::Parameters;
use crate::web::problem::Problem;
use crate::web::reply::{self, Reply};
use hyper::StatusCode;
use std::fmt::Write;

/// How many clients a page has if nothing is said.
const LIMIT_DEFAULT: usize = 1_000;

/// The most clients that a page has.
const LIMIT_MAX: usize = 10_000;

/// The most clients that are looked at for a page; a page that found few of them in its box is short.
const SCANNED_MAX: usize = 100_000;

/// The bytes after which a page ends, however few clients it has: 2 MiB.
const PAGE_BYTES_MAX: usize = 2 * 1024 * 1024;

/// The bytes that a client usually takes in a page, and for which room is made before.
const CLIENT_BYTES_EXPECTED: usize = 256;

/// One client.
pub(in crate::web) async fn client<C: Clock>(
    caller: &Caller<C>,
    permission: &Permission<C>,
    id: &[u8],
) -> Result<Reply, Problem> {
    let id = ClientId::parse(id).map_err(|_| Problem::bad("this is no client's ID"))?;
    if !permission.may_ask(id) {
        return Err(Problem::forbidden());
    }
    let newest = caller.server.newest(id).await.map_err(|_| Problem::journal())?;
    let known = newest.ok_or_else(|| Problem::not_found("the server knows no such client"))?;
    let mut out = String::new();
    write_client(&known.at(), &mut out);
    Ok(reply::json(out))
}

/// What a page of clients is asked for.
#[derive(Debug)]
struct Wanted {
    bounds: Option<Bounds>,
    limit: usize,
    after: Option<Cursor>,
}

impl Wanted {
    fn of(parameters: &Parameters) -> Result<Self, Problem> {
        let limit = match parameters.value("limit").map(str::parse) {
            None => LIMIT_DEFAULT,
            Some(Ok(limit @ 1..=LIMIT_MAX)) => limit,
            Some(_) => return Err(Problem::bad("limit must be a whole number from 1 to 10000")),
        };
        let after = parameters.value("after").map(|text| {
            Cursor::parse(text).ok_or(Problem::bad("after must be the cursor of a page before"))
        });
        let after = after.transpose()?;
        Ok(Self { bounds: bounds(parameters)?, limit, after })
    }
}

/// The parameter `bbox`.
pub(super) fn bounds(parameters: &Parameters) -> Result<Option<Bounds>, Problem> {
    let read = |text| {
        let detail = "bbox must be WEST,SOUTH,EAST,NORTH in degrees, south below north";
        Bounds::parse(text).ok_or(Problem::bad(detail))
    };
    parameters.value("bbox").map(read).transpose()
}

/// A page of clients, in the order of the log, which begins with those that have not moved for longest.
///
/// The log moves while somebody turns its pages. A client that moves meanwhile comes again on a later
/// page, with its newer position, so nobody is missed.
pub(in crate::web) async fn clients<C: Clock>(
    caller: &Caller<C>,
    permission: &Permission<C>,
    parameters: &Parameters,
) -> Result<Reply, Problem> {
    let wanted = Wanted::of(parameters)?;
    let log = caller.server.log_id();
    let number = wanted.after.map_or(0, |after| after.number_in(log));
    let mut changes = caller.server.follow(number);
    let _share = caller.shared.hold(wanted.limit * CLIENT_BYTES_EXPECTED)?;
    let mut page = Page { features: String::new(), count: 0, last: number, is_last: false };
    let mut scanned = 0;
    while !page.is_full(wanted.limit) && scanned < SCANNED_MAX && !page.is_last {
        let slice = next_slice(caller, &mut changes).await;
        page.is_last = slice.is_empty();
        for change in &slice {
            if page.is_full(wanted.limit) {
                break;
            }
            let at = change.at.at();
            let is_inside = |bounds: &Bounds| bounds.contains(at.position().coordinates());
            let is_shown =
                permission.may_ask(at.client()) && wanted.bounds.as_ref().is_none_or(is_inside);
            page.note(change.number, is_shown.then_some(&at));
        }
        scanned += slice.len();
    }
    let cursor = Cursor { log, number: page.last };
    Ok(reply::reply(StatusCode::OK, "application/geo+json", page.finish(cursor)))
}

/// A page in the making.
struct Page {
    features: String,
    count: usize,
    /// The number of the last change that was looked at.
    last: u64,
    /// Whether the log's end was reached.
    is_last: bool,
}

impl Page {
    fn is_full(&self, limit: usize) -> bool {
        self.count >= limit || self.features.len() >= PAGE_BYTES_MAX
    }

    /// Notes that a change was looked at, and adds its line if it is shown.
    fn note(&mut self, number: u64, shown: Option<&At<'_>>) {
        self.last = number;
        let Some(at) = shown else { return };
        if self.count > 0 {
            self.features.push(',');
        }
        write_feature(at, &mut self.features);
        self.count += 1;
    }

    fn finish(self, cursor: Cursor) -> String {
        let Self { features, is_last, .. } = self;
        let mut out = String::with_capacity(features.len() + 128);
        write!(
            out,
            "{{\"type\":\"FeatureCollection\",\"cursor\":\"{cursor}\",\"more\":{},\
             \"features\":[{features}]}}",
            !is_last
        )
        .expect("a text takes whatever is written");
        out
    }
}
