//! Commands as a shell reads them.

use std::borrow::Cow;

/// One command line. Arguments that a shell would not take as they are get quotes.
pub(super) fn quoted<A: AsRef<str>>(arguments: impl IntoIterator<Item = A>) -> String {
    let quoted = arguments.into_iter().map(|argument| quote(argument.as_ref()).into_owned());
    quoted.collect::<Vec<_>>().join(" ")
}

fn quote(argument: &str) -> Cow<'_, str> {
    let is_plain = |c: char| c.is_ascii_alphanumeric() || "-_./=:,@%+".contains(c);
    if !argument.is_empty() && argument.chars().all(is_plain) {
        return Cow::Borrowed(argument);
    }
    Cow::Owned(format!("'{}'", argument.replace('\'', r"'\''")))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_arguments_that_need_quotes_get_them() {
        let arguments = ["herd-server", "A", "--data-dir", "my data/it's", ""];
        assert_eq!(quoted(arguments), r"herd-server A --data-dir 'my data/it'\''s' ''");
    }
}
