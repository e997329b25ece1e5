//! What to do when a server does not start with its journal.

use super::shell::quoted;
use herd::server::BindError;

/// The error, and where a repair would help, the command for it: the one that this process was
/// started with, and `--repair`.
pub(super) fn advised(error: BindError) -> String {
    let arguments = std::env::args_os().map(|argument| argument.to_string_lossy().into_owned());
    match &error {
        BindError::Journal { source, .. } if source.is_repairable() => advice(&error, arguments),
        _ => error.to_string(),
    }
}

fn advice(error: &BindError, arguments: impl Iterator<Item = String>) -> String {
    let command = quoted(arguments.chain(["--repair".to_owned()]));
    format!(
        "{error}\nTo keep all good lines and move the others to journal.bad beside it, start the \
         server with\n    {command}"
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use herd::journal::JournalError;

    #[test]
    fn the_advice_is_a_command_that_can_be_run() {
        let path = "d/journal".to_owned();
        let name = "Alford".parse().expect("the name is legal");
        let error = BindError::Journal { name, source: JournalError::Headless { path } };
        let arguments = ["herd-server", "Alford", "--data-dir", "d"].map(str::to_owned);
        assert_eq!(
            advice(&error, arguments.into_iter()),
            "Alford cannot start: d/journal, line 1, byte 0: this is not the first line of a \
             journal\nTo keep all good lines and move the others to journal.bad beside it, start \
             the server with\n    herd-server Alford --data-dir d --repair"
        );
    }
}
