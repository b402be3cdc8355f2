//! Ciphertext that was sealed and not yet sent.

use crate::pool;

#[derive(Default)]
pub struct Outbox {
    storage: Vec<u8>,
    start: usize,
    end: usize,
}

impl Outbox {
    pub fn pending(&self) -> &[u8] {
        &self.storage[self.start..self.end]
    }

    pub fn is_empty(&self) -> bool {
        self.start == self.end
    }

    /// Prepares for the records of `len` bytes of plaintext, where nothing is pending.
    pub fn expect(&mut self, len: usize) {
        if self.storage.is_empty() && len > pool::PLAINTEXT {
            pool::lend_long(&mut self.storage);
        }
    }

    /// Room for `len` bytes behind what is pending, whatever is in it.
    pub fn room(&mut self, len: usize) -> &mut [u8] {
        if self.storage.is_empty() {
            pool::lend(&mut self.storage);
        }
        let end = self.end + len;
        if self.storage.len() < end {
            self.storage.resize(end, 0);
        }
        &mut self.storage[self.end..end]
    }

    pub fn append(&mut self, data: &[u8]) {
        self.room(data.len()).copy_from_slice(data);
        self.commit(data.len());
    }

    /// Adds the first `len` bytes of [`Outbox::room`] to what is pending.
    pub fn commit(&mut self, len: usize) {
        self.end += len;
    }

    /// Takes `len` bytes off the beginning.
    pub fn consume(&mut self, len: usize) {
        self.start += len;
        if self.is_empty() {
            (self.start, self.end) = (0, 0);
            pool::take_back(&mut self.storage);
        }
    }
}

impl std::io::Write for Outbox {
    fn write(&mut self, data: &[u8]) -> std::io::Result<usize> {
        self.append(data);
        Ok(data.len())
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use std::io::Write;

    use super::*;

    #[test]
    fn what_goes_in_comes_out_and_nothing_is_held() {
        let mut outbox = Outbox::default();
        let long = vec![7; pool::CAPACITY];
        outbox.write_all(b"first").unwrap();
        outbox.write_all(&long).unwrap();
        outbox.consume(2);
        assert_eq!(outbox.pending(), [b"rst", &long[..]].concat());
        outbox.consume(3 + long.len());
        assert!(outbox.is_empty() && outbox.storage.capacity() == 0);
        outbox.room(10);
        outbox.commit(0);
        assert!(outbox.is_empty());
    }
}
