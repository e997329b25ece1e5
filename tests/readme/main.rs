//! What the README shows is true: each of its blocks is run with the programs of this build, on ports
//! that the system chose, or is in the table below with the reason why it is not.

mod client;
mod likeness;
mod page;
mod programs;
mod server;
#[path = "../support/mod.rs"]
mod support;

use Treatment::{Checked, NotRun};
use page::Block;

/// A client's time with nine digits behind the point, as most of the README's.
const LONG_AGO: &str = "1479413884.392014450";

/// What a test makes of a block.
enum Treatment {
    /// It runs what the block shows.
    Checked(fn(&Block)),
    /// It does not, for a reason.
    NotRun(&'static str),
}

/// Every block by its first line, in the order of the README.
const BLOCKS: &[(&str, Treatment)] = &[
    ("cargo run --release --example herd", Checked(server::the_example_stays_up)),
    (
        "cargo run --release -p herd-client -- iamat --id x --loc +34-118",
        Checked(client::a_position_is_told_and_found),
    ),
    ("cargo test --workspace", NotRun("this test is part of it")),
    ("Five servers, each talking with its neighbors only:", Checked(server::the_example_talks)),
    (
        r"$ printf 'IAMAT kiwi.cs.ucla.edu +34.068930-118.445127 1479413884.392014450\n' | nc -N 127.0.0.1 12000",
        Checked(server::netcat_gets_a_reply),
    ),
    ("$ telnet 127.0.0.1 12001", Checked(server::telnet_gets_a_reply)),
    ("cargo build --release", Checked(server::five_processes_start_and_end)),
    ("herd-client iamat   --id ID --loc POSITION [--time SECONDS]", Checked(client::options_exist)),
    (
        "$ herd-client whatsat --id kiwi.cs.ucla.edu --format table",
        Checked(client::a_table_is_printed),
    ),
    ("@Ball", Checked(client::the_script_holds)),
    (
        "cargo run --release -p herd-client -- replay examples/scripts/*.herd",
        Checked(client::the_scripts_of_the_examples_hold),
    ),
    (
        "$ herd-client bench --server Alford --depth 16 --whatsat 5",
        Checked(client::a_load_is_measured),
    ),
    ("herd-server Goloman --herd herd.toml", NotRun("the next block's test runs it")),
    ("[servers.Goloman]", Checked(server::the_herd_of_ones_own_starts)),
    ("herd-server Alford --http 127.0.0.1:8080", Checked(server::the_door_speaks_http)),
    ("herd-server Alford --places photon", Checked(server::options_exist)),
    ("HERD JOURNAL 1 Alford *e871fd12", Checked(server::the_journal_is_whole)),
    ("$ herd-server check herd-data/Alford", Checked(server::a_journal_is_checked)),
    (
        r#"{"level":30,"time":1795376419114,"msg":"a neighbor follows","server":"Goloman","neighbor":"Hands","from":"127.0.0.1:40712","count":1}"#,
        Checked(server::a_neighbor_that_follows_is_told),
    ),
    (
        r#"{"time":"1795376305.487541208","event":"opened","connection":1,"purpose":"client","address":"127.0.0.1:43656"}"#,
        Checked(server::the_traffic_log_tells_all),
    ),
    (
        "let herd = Herd::from_toml(\"[servers.Solo]\\nlisten = '127.0.0.1:0'\")?;",
        Checked(the_embedding_is_the_example),
    ),
    (
        r#"herd = { path = "../herd", default-features = false }"#,
        NotRun("it is for the manifest of another project"),
    ),
];

/// A new block must be decided upon, and so must one that is no longer what it was.
#[test]
fn every_block_is_known() {
    let blocks = page::blocks();
    let firsts: Vec<&str> = blocks.iter().map(Block::first).collect();
    let known: Vec<&str> = BLOCKS.iter().map(|(first, _)| *first).collect();
    assert_eq!(firsts, known);
}

/// A reader who does what the README shows must see what it shows.
#[test]
fn every_block_is_true() {
    for (block, (first, treatment)) in page::blocks().iter().zip(BLOCKS) {
        match treatment {
            Checked(check) => {
                eprintln!("checking: {first}");
                check(block);
            }
            NotRun(reason) => eprintln!("not run, since {reason}: {first}"),
        }
    }
}

/// The pages must hold the simulated world and the client. To make them takes minutes, so it is left
/// to `.ci/run`.
#[test]
fn the_documentation_has_everything() {
    assert!(page::README.contains("`cargo doc --workspace --no-deps --all-features --open`"));
}

/// The block is the example's, but for line breaks and what stands around it.
fn the_embedding_is_the_example(block: &Block) {
    let bare = |text: &str| text.split_whitespace().collect::<Vec<_>>().concat();
    let example = bare(include_str!("../../examples/embedding.rs"));
    assert!(example.contains(&bare(&block.text())), "examples/embedding.rs says something else");
}
