//! Borrowed bytes as C sees them.

use crate::error::{Error, Result};

/// Borrowed bytes. data is NULL when absent.
#[allow(non_camel_case_types)]
#[repr(C)]
#[derive(Clone, Copy, Debug)]
pub struct rssl_bytes {
    pub data: *const u8,
    pub len: usize,
}

impl rssl_bytes {
    pub(crate) const ABSENT: rssl_bytes = rssl_bytes {
        data: std::ptr::null(),
        len: 0,
    };

    /// For fields that are never empty: no bytes means absent.
    pub(crate) fn field(bytes: &[u8]) -> rssl_bytes {
        match bytes {
            [] => rssl_bytes::ABSENT,
            bytes => rssl_bytes::from(bytes),
        }
    }
}

/// Borrows the pieces that C joins in thought, without the empty ones.
///
/// # Safety
/// `v` is NULL or has `n` elements, each NULL or readable for its length, and nobody changes them
/// during `'a`.
pub(super) unsafe fn pieces<'a>(v: *const rssl_bytes, n: usize) -> Result<Vec<&'a [u8]>> {
    // SAFETY: by this function's contract.
    let v = unsafe { super::items(v, n, "v") }?;
    let mut pieces = Vec::with_capacity(n);
    let mut total = 0usize;
    for piece in v.iter().filter(|piece| piece.len > 0) {
        total = total.saturating_add(piece.len);
        if total > isize::MAX as usize {
            return Err(Error::argument(
                "the length of all pieces is over PTRDIFF_MAX",
            ));
        }
        // SAFETY: by this function's contract.
        pieces.push(unsafe { super::buffer(piece.data.cast(), piece.len, "data of a piece") }?);
    }
    Ok(pieces)
}

impl From<&[u8]> for rssl_bytes {
    fn from(bytes: &[u8]) -> Self {
        rssl_bytes {
            data: bytes.as_ptr(),
            len: bytes.len(),
        }
    }
}
