//! The arguments.

use crate::row::Row;
use crate::rows;
use crate::stage::Extent;
use std::path::PathBuf;
use std::process::ExitCode;
use structopt::StructOpt;
use structopt::clap::ErrorKind;

/// Compare a herd with Redis and with a herd in Python.
///
/// Starts all servers itself, on free ports of this machine, and ends them again. Redis and Python
/// are measured if `redis-server` and `python3` are installed.
#[derive(Debug, StructOpt)]
#[structopt(name = "versus", set_term_width = 80)]
pub(crate) struct Options {
    /// List the rows and measure nothing
    #[structopt(long)]
    pub(crate) list: bool,

    /// Measure these rows only; set stands for all rows whose names begin with set-
    #[structopt(long, name = "ROW", use_delimiter = true)]
    only: Vec<String>,

    /// Measure how our own costs grow with clients, connections, servers and the rate of changes
    #[structopt(long)]
    growth: bool,

    /// How many turns each side of a row has
    #[structopt(long, name = "PAIRS", default_value = "5", parse(try_from_str = parse_count))]
    pairs: u64,

    /// How long a turn under load lasts
    #[structopt(long, name = "SECONDS", default_value = "3", parse(try_from_str = parse_count))]
    seconds: u64,

    /// Measure one pair of one second, to see whether everything works
    #[structopt(long, conflicts_with_all = &["PAIRS", "SECONDS"])]
    quick: bool,

    /// Print the table in Markdown
    #[structopt(long)]
    pub(crate) markdown: bool,

    /// Write a plot to this file
    #[structopt(long, name = "PLOT.svg", parse(from_os_str))]
    pub(crate) svg: Option<PathBuf>,

    /// Write all figures to this file
    #[structopt(long, name = "FIGURES.json", parse(from_os_str))]
    pub(crate) json: Option<PathBuf>,

    // What cargo passes to every benchmark.
    #[structopt(long = "bench", hidden = true)]
    _bench: bool,
}

impl Options {
    /// Reads this process's arguments, or returns the error or the help text that is to be shown.
    pub(crate) fn read() -> Result<Self, ExitCode> {
        Self::from_args_safe().map_err(|error| match error.kind {
            ErrorKind::HelpDisplayed | ErrorKind::VersionDisplayed => {
                println!("{}", error.message);
                ExitCode::SUCCESS
            }
            _ => {
                eprintln!("{}", error.message);
                ExitCode::from(2)
            }
        })
    }

    /// How much is measured for each row.
    pub(crate) fn extent(&self) -> Extent {
        if self.quick {
            return Extent { pairs: 1, seconds: 1, tries: 50 };
        }
        Extent { pairs: self.pairs as usize, seconds: self.seconds, tries: 200 }
    }

    /// The rows that are to be measured.
    ///
    /// # Errors The first name that no row has.
    pub(crate) fn chosen(&self) -> Result<Vec<Row>, String> {
        let rows = if self.growth { rows::growth() } else { rows::against_others() };
        let is_of = |row: &Row, name: &str| {
            let rest = row.name().strip_prefix(name);
            rest.is_some_and(|rest| rest.is_empty() || rest.starts_with('-'))
        };
        if let Some(unknown) =
            self.only.iter().find(|name| !rows.iter().any(|row| is_of(row, name)))
        {
            return Err(format!("there is no row {unknown:?}; --list names them all"));
        }
        let is_chosen = |row: &Row| self.only.iter().any(|name| is_of(row, name));
        Ok(rows.into_iter().filter(|row| self.only.is_empty() || is_chosen(row)).collect())
    }
}

fn parse_count(text: &str) -> Result<u64, String> {
    let count = text.parse().ok().filter(|count| (1..=1000).contains(count));
    count.ok_or_else(|| format!("{text:?} is not a number from 1 to 1000"))
}
