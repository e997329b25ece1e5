//! A quick look at lines that have arrived but are not parsed yet.

use memchr::memchr_iter;

/// Guesses the client of each line in `bytes` without parsing it: the second word of a command, the
/// fourth word of an `AT`. The guess is empty or wrong for a line that is not a command. A last
/// line without LF is left out.
pub fn clients_ahead(bytes: &[u8]) -> impl Iterator<Item = &[u8]> {
    let mut start = 0;
    memchr_iter(b'\n', bytes).map(move |end| {
        let line = &bytes[start..end];
        start = end + 1;
        client(line).unwrap_or_default()
    })
}

/// The client of a line that has single spaces between its words.
fn client(line: &[u8]) -> Option<&[u8]> {
    let mut spaces = memchr_iter(b' ', line);
    let words_between = if line.starts_with(b"AT ") { 2 } else { 0 };
    let before = spaces.nth(words_between)?;
    Some(&line[before + 1..spaces.next()?])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_client_of_each_kind_of_line_is_seen() {
        let bytes =
            b"IAMAT kiwi +1+1 1\nWHATSAT plum 1 1\nAT Ball +0.5 fig +1+1 1\n\nhello\nIAMAT p";
        let clients: Vec<_> = clients_ahead(bytes).map(String::from_utf8_lossy).collect();
        assert_eq!(clients, ["kiwi", "plum", "fig", "", ""]);
    }
}
