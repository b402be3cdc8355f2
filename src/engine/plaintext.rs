//! What a record held beyond the reader's room.

#[derive(Default)]
pub struct Plaintext {
    bytes: Vec<u8>,
    taken: usize,
}

impl Plaintext {
    pub fn waiting(&self) -> &[u8] {
        &self.bytes[self.taken..]
    }

    /// Keeps `bytes` behind those that were all taken.
    pub fn keep(&mut self, bytes: &[u8]) {
        self.bytes.extend_from_slice(bytes);
    }

    /// Moves bytes to the beginning of `buf`.
    pub fn take(&mut self, buf: &mut [u8]) -> usize {
        let waiting = self.waiting();
        let len = waiting.len().min(buf.len());
        buf[..len].copy_from_slice(&waiting[..len]);
        self.taken += len;
        if self.taken == self.bytes.len() {
            *self = Plaintext::default();
        }
        len
    }
}
