//! Reading a file of certificates or keys.

use std::fs::File;
use std::io::Read;
use std::path::Path;

use crate::error::{Code, Error, Result};

/// No bundle of certificates comes near; a path such as /dev/zero must not eat the memory.
const LIMIT: u64 = 64 << 20;

/// Reads a whole file. `Code::File` with the errno if it cannot be opened or read (a directory:
/// EISDIR), `Code::Format` if it is larger than 64 MiB.
pub fn read_file(path: &Path) -> Result<Vec<u8>> {
    let mut bytes = Vec::new();
    File::open(path)
        .and_then(|file| file.take(LIMIT + 1).read_to_end(&mut bytes))
        .map_err(|error| Error::file(path, &error))?;
    if bytes.len() as u64 > LIMIT {
        let message = format!("{}: the file is larger than 64 MiB", path.display());
        return Err(Error::new(Code::Format, c"TOO_LONG", message));
    }
    Ok(bytes)
}
