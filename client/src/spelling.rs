//! What a misspelt word was probably meant to be.

/// The nearest of `words`, if it is near: at most a third of its letters, or one, are different. Case
/// does not matter.
pub(crate) fn nearest<'w>(word: &str, words: &[&'w str]) -> Option<&'w str> {
    let distance = |known: &str| distance(&word.to_lowercase(), &known.to_lowercase());
    let (distance, nearest) = words.iter().map(|known| (distance(known), *known)).min()?;
    (distance <= (nearest.len() / 3).max(1)).then_some(nearest)
}

/// How many letters must be inserted, deleted, replaced or swapped with the next one (the optimal
/// string alignment distance).
fn distance(from: &str, to: &str) -> usize {
    let (from, to): (Vec<_>, Vec<_>) = (from.chars().collect(), to.chars().collect());
    // Row i holds the distances of the first i letters of `from` to each beginning of `to`.
    let mut rows = vec![(0..=to.len()).collect::<Vec<_>>()];
    for i in 1..=from.len() {
        let mut row = vec![i];
        for j in 1..=to.len() {
            let replaced = rows[i - 1][j - 1] + usize::from(from[i - 1] != to[j - 1]);
            let mut least = replaced.min(rows[i - 1][j] + 1).min(row[j - 1] + 1);
            if i > 1 && j > 1 && from[i - 1] == to[j - 2] && from[i - 2] == to[j - 1] {
                least = least.min(rows[i - 2][j - 2] + 1);
            }
            row.push(least);
        }
        rows.push(row);
    }
    rows[from.len()][to.len()]
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A suggestion that has nothing to do with the word would only confuse.
    #[test]
    fn near_words_are_found_and_far_ones_are_not() {
        let words = ["expect", "expect-json", "wait", "send", "WHATSAT"];
        for (word, meant) in [
            ("expct", Some("expect")),
            ("exepct", Some("expect")),
            ("expectjson", Some("expect-json")),
            ("wiat", Some("wait")),
            ("sned", Some("send")),
            ("wahtsat", Some("WHATSAT")),
            ("hello", None),
            ("", None),
        ] {
            assert_eq!(nearest(word, &words), meant, "{word}");
        }
    }
}
