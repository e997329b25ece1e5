//! The code blocks of the README.

/// A block of code, fenced or indented by four spaces.
#[derive(Debug)]
pub struct Block {
    lines: Vec<String>,
}

impl Block {
    /// The first line, which tells one block from another.
    pub fn first(&self) -> &str {
        &self.lines[0]
    }

    /// Its lines, without what indents all of them.
    pub fn lines(&self) -> impl Iterator<Item = &str> {
        self.lines.iter().map(String::as_str)
    }

    /// All of it, each line ended.
    pub fn text(&self) -> String {
        self.lines.iter().map(|line| format!("{line}\n")).collect()
    }

    /// The command behind `$ ` on its first line, and the output below it.
    #[track_caller]
    pub fn command_and_output(&self) -> (&str, String) {
        let command = self.first().strip_prefix("$ ").expect("the block begins with a command");
        let output = self.lines().skip(1).map(|line| format!("{line}\n")).collect();
        (command, output)
    }
}

/// The README as it is in this source.
pub const README: &str = include_str!("../../README.md");

/// Its blocks, from top to bottom.
pub fn blocks() -> Vec<Block> {
    let mut blocks = Vec::new();
    let mut lines = README.lines().peekable();
    while let Some(line) = lines.next() {
        let mut found = Vec::new();
        if line.starts_with("```") {
            found.extend(lines.by_ref().take_while(|line| *line != "```").map(str::to_owned));
        } else if let Some(code) = line.strip_prefix("    ") {
            found.push(code.to_owned());
            // An empty line belongs to the block if more of it follows.
            while let Some(line) = lines.next_if(|line| line.starts_with("    ") || line.is_empty())
            {
                found.push(line.get(4..).unwrap_or_default().to_owned());
            }
            let end = found.iter().rposition(|line| !line.is_empty()).expect("the first is not");
            found.truncate(end + 1);
        }
        if !found.is_empty() {
            blocks.push(Block { lines: found });
        }
    }
    blocks
}
