//! The page and its tables.

use std::fs;

/// The rows of the first table under a heading, each a list of its cells.
pub fn table_under(heading: &str) -> Vec<Vec<String>> {
    let page = fs::read_to_string("docs/ARCHITECTURE.md").expect("the page is there");
    let begin = format!("\n## {heading}\n");
    let (_, section) = page.split_once(&begin).unwrap_or_else(|| panic!("no section {heading}"));
    let table = section.lines().skip_while(|line| !line.starts_with('|'));
    let rows = table.take_while(|line| line.starts_with('|')).skip(2);
    let cells = |row: &str| row.trim_matches('|').split('|').map(|c| c.trim().to_owned()).collect();
    rows.map(cells).collect()
}

/// The paths that the links of a cell lead to, from the top of the repository.
pub fn links(cell: &str) -> Vec<&str> {
    let behind = cell.split("](../").skip(1);
    behind.filter_map(|rest| Some(rest.split_once(')')?.0)).collect()
}
