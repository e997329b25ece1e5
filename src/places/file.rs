//! A file that answers everything.

use super::answer::Answer;
use super::places_error::PlacesError;
use super::question::Question;
use super::source::Places;
use crate::config::text::read_text;
use async_trait::async_trait;
use std::fmt;
use std::fs::File;
use std::io::{self, Read};
use std::path::{Path, PathBuf};

/// The largest file of places: 4 MiB, as much as may come from a service.
pub const PLACES_FILE_BYTES_MAX: usize = 4 * 1024 * 1024;

/// A source that answers every question with the same reply, for demonstrations and tests.
#[derive(Clone, Debug)]
pub struct FilePlaces {
    answer: Answer,
}

impl FilePlaces {
    /// Reads the reply from a file, once and for all.
    ///
    /// # Errors
    /// When the file cannot be read, is larger than [`PLACES_FILE_BYTES_MAX`], is no UTF-8
    /// with LF or CRLF, or holds no reply in the shape of Nearby Search.
    pub fn open(path: impl AsRef<Path>) -> Result<Self, InvalidPlacesFile> {
        let path = path.as_ref();
        let invalid = |why| InvalidPlacesFile { path: path.to_owned(), why };
        let json = read(path).map_err(|error| invalid(error.to_string()))?;
        if json.len() > PLACES_FILE_BYTES_MAX {
            return Err(invalid(format!("larger than {PLACES_FILE_BYTES_MAX} bytes")));
        }
        // It is named as the other text files are, not as a service's reply.
        read_text(&json).map_err(|error| invalid(format!("line {}: {error}", error.line())))?;
        let answer = Answer::from_json(json).map_err(|error| invalid(error.to_string()))?;
        Ok(Self { answer })
    }
}

/// Reads one byte more than the limit at most.
fn read(path: &Path) -> io::Result<Vec<u8>> {
    let mut json = Vec::new();
    File::open(path)?.take(PLACES_FILE_BYTES_MAX as u64 + 1).read_to_end(&mut json)?;
    Ok(json)
}

#[async_trait]
impl Places for FilePlaces {
    async fn nearby(&self, _question: &Question) -> Result<Answer, PlacesError> {
        Ok(self.answer.clone())
    }
}

/// A file cannot be a source of places.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct InvalidPlacesFile {
    path: PathBuf,
    why: String,
}

impl fmt::Display for InvalidPlacesFile {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "places file {}: {}", self.path.display(), self.why)
    }
}

impl std::error::Error for InvalidPlacesFile {}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::protocol::{Coordinates, MaxResults, Radius};
    use futures_lite::future::block_on;
    use std::fs;

    /// A file of its own for a test, gone with the value.
    struct Scratch(PathBuf);

    impl Scratch {
        fn new(name: &str, content: &[u8]) -> Self {
            let name = format!("herd-{}-{name}.json", std::process::id());
            let path = std::env::temp_dir().join(name);
            fs::write(&path, content).expect("there is room for a small file");
            Self(path)
        }

        fn refusal(&self) -> String {
            let error = FilePlaces::open(&self.0).expect_err("the file is wrong").to_string();
            error.replace(&self.0.display().to_string(), "PATH")
        }
    }

    impl Drop for Scratch {
        fn drop(&mut self) {
            fs::remove_file(&self.0).ok();
        }
    }

    /// Without it a stub would not be cut as a real source is.
    #[test]
    fn a_file_answers_every_question() {
        // As an editor of Windows saves it.
        let content = "\u{feff}{\"results\":[1,2],\"status\":\"OK\"}\r\n";
        let scratch = Scratch::new("good", content.as_bytes());
        let source = FilePlaces::open(&scratch.0).expect("the file is good");
        for (max, json) in [
            (1, "{\"results\":[1],\"status\":\"OK\"}\n\n"),
            (2, "{\"results\":[1,2],\"status\":\"OK\"}\n\n"),
        ] {
            let question = Question::new(
                Coordinates { latitude: 0.0, longitude: 0.0 },
                Radius::from_metres(1.0).expect("a metre is in range"),
                MaxResults::new(max).expect("it is at most 20"),
            );
            let mut out = Vec::new();
            let answer = block_on(source.nearby(&question)).expect("a file always answers");
            answer.write(question.max, &mut out);
            assert_eq!(String::from_utf8(out).as_deref(), Ok(json));
        }
    }

    /// Without it nobody would know which file to mend, and how.
    #[test]
    fn a_wrong_file_is_named_with_what_is_wrong() {
        let not_json = "places file PATH: not JSON: wrong at line 1 column 1";
        assert_eq!(Scratch::new("html", b"<html>").refusal(), not_json);
        assert_eq!(Scratch::new("shape", b"{}").refusal(), "places file PATH: no status");
        let utf_16 = "places file PATH: line 1: this file is UTF-16: save it as UTF-8";
        assert_eq!(Scratch::new("utf-16", b"\xff\xfe{\0}\0").refusal(), utf_16);
        let cr = "places file PATH: line 2: this line has a CR without an LF: \
                  save the file with LF or CRLF line ends";
        assert_eq!(Scratch::new("cr", b"{\n\"status\":\r\"OK\"}").refusal(), cr);
        let large = Scratch::new("large", &vec![b' '; PLACES_FILE_BYTES_MAX + 1]);
        assert_eq!(large.refusal(), "places file PATH: larger than 4194304 bytes");
        let missing = FilePlaces::open("/no/such/file.json").expect_err("there is none");
        let missing = missing.to_string();
        assert!(missing.starts_with("places file /no/such/file.json: "), "{missing}");
    }
}
