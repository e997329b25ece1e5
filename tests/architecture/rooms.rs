//! The order of the rooms, and of the files within them.

use super::modules::Modules;
use super::page::{links, table_under};
use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::path::{Path, PathBuf};

/// The roots of all crates that have rooms.
const CRATES: [&str; 4] =
    ["src/lib.rs", "src/bin/herd-server/main.rs", "client/src/lib.rs", "client/src/main.rs"];

/// The folders of src that the table of rooms names, in its order.
fn rooms() -> Vec<PathBuf> {
    let rows = table_under("The rooms");
    let folders = rows.iter().flat_map(|row| links(&row[0])).map(PathBuf::from);
    folders.filter(|room| room.starts_with("src")).collect()
}

/// Without it the page could describe another order than the code has, and a room could depend on
/// one that depends on it.
#[test]
fn a_room_uses_only_rooms_above_it_in_the_table() {
    let rooms = rooms();
    let place = |file: &Path| rooms.iter().position(|room| file.starts_with(room));
    let modules = Modules::of_crate("src/lib.rs");
    let mut wrong = Vec::new();
    for (file, used) in modules.dependencies() {
        if file == Path::new("src/lib.rs") {
            continue;
        }
        let own = place(file);
        assert!(own.is_some(), "no room of the table in docs/ARCHITECTURE.md has {file:?}");
        let below = used.into_iter().filter(|used| place(used) > own);
        wrong.extend(below.map(|used| format!("{} uses {}", file.display(), used.display())));
    }
    assert!(wrong.is_empty(), "these use a room below their own:\n{}", wrong.join("\n"));
    let missing: Vec<_> = rooms.iter().filter(|room| !room.is_dir()).collect();
    assert!(missing.is_empty(), "the table names rooms that do not exist: {missing:?}");
}

/// Without it two files could depend on each other, so that neither can be read first.
#[test]
fn no_files_depend_on_each_other_in_a_circle() {
    let mut circles = Vec::new();
    for root in CRATES {
        let modules = Modules::of_crate(root);
        let dependencies = modules.dependencies();
        let mut seen = BTreeSet::new();
        for &file in dependencies.keys() {
            if seen.contains(file) {
                continue;
            }
            if let Some(circle) = shortest_circle(file, &dependencies) {
                seen.extend(circle.iter().copied());
                let chain: Vec<_> = circle.iter().map(|file| file.display().to_string()).collect();
                circles.push(chain.join(" -> "));
            }
        }
    }
    assert!(circles.is_empty(), "these files use each other:\n{}", circles.join("\n"));
}

/// The shortest way from `file` over files that it uses back to itself, if there is one.
fn shortest_circle<'f>(
    file: &'f Path,
    dependencies: &BTreeMap<&'f Path, BTreeSet<&'f Path>>,
) -> Option<Vec<&'f Path>> {
    let mut ways = VecDeque::from([vec![file]]);
    let mut reached = BTreeSet::new();
    while let Some(way) = ways.pop_front() {
        for &next in &dependencies[way[way.len() - 1]] {
            if next == file {
                return Some([&way[..], &[file]].concat());
            }
            if reached.insert(next) {
                ways.push_back([&way[..], &[next]].concat());
            }
        }
    }
    None
}
