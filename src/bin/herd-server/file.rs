//! Reading what the options name.

use std::fs;
use std::path::Path;

/// Reads a text file, or says which one could not be read.
pub(super) fn read(path: &Path) -> Result<String, String> {
    fs::read_to_string(path).map_err(|error| format!("cannot read {}: {error}", path.display()))
}
