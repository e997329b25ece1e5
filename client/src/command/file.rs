//! Reading the files that arguments name.

use super::failure::Failure;
use herd::config::Herd;
use herd::config::text::read_text;
use std::fs::File;
use std::io::{self, Read};
use std::path::Path;

/// The longest herd.toml or script, in bytes.
const FILE_BYTES_MAX: u64 = 16 * 1024 * 1024;

/// The herd of that file, or the default one.
pub(crate) fn read_herd(path: Option<&Path>) -> Result<Herd, Failure> {
    let Some(path) = path else { return Ok(Herd::default_herd()) };
    let bytes = read_file(path)?;
    let text = read_text(&bytes)
        .map_err(|error| Failure::Usage(format!("{}:{}: {error}", path.display(), error.line())))?;
    Herd::from_toml(text).map_err(|error| Failure::Usage(error.in_file(path.display())))
}

/// Whether an argument means the standard input.
pub(crate) fn is_standard_input(path: &Path) -> bool {
    path == Path::new("-")
}

/// All bytes of a file that an argument names.
pub(crate) fn read_file(path: &Path) -> Result<Vec<u8>, Failure> {
    let failure = |what: &str| Failure::Usage(format!("cannot read {}: {what}", path.display()));
    let mut bytes = Vec::new();
    let read = match is_standard_input(path) {
        true => io::stdin().take(FILE_BYTES_MAX + 1).read_to_end(&mut bytes),
        false => {
            File::open(path).and_then(|file| file.take(FILE_BYTES_MAX + 1).read_to_end(&mut bytes))
        }
    };
    read.map_err(|error| match error.kind() {
        io::ErrorKind::NotFound => failure("no such file"),
        kind => failure(&kind.to_string()),
    })?;
    if bytes.len() as u64 > FILE_BYTES_MAX {
        return Err(failure(&format!("it is longer than {FILE_BYTES_MAX} bytes")));
    }
    Ok(bytes)
}
