//! One line of a journal: a text and the checksum that closes it.

use crate::protocol::{PEER_LINE_BYTES_MAX, ServerName};

/// What a record has beyond its text and its LF: a space, a star and eight digits.
const CHECKSUM_BYTES: usize = 10;

/// The longest record, in bytes without its LF.
pub(super) const RECORD_BYTES_MAX: usize = PEER_LINE_BYTES_MAX + CHECKSUM_BYTES;

/// The newest version of the file format that this program reads, and the one that it writes.
pub(super) const VERSION: u64 = 1;

const MAGIC: &str = "HERD JOURNAL";

/// The bytes that lines of a change log take in a journal, each with its LF.
pub(super) fn recorded_bytes(lines: usize, line_bytes: usize) -> u64 {
    (line_bytes + lines * CHECKSUM_BYTES) as u64
}

/// Appends `text` with its checksum: CRC-32C (Castagnoli, RFC 3720 appendix B.4) of its bytes, in
/// eight hexadecimal digits.
pub(super) fn write_record(text: &[u8], out: &mut Vec<u8>) {
    const DIGITS: &[u8; 16] = b"0123456789abcdef";
    let mut checksum = *b" *00000000\n";
    let sum = crc32c::crc32c(text);
    for (place, shift) in checksum[2..10].iter_mut().zip((0..32).step_by(4).rev()) {
        *place = DIGITS[(sum >> shift & 0xf) as usize];
    }
    out.extend_from_slice(text);
    out.extend_from_slice(&checksum);
}

/// The text of a record, without its LF, if its checksum is right.
pub(super) fn read_record(record: &[u8]) -> Option<&[u8]> {
    let (text, checksum) = record.split_at_checked(record.len().checked_sub(CHECKSUM_BYTES)?)?;
    let digits = checksum.strip_prefix(b" *")?;
    let lower_hex = |byte: &u8| matches!(byte, b'0'..=b'9' | b'a'..=b'f');
    if !digits.iter().all(lower_hex) {
        return None;
    }
    let sum = u32::from_str_radix(std::str::from_utf8(digits).ok()?, 16).ok()?;
    (crc32c::crc32c(text) == sum).then_some(text)
}

/// The first record of the journal of `server`.
pub(super) fn header(server: &ServerName) -> Vec<u8> {
    let mut out = Vec::new();
    write_record(format!("{MAGIC} {VERSION} {server}").as_bytes(), &mut out);
    out
}

/// What the first record's text says: the form's version, and whose journal it is.
pub(super) fn read_header(text: &[u8]) -> Option<(u64, ServerName)> {
    let rest = std::str::from_utf8(text).ok()?.strip_prefix(MAGIC)?.strip_prefix(' ')?;
    let (version, server) = rest.split_once(' ')?;
    let version =
        version.bytes().all(|byte| byte.is_ascii_digit()).then(|| version.parse().ok())?;
    Some((version?, server.parse().ok()?))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    /// The check value of CRC-32C, from the catalogue of parametrised CRC algorithms.
    #[test]
    fn the_checksum_is_crc_32c() {
        let mut out = Vec::new();
        write_record(b"123456789", &mut out);
        assert_eq!(out, b"123456789 *e3069283\n");
    }

    #[test]
    fn a_header_says_version_and_server() {
        let alford: ServerName = "Alford".parse().expect("the name is legal");
        let header = header(&alford);
        let text = read_record(header.trim_ascii_end()).expect("the checksum is right");
        assert_eq!(text, b"HERD JOURNAL 1 Alford");
        assert_eq!(read_header(text), Some((1, alford)));
        for bad in ["HERD JOURNAL", "HERD JOURNAL 1", "HERD JOURNAL x Alford", "AT Alford"] {
            assert_eq!(read_header(bad.as_bytes()), None, "{bad:?}");
        }
    }

    proptest! {
        #[test]
        fn what_is_written_reads_back(text in proptest::collection::vec(any::<u8>(), 0..100)) {
            let mut out = Vec::new();
            write_record(&text, &mut out);
            prop_assert_eq!(read_record(&out[..out.len() - 1]), Some(&text[..]));
        }

        #[test]
        fn a_changed_byte_is_noticed(text in "[ -~]{1,100}", at in 0usize..100, change in 1u8..=255) {
            let mut out = Vec::new();
            write_record(text.as_bytes(), &mut out);
            out.pop();
            let at = at % out.len();
            out[at] ^= change;
            prop_assert_eq!(read_record(&out), None);
        }
    }
}
