//! Mistakes in a configuration file.

use std::fmt;
use std::ops::Range;

/// A mistake in a herd.toml or an access.toml: its line if it has one, and how to fix it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ConfigError {
    line: Option<usize>,
    message: String,
}

impl ConfigError {
    /// A mistake at a byte range of `text`.
    pub(crate) fn at(text: &str, span: Range<usize>, message: impl Into<String>) -> Self {
        let before = text.as_bytes().get(..span.start).unwrap_or_default();
        let line = 1 + before.iter().filter(|&&byte| byte == b'\n').count();
        Self { line: Some(line), message: message.into() }
    }

    /// A mistake in the text as a whole.
    pub(super) fn of_whole(message: impl Into<String>) -> Self {
        Self { line: None, message: message.into() }
    }

    /// A mistake that the TOML parser found.
    pub(crate) fn of_toml(text: &str, error: &toml::de::Error) -> Self {
        // The parser's messages can have several lines; ours have one.
        let message = error.message().replace('\n', ", ");
        match error.span() {
            Some(span) => Self::at(text, span, message),
            None => Self::of_whole(message),
        }
    }

    /// The same mistake without a line, for a herd that was not read from text.
    pub(super) fn without_line(self) -> Self {
        Self { line: None, ..self }
    }

    /// The line of the mistake, counted from 1; None if no single line is wrong.
    pub fn line(&self) -> Option<usize> {
        self.line
    }

    /// The mistake and how to fix it, without the line.
    pub fn message(&self) -> &str {
        &self.message
    }

    /// The error with the name of the file in front, such as `herd.toml:3: ...`.
    pub fn in_file(&self, file: impl fmt::Display) -> String {
        match self.line {
            Some(line) => format!("{file}:{line}: {}", self.message),
            None => format!("{file}: {}", self.message),
        }
    }
}

impl fmt::Display for ConfigError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some(line) = self.line {
            write!(f, "line {line}: ")?;
        }
        f.write_str(&self.message)
    }
}

impl std::error::Error for ConfigError {}

#[cfg(test)]
mod tests {
    use super::*;

    /// An editor jumps to `file:line`; an error without a line must not invent one.
    #[test]
    fn it_names_file_and_line() {
        let error = ConfigError::at("a\nb\nc", 2..3, "no such thing");
        assert_eq!(error.to_string(), "line 2: no such thing");
        assert_eq!(error.in_file("herd.toml"), "herd.toml:2: no such thing");
        assert_eq!(ConfigError::of_whole("empty").in_file("herd.toml"), "herd.toml: empty");
    }
}
