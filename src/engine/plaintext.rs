//! What a record held beyond the reader's room.

/// Most connections have none, and hold one pointer.
#[derive(Default)]
pub struct Plaintext(Option<Box<Kept>>);

#[derive(Default)]
struct Kept {
    bytes: Vec<u8>,
    taken: usize,
}

impl Plaintext {
    pub fn waiting(&self) -> &[u8] {
        self.0
            .as_ref()
            .map_or(&[], |kept| &kept.bytes[kept.taken..])
    }

    /// Keeps `bytes` behind those that were all taken.
    pub fn keep(&mut self, bytes: &[u8]) {
        let kept = self.0.get_or_insert_default();
        kept.bytes.extend_from_slice(bytes);
    }

    /// Moves bytes to the beginning of `buf`.
    pub fn take(&mut self, buf: &mut [u8]) -> usize {
        let Some(kept) = &mut self.0 else {
            return 0;
        };
        let waiting = &kept.bytes[kept.taken..];
        let len = waiting.len().min(buf.len());
        buf[..len].copy_from_slice(&waiting[..len]);
        kept.taken += len;
        if kept.taken == kept.bytes.len() {
            self.0 = None;
        }
        len
    }
}
