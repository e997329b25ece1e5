//! The words of a line.

/// The fields of `line`, between which stands what the protocol calls white space.
pub(crate) fn fields(line: &[u8]) -> impl Iterator<Item = &[u8]> {
    let is_space = |byte: &u8| matches!(byte, b' ' | b'\t'..=b'\r');
    line.split(is_space).filter(|field| !field.is_empty())
}
