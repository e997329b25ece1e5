//! What helps people at a shell: completions and the manual page, both made from the arguments.

use super::options::Options;
use structopt::StructOpt;
use structopt::clap::Shell;

const NAME: &str = "herd-client";

/// The subcommands of which the manual page tells.
const SUBCOMMANDS: [&str; 5] = ["iamat", "whatsat", "send", "replay", "bench"];

/// A script for `shell` that completes the arguments of the command.
pub(super) fn completions(shell: Shell) -> Vec<u8> {
    let mut script = Vec::new();
    Options::clap().gen_completions_to(NAME, shell, &mut script);
    script
}

/// The manual page, in the language of `man`: the help texts, one after the other.
pub(super) fn page() -> Vec<u8> {
    let version = env!("CARGO_PKG_VERSION");
    let mut page = format!(
        ".TH HERD-CLIENT 1 \"\" \"herd-client {version}\"\n.SH NAME\n\
         herd-client \\- tells a herd of servers where a client is, and asks what is near it\n"
    );
    push_section("DESCRIPTION", &help(&[NAME, "--help"]), &mut page);
    for subcommand in SUBCOMMANDS {
        let heading = format!("HERD-CLIENT {}", subcommand.to_uppercase());
        push_section(&heading, &help(&[NAME, subcommand, "--help"]), &mut page);
    }
    page.into_bytes()
}

/// What the command prints when it is asked for help.
fn help(arguments: &[&str]) -> String {
    let asked = Options::clap().get_matches_from_safe(arguments);
    asked.expect_err("asking for help ends the reading of arguments").message
}

/// Appends text that keeps its lines. A backslash, and a dot or a quote that begins a line, mean
/// something to `man`, and so are escaped.
fn push_section(heading: &str, text: &str, page: &mut String) {
    page.push_str(&format!(".SH \"{heading}\"\n.nf\n"));
    for line in text.lines() {
        let line = line.replace('\\', "\\e").replace('-', "\\-");
        let guard = if line.starts_with(['.', '\'']) { "\\&" } else { "" };
        page.push_str(&format!("{guard}{line}\n"));
    }
    page.push_str(".fi\n");
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A line of help that `man` takes for one of its own commands would be lost.
    #[test]
    fn text_is_escaped_for_man() {
        let mut page = String::new();
        push_section("X", ".dot\n'quote\na\\b --c", &mut page);
        assert_eq!(page, ".SH \"X\"\n.nf\n\\&.dot\n\\&'quote\na\\eb \\-\\-c\n.fi\n");
    }

    /// The page is made from the arguments, so that it never tells of others.
    #[test]
    fn every_subcommand_is_in_the_page() {
        let page = String::from_utf8(page()).unwrap();
        for subcommand in SUBCOMMANDS {
            let heading = format!(".SH \"HERD-CLIENT {}\"\n", subcommand.to_uppercase());
            assert!(page.contains(&heading), "{page}");
        }
    }
}
