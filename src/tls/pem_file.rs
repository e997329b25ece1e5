//! Reading PEM files.

use super::file_error::{FileMistake, TlsFileError};
use rustls::pki_types::pem::{Error as PemError, PemObject};
use std::fs::File;
use std::io::{self, Read};
use std::path::Path;

/// The largest file of certificates, or with a key: 1 MiB, which some 500 certificates fill.
pub const PEM_FILE_BYTES_MAX: usize = 1024 * 1024;

/// Reads all sections of one kind in a PEM file; sections of other kinds are skipped.
///
/// # Errors
/// When the file cannot be read, or holds something that is broken.
pub(super) fn sections<T: PemObject>(path: &Path) -> Result<Vec<T>, TlsFileError> {
    let bytes = read(path).map_err(|mistake| TlsFileError::new(path, mistake))?;
    let found: Result<Vec<T>, PemError> = T::pem_slice_iter(&bytes).collect();
    found.map_err(|_| TlsFileError::new(path, FileMistake::BadPem))
}

/// Reads one byte more than the limit at most. A pipe could make the server wait for ever.
fn read(path: &Path) -> Result<Vec<u8>, FileMistake> {
    let open = || -> io::Result<Option<File>> {
        let is_file = std::fs::metadata(path)?.is_file();
        is_file.then(|| File::open(path)).transpose()
    };
    let file = open().map_err(FileMistake::Unreadable)?.ok_or(FileMistake::NoFile)?;
    let mut bytes = Vec::new();
    file.take(PEM_FILE_BYTES_MAX as u64 + 1)
        .read_to_end(&mut bytes)
        .map_err(FileMistake::Unreadable)?;
    if bytes.len() > PEM_FILE_BYTES_MAX {
        return Err(FileMistake::TooLong { bytes_max: PEM_FILE_BYTES_MAX });
    }
    Ok(bytes)
}
