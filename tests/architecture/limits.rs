//! The table of limits.

use super::constants::Constants;
use super::page::{links, table_under};
use std::path::Path;

/// The numbers of these stand in the code in another unit than in the table.
const NOT_COMPARED: [&str; 1] = ["CHUNKS_MAX"];

/// The names in a cell, those between backquotes.
fn names(cell: &str) -> Vec<&str> {
    cell.split('`').skip(1).step_by(2).collect()
}

/// The numbers in a cell, in bytes, milliseconds, or as they are.
fn values(cell: &str) -> Vec<u64> {
    cell.split(", ").filter_map(value).collect()
}

/// The first number of a text such as `5 s` or `of which 64 KiB`.
fn value(text: &str) -> Option<u64> {
    let number = &text[text.find(|c: char| c.is_ascii_digit())?..];
    let (number, unit) = number.split_once(' ').unwrap_or((number, ""));
    let number: u64 = number.replace(',', "").parse().ok()?;
    Some(match unit.split(' ').next().unwrap_or_default() {
        "KiB" => number << 10,
        "MiB" => number << 20,
        "GiB" => number << 30,
        "s" => number * 1000,
        _ => number,
    })
}

/// What is wrong with a row, if anything.
fn check(row: &[String], constants: &Constants) -> Result<(), String> {
    let (names, values, files) = (names(&row[0]), values(&row[1]), links(&row[2]));
    if names.is_empty() || names.len() != values.len() {
        return Err(format!("{}: {} names, {} values", row[0], names.len(), values.len()));
    }
    for (name, value) in names.into_iter().zip(values) {
        let found = files.iter().find_map(|file| constants.limit(Path::new(file), name));
        if found != Some(value) && !NOT_COMPARED.contains(&name) {
            let found = found.map_or("nothing that can be read".to_owned(), |it| it.to_string());
            return Err(format!("{name}: the table says {value}, {} says {found}", row[2]));
        }
    }
    Ok(())
}

/// Without it the table could promise limits that the code no longer has.
#[test]
fn each_limit_of_the_table_is_that_of_the_code() {
    let constants = Constants::read(&["src", "client/src"]).expect("the source can be read");
    let rows = table_under("Limits");
    assert!(rows.len() > 30, "the table of limits is longer than {} rows", rows.len());
    let wrong: Vec<_> = rows.iter().filter_map(|row| check(row, &constants).err()).collect();
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

/// Without it a number that is read wrongly could agree with another that is.
#[test]
fn numbers_are_read_with_their_units() {
    assert_eq!(values("4,096 bytes"), [4096]);
    assert_eq!(values("50 km, 20"), [50, 20]);
    assert_eq!(values("64 KiB, 16 buffers"), [65_536, 16]);
    assert_eq!(values("5 s, of which 1 s"), [5000, 1000]);
    assert_eq!(values("64, and one for each neighbor"), [64]);
}
