//! Borrowed bytes as C sees them.

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

impl From<&[u8]> for rssl_bytes {
    fn from(bytes: &[u8]) -> Self {
        rssl_bytes {
            data: bytes.as_ptr(),
            len: bytes.len(),
        }
    }
}
