//! Compares a herd with what people would use instead: the ratio of what both cost, measured in
//! turns on the same machine.
//!
//! ```text
//! cargo build --release
//! cargo bench -p herd-client --bench versus -- --svg plot.svg --json figures.json
//! cargo bench -p herd-client --bench versus -- --quick --only set,propagation
//! ```
//!
//! The first command builds the server that is measured. Where `redis-server` or `python3` (3.10 or
//! newer) is missing, the rows that need it are skipped.
//!
//! | room | what it is about |
//! |---|---|
//! | `options` | arguments |
//! | `rows`, `row`, `measured` | what is measured, the target, and the result |
//! | `trial` | the ways to measure one side |
//! | `contestant` | starting the servers |
//! | `load`, `blocking_connection` | talking with them: many commands by `herd-client bench`, or one by one |
//! | `process`, `processors` | one process, and what it costs; what the machine lost to others |
//! | `report` | table, plot and figures |
//!
//! It runs on Linux only, since it reads from /proc what processes cost.

mod blocking_connection;
mod contestant;
mod ground;
mod interrupt;
mod load;
mod measured;
mod options;
// The tests' way to find free ports.
#[path = "../../../tests/support/ports.rs"]
mod ports;
mod problem;
mod process;
mod processors;
mod report;
mod row;
mod rows;
mod stage;
mod statistics;
mod trial;

use measured::Measured;
use options::Options;
use problem::Problem;
use processors::ProcessorTime;
use row::Row;
use stage::Stage;
use std::error::Error;
use std::fs::File;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

fn main() -> ExitCode {
    let options = match Options::read() {
        Ok(options) => options,
        Err(exit) => return exit,
    };
    match run(&options) {
        Ok(status) => status,
        Err(error) => {
            eprintln!("versus: {error}");
            ExitCode::from(2)
        }
    }
}

fn run(options: &Options) -> Result<ExitCode, Box<dyn Error>> {
    let rows = options.chosen()?;
    if options.list {
        rows.iter().for_each(|row| println!("{:<20}  {}", row.name(), row.what()));
        return Ok(ExitCode::SUCCESS);
    }
    if !cfg!(target_os = "linux") {
        return Err("only Linux tells in /proc what a process costs".into());
    }
    let stage = Stage::new(options.extent())?;
    // Before all else, since it would be a pity to find out afterwards that a file cannot be written.
    let (plot, figures) = (create(&options.svg)?, create(&options.json)?);
    let before = ProcessorTime::now()?;
    let measured = measure(&rows, &stage);
    let stolen = ProcessorTime::now()?.percent_stolen_since(before);
    eprintln!("other virtual machines had the processors for {stolen:.1} % of the time");
    let table = if options.markdown { report::markdown } else { report::text };
    print!("{}", table(&measured));
    if let Some(mut file) = plot {
        file.write_all(report::plot(&measured).as_bytes())?;
    }
    if let Some(mut file) = figures {
        writeln!(file, "{:#}", report::figures(&measured, options.extent()))?;
    }
    let is_sound = |row: &Measured<'_>| matches!(row.result, Ok(_) | Err(Problem::Absent(_)));
    Ok(ExitCode::from(u8::from(!measured.iter().all(is_sound))))
}

/// Measures one row after the other until all are done or a signal comes.
fn measure<'a>(rows: &'a [Row], stage: &Stage) -> Vec<Measured<'a>> {
    let mut measured = Vec::new();
    for row in rows {
        let result = row.measure(stage);
        if let Err(problem) = &result {
            eprintln!("    {problem}");
        }
        // The generator gets a Ctrl-C as well and fails of it.
        let is_over = stage.interrupt.check().is_err();
        measured.push(Measured::new(row, result));
        if is_over {
            break;
        }
    }
    measured
}

/// Opens a file for writing. Relative paths start at the project's top folder, although cargo runs
/// benchmarks in the folder of their package.
fn create(path: &Option<PathBuf>) -> Result<Option<File>, String> {
    let Some(path) = path else { return Ok(None) };
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("..").join(path);
    let file = File::create(&path);
    file.map(Some).map_err(|error| format!("cannot write {}: {error}", path.display()))
}
