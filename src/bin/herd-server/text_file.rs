//! Text files that people write.

use herd::config::text::read_text;
use std::fs;
use std::path::Path;

/// Reads a text file.
///
/// # Errors
/// When it cannot be read, or is not UTF-8 text; the message names the file.
pub(super) fn read(path: &Path) -> Result<String, String> {
    let shown = path.display();
    let bytes = fs::read(path).map_err(|error| format!("cannot read {shown}: {error}"))?;
    let text = read_text(&bytes).map_err(|error| format!("{shown}:{}: {error}", error.line()))?;
    Ok(text.to_owned())
}
