//! The values of constants, read from source.

use super::tokens::{tokens, without_tests};
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::{fs, io};

/// The source of the library and of its client, token by token.
pub struct Constants(BTreeMap<PathBuf, Vec<String>>);

impl Constants {
    /// Reads all files under these folders.
    pub fn read(folders: &[&str]) -> io::Result<Self> {
        let mut files = BTreeMap::new();
        let mut folders: Vec<PathBuf> = folders.iter().map(PathBuf::from).collect();
        while let Some(folder) = folders.pop() {
            for entry in fs::read_dir(folder)? {
                let path = entry?.path();
                if path.is_dir() {
                    folders.push(path);
                } else if path.extension().is_some_and(|extension| extension == "rs") {
                    let code = without_tests(&tokens(&fs::read_to_string(&path)?));
                    files.insert(path, code);
                }
            }
        }
        Ok(Self(files))
    }

    /// The value of a limit that `file` names: of a constant, of the last parameter of a type, or of
    /// a field's default. Times are in milliseconds. None when there is none that can be read.
    pub fn limit(&self, file: &Path, name: &str) -> Option<u64> {
        let code = self.0.get(file)?;
        let field = name.trim_end_matches("_seconds").trim_end_matches("_ms");
        let default = format!("{}_DEFAULT", name.to_uppercase());
        let constant = self.constant(file, name).or_else(|| self.constant(file, &default));
        constant.or_else(|| type_parameter(code, name)).or_else(|| {
            let default = default_of_field(code, name).or_else(|| default_of_field(code, field));
            self.evaluate(file, default?)
        })
    }

    fn constant(&self, file: &Path, name: &str) -> Option<u64> {
        let code = self.0.get(file)?;
        let begin = code.windows(2).position(|words| words[0] == "const" && words[1] == name)?;
        let item = &code[begin..];
        let from = item.iter().position(|token| token == "=")? + 1;
        let to = item.iter().position(|token| token == ";")?;
        self.evaluate(file, &item[from..to])
    }

    /// The value of numbers and constants joined by one kind of operator.
    fn evaluate(&self, file: &Path, expression: &[String]) -> Option<u64> {
        let words: Vec<&str> = expression.iter().map(String::as_str).collect();
        match words[..] {
            ["Duration", "::", "ZERO"] => Some(0),
            ["Duration", "::", unit, "(", .., ")"] | [unit @ "Some", "(", .., ")"] => {
                let open = words.iter().position(|&word| word == "(")?;
                let inside = self.evaluate(file, &expression[open + 1..words.len() - 1])?;
                match unit {
                    "from_secs" => Some(inside * 1000),
                    "from_millis" | "Some" => Some(inside),
                    _ => None,
                }
            }
            [term] => self.term(file, term),
            [left, "<", "<", right] => Some(self.term(file, left)? << self.term(file, right)?),
            _ if words.contains(&"*") => {
                self.terms(file, &words, "*")?.into_iter().reduce(|a, b| a * b)
            }
            _ => self.terms(file, &words, "+")?.into_iter().reduce(|a, b| a + b),
        }
    }

    fn terms(&self, file: &Path, words: &[&str], operator: &str) -> Option<Vec<u64>> {
        let terms = words.split(|&word| word == operator);
        terms.map(|term| if let [term] = term { self.term(file, term) } else { None }).collect()
    }

    /// A number, or a constant of this file or of the only other file that has one of that name.
    fn term(&self, file: &Path, term: &str) -> Option<u64> {
        if let Ok(number) = term.replace('_', "").parse() {
            return Some(number);
        }
        self.constant(file, term).or_else(|| {
            let values: Vec<_> =
                self.0.keys().filter_map(|file| self.constant(file, term)).collect();
            if let [value] = values[..] { Some(value) } else { None }
        })
    }
}

/// The last parameter of `type name = Type<..., N>;`.
fn type_parameter(code: &[String], name: &str) -> Option<u64> {
    let begin = code.windows(2).position(|words| words[0] == "type" && words[1] == name)?;
    let end = begin + code[begin..].iter().position(|token| token == ";")?;
    code[end - 2].replace('_', "").parse().ok()
}

/// What stands behind `name:` in the function `default`.
fn default_of_field<'c>(code: &'c [String], name: &str) -> Option<&'c [String]> {
    let begin = code.windows(2).position(|words| words[0] == "fn" && words[1] == "default")?;
    let fields = &code[begin..];
    let at = fields.windows(2).position(|words| words[0] == name && words[1] == ":")?;
    let value = &fields[at + 2..];
    let end = value.iter().position(|token| token == "," || token == "}")?;
    Some(&value[..end])
}
