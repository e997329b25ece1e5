//! Rust source as words and punctuation, without comments, literals and tests.

/// The tokens of `source`: identifiers, `::`, and every other mark on its own. Comments and the
/// insides of literals are left out.
pub fn tokens(source: &str) -> Vec<String> {
    let mut rest = source;
    let mut tokens = Vec::new();
    while let Some(first) = rest.chars().next() {
        let length = literal_or_comment_length(rest).unwrap_or_else(|| {
            let length = token_length(rest);
            if !first.is_whitespace() {
                tokens.push(rest[..length].to_owned());
            }
            length
        });
        rest = &rest[length..];
    }
    tokens
}

fn token_length(text: &str) -> usize {
    if text.starts_with("::") {
        return 2;
    }
    let is_word = |c: char| c.is_alphanumeric() || c == '_';
    let word_bytes = text.find(|c| !is_word(c)).unwrap_or(text.len());
    word_bytes.max(text.chars().next().map_or(0, char::len_utf8))
}

fn literal_or_comment_length(text: &str) -> Option<usize> {
    if text.starts_with("//") {
        return Some(text.find('\n').unwrap_or(text.len()));
    }
    if text.starts_with("/*") {
        return Some(text.find("*/").map_or(text.len(), |end| end + 2));
    }
    if let Some(quoted) = text.strip_prefix('"') {
        return Some(1 + quoted_length(quoted, '"'));
    }
    if text.starts_with("r\"") || text.starts_with("r#\"") || text.starts_with("br\"") {
        return Some(raw_string_length(text));
    }
    let quoted = text.strip_prefix('\'')?;
    let mut chars = quoted.chars();
    let is_character = match chars.next()? {
        '\\' => true,
        _ => chars.next() == Some('\''),
    };
    // What is left begins a lifetime, and its quote is a token like others.
    is_character.then(|| 1 + quoted_length(quoted, '\''))
}

/// How many bytes there are up to the closing quote, that one included.
fn quoted_length(text: &str, quote: char) -> usize {
    let mut escaped = false;
    for (at, c) in text.char_indices() {
        match c {
            _ if escaped => escaped = false,
            '\\' => escaped = true,
            _ if c == quote => return at + c.len_utf8(),
            _ => {}
        }
    }
    text.len()
}

fn raw_string_length(text: &str) -> usize {
    let begin = text.find('"').expect("a raw string has a quote");
    let hashes = text[..begin].matches('#').count();
    let end = format!("\"{}", "#".repeat(hashes));
    let length = text[begin + 1..].find(&end).map(|at| begin + 1 + at + end.len());
    length.unwrap_or(text.len())
}

/// The tokens without the items that only tests see.
pub fn without_tests(tokens: &[String]) -> Vec<String> {
    let mut kept = Vec::new();
    let mut at = 0;
    while at < tokens.len() {
        if is_test_attribute(&tokens[at..]) {
            at += item_length(&tokens[at..]);
        } else {
            kept.push(tokens[at].clone());
            at += 1;
        }
    }
    kept
}

fn is_test_attribute(tokens: &[String]) -> bool {
    let attribute = ["#", "[", "cfg", "(", "test", ")", "]"];
    tokens.len() >= attribute.len() && tokens.iter().zip(attribute).all(|(a, b)| a == b)
}

/// How many tokens an item has: up to its `;`, or to the brace that closes its body.
fn item_length(tokens: &[String]) -> usize {
    let mut depth = 0_usize;
    let is_import = tokens.iter().take(12).any(|token| token == "use");
    for (at, token) in tokens.iter().enumerate() {
        match token.as_str() {
            "{" | "(" | "[" => depth += 1,
            "}" if depth == 1 && !is_import => return at + 1,
            "}" | ")" | "]" => depth -= 1,
            ";" if depth == 0 => return at + 1,
            _ => {}
        }
    }
    tokens.len()
}

/// Without it a path in a comment, a text or a test would count as a dependency.
#[test]
fn comments_literals_and_tests_are_no_code() {
    let source = r##"
        //! crate::doc
        use a::b; /* super::c */ fn f<'a>(x: &'a str) -> char { g("super::d \" e", r#"h"#, '"') }
        #[cfg(test)]
        use super::{i, j};
        #[cfg(test)]
        mod tests { use super::*; fn k() {} }
        #[cfg(test)]
        mod manual;
        struct L;
    "##;
    let code = without_tests(&tokens(source)).join(" ");
    let expected = "use a :: b ; fn f < ' a > ( x : & ' a str ) - > char { g ( , , ) } struct L ;";
    assert_eq!(code, expected);
}
