//! The paths that a file names, in `use` items and within its code.

/// A path such as `super::journal::Disk`, and how the file came to name it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NamedPath {
    pub segments: Vec<String>,
    /// The name that it gets in the file: its last segment, or what stands behind `as`.
    pub name: String,
    pub kind: Kind,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// The file uses it.
    Use,
    /// The file passes it on: `pub use`.
    PassOn,
}

/// All paths of at least two segments in code without comments and literals.
pub fn named_paths(tokens: &[String]) -> Vec<NamedPath> {
    let mut paths = Vec::new();
    let mut at = 0;
    while at < tokens.len() {
        if tokens[at] == "use" {
            let end = tokens[at..].iter().position(|token| token == ";");
            let end = at + end.expect("a use ends with a semicolon");
            let kind = if is_public(&tokens[..at]) { Kind::PassOn } else { Kind::Use };
            add_tree(&tokens[at + 1..end], &[], kind, &mut paths);
            at = end;
        } else {
            at += add_plain_path(&tokens[at..], &mut paths);
        }
    }
    paths.retain(|path| path.segments.len() > 1);
    paths
}

/// Whether what comes after `before` is public: `pub`, `pub(crate)`, `pub(super)`.
fn is_public(before: &[String]) -> bool {
    let last = before.last().map(String::as_str);
    last == Some("pub")
        || last == Some(")") && before.len() >= 4 && before[before.len() - 4] == "pub"
}

/// Adds the paths of one tree of a `use`, `prefix::{a, b::c}`.
fn add_tree(tree: &[String], prefix: &[String], kind: Kind, paths: &mut Vec<NamedPath>) {
    let mut segments = prefix.to_vec();
    let mut name = None;
    let mut at = 0;
    while at < tree.len() {
        match tree[at].as_str() {
            "::" => {}
            "{" => {
                let inside = &tree[at + 1..tree.len() - 1];
                for branch in branches(inside) {
                    add_tree(branch, &segments, kind, paths);
                }
                return;
            }
            "as" => {
                name = tree.get(at + 1).cloned();
                break;
            }
            "self" if !segments.is_empty() => {}
            segment => segments.push(segment.to_owned()),
        }
        at += 1;
    }
    if let Some(last) = segments.last().cloned() {
        paths.push(NamedPath { name: name.unwrap_or(last), segments, kind });
    }
}

/// What stands between the commas of a list, those within braces left alone.
fn branches(list: &[String]) -> Vec<&[String]> {
    let mut depth = 0_usize;
    let parts = list.split(|token| {
        match token.as_str() {
            "{" => depth += 1,
            "}" => depth -= 1,
            _ => {}
        }
        token == "," && depth == 0
    });
    parts.filter(|part| !part.is_empty()).collect()
}

/// Adds the path that `tokens` begin with, if they do, and returns how many tokens it has.
fn add_plain_path(tokens: &[String], paths: &mut Vec<NamedPath>) -> usize {
    let mut segments = vec![tokens[0].clone()];
    let is_word = |token: &String| token.starts_with(|c: char| c.is_alphanumeric() || c == '_');
    let mut at = 1;
    while tokens.get(at).is_some_and(|token| token == "::") {
        match tokens.get(at + 1).filter(|token| is_word(token)) {
            Some(segment) => segments.push(segment.clone()),
            None => break,
        }
        at += 2;
    }
    let name = segments[segments.len() - 1].clone();
    paths.push(NamedPath { segments, name, kind: Kind::Use });
    at
}

/// Without it a dependency would hide behind a spelling.
#[test]
fn every_spelling_of_a_path_is_seen() {
    let source =
        "use super::a::{B, c::{self, D as E}}; pub(crate) use f::G; fn h() { crate::i::j() }";
    let paths = named_paths(&super::tokens::tokens(source));
    let shown: Vec<_> = paths
        .iter()
        .map(|path| format!("{} {} {:?}", path.segments.join("::"), path.name, path.kind))
        .collect();
    assert_eq!(
        shown,
        [
            "super::a::B B Use",
            "super::a::c c Use",
            "super::a::c::D E Use",
            "f::G G PassOn",
            "crate::i::j j Use",
        ]
    );
}
