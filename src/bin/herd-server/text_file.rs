//! Text files that people write.

use std::fs;
use std::path::Path;

/// Reads a text file.
///
/// # Errors
/// When it cannot be read as UTF-8; the message names the file.
pub(super) fn read(path: &Path) -> Result<String, String> {
    fs::read_to_string(path).map_err(|error| format!("cannot read {}: {error}", path.display()))
}
