//! Ciphertext that was received and not yet opened.
//!
//! The buffer comes from the thread's pool and goes back as soon as it is empty. What is left of a
//! record that has not arrived whole is kept in just as many bytes as it has.

use std::mem;

use crate::engine::record::{self, Extent};
use crate::pool::{self, CAPACITY};
use crate::transport::Transfer;

/// The most that is fed before it is opened.
const FED: usize = 65_536;

/// Less than this at a time is what a peer says who then waits for an answer.
const BULK: usize = 4096;

/// How the peer's stream ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum End {
    CloseNotify,
    /// The stream ended without close_notify.
    Truncated,
}

#[derive(Default)]
pub struct Inbox {
    storage: Vec<u8>,
    start: usize,
    end: usize,
    /// Whether a record was taken: what comes before the first one may not be TLS at all.
    opened: bool,
    /// The caller said that nothing more will be fed.
    pub fed_eof: bool,
    /// Set when nothing more will be opened.
    pub over: Option<End>,
}

impl Inbox {
    pub fn pending(&self) -> &[u8] {
        &self.storage[self.start..self.end]
    }

    /// Takes all that is pending, at the end.
    pub fn take_pending(&mut self) -> Box<[u8]> {
        let pending = self.pending().into();
        self.start = self.end;
        self.settle();
        pending
    }

    /// Takes the next record if it is there whole and may still be opened, and shows it to
    /// `open`, with what follows it and whether it can be TLS at all.
    pub fn next_record<T>(&mut self, open: impl FnOnce(&[u8], &[u8], bool) -> T) -> Option<T> {
        if self.over.is_some() {
            return None;
        }
        let Extent::Complete(len) = record::extent(self.pending()) else {
            return None;
        };
        let is_tls = self.opened || record::is_record(self.pending());
        let shown = if is_tls { len } else { self.pending().len() };
        let (record, next) = self.pending().split_at(shown);
        let opened = open(record, next, is_tls);
        self.opened = true;
        self.start += len;
        Some(opened)
    }

    /// Whether [`Inbox::next_record`] has one.
    pub fn has_record(&self) -> bool {
        self.over.is_none() && matches!(record::extent(self.pending()), Extent::Complete(_))
    }

    /// Whether what was received last was little, and is opened.
    pub fn is_quiet(&self) -> bool {
        self.start == self.end && self.end < BULK
    }

    /// Bytes that the record in progress lacks: of its header, or of its body.
    pub fn missing(&self) -> usize {
        match record::extent(self.pending()) {
            Extent::Missing(len) => len,
            Extent::Complete(_) => 0,
        }
    }

    /// Receives up to `most` bytes behind what is pending.
    pub fn fill(&mut self, most: usize, receive: impl FnOnce(&mut [u8]) -> Transfer) -> Transfer {
        self.make_room();
        let until = CAPACITY.min(self.end.saturating_add(most));
        let received = receive(&mut self.storage[self.end..until])?;
        self.end += received.min(until - self.end);
        Ok(received)
    }

    /// Appends as much of `data` as there is room for.
    pub fn feed(&mut self, data: &[u8]) -> usize {
        self.make_room();
        let taken = data.len().min(FED.saturating_sub(self.end));
        self.storage[self.end..self.end + taken].copy_from_slice(&data[..taken]);
        self.end += taken;
        taken
    }

    fn make_room(&mut self) {
        let pending = self.start..self.end;
        let len = pending.len();
        if self.storage.len() < CAPACITY {
            let partial = mem::take(&mut self.storage);
            pool::lend(&mut self.storage);
            self.storage[..len].copy_from_slice(&partial[pending]);
        } else if self.start > 0 {
            self.storage.copy_within(pending, 0);
        }
        (self.start, self.end) = (0, len);
    }

    /// Gives the buffer back before the call returns, unless whole records wait in it.
    pub fn settle(&mut self) {
        if self.storage.len() < CAPACITY || self.has_record() {
            return;
        }
        let rest = self.pending().to_vec();
        (self.start, self.end) = (0, rest.len());
        pool::take_back(&mut self.storage);
        self.storage = rest;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn record(body: &[u8]) -> Vec<u8> {
        let mut record = vec![23, 3, 3, 0, body.len() as u8];
        record.extend(body);
        record
    }

    fn next(inbox: &mut Inbox) -> Option<Vec<u8>> {
        inbox.next_record(|record, _, _| record.to_vec())
    }

    #[test]
    fn records_come_out_as_they_went_in_whatever_the_pieces() {
        let mut inbox = Inbox::default();
        let stream = [record(b"one"), record(b""), record(b"three")].concat();
        let mut out = Vec::new();
        for byte in &stream {
            assert_eq!(inbox.feed(&[*byte]), 1);
            while let Some(record) = next(&mut inbox) {
                out.push(record);
            }
            inbox.settle();
        }
        assert_eq!(out, [record(b"one"), record(b""), record(b"three")]);
        assert!(inbox.pending().is_empty());
    }

    #[test]
    fn an_idle_inbox_holds_no_memory_and_a_partial_record_only_itself() {
        let mut inbox = Inbox::default();
        inbox.feed(&record(b"abc")[..6]);
        inbox.settle();
        assert!(inbox.storage.capacity() < 64);
        inbox.feed(b"bc");
        assert_eq!(next(&mut inbox).unwrap(), record(b"abc"));
        inbox.settle();
        assert_eq!(inbox.storage.capacity(), 0);
    }

    #[test]
    fn a_whole_record_is_not_lost_by_settling() {
        let mut inbox = Inbox::default();
        inbox.feed(&[record(b"abc"), record(b"def")].concat());
        next(&mut inbox).unwrap();
        inbox.settle();
        assert_eq!(next(&mut inbox).unwrap(), record(b"def"));
    }

    #[test]
    fn feeding_ends_at_the_capacity() {
        let mut inbox = Inbox::default();
        assert_eq!(inbox.feed(&vec![0; FED + 1]), FED);
        assert_eq!(inbox.feed(&[0]), 0);
    }

    #[test]
    fn filling_asks_for_no_more_than_the_record_lacks() {
        let mut inbox = Inbox::default();
        let record = record(b"abc");
        let mut sent = &record[..];
        while inbox.missing() > 0 {
            let missing = inbox.missing();
            inbox
                .fill(missing, |buf| {
                    assert!(buf.len() <= sent.len());
                    buf.copy_from_slice(&sent[..buf.len()]);
                    sent = &sent[buf.len()..];
                    Ok(buf.len())
                })
                .unwrap();
        }
        assert!(sent.is_empty());
        assert_eq!(next(&mut inbox).unwrap(), record);
    }

    #[test]
    fn plain_text_before_the_first_record_is_shown_whole() {
        let mut inbox = Inbox::default();
        inbox.feed(b"GET / HTTP/1.1\r\n");
        let (shown, is_tls) = inbox
            .next_record(|data, _, tls| (data.to_vec(), tls))
            .unwrap();
        assert_eq!(shown, b"GET / HTTP/1.1\r\n");
        assert!(!is_tls);
    }

    #[test]
    fn a_peer_is_quiet_whose_last_words_were_few_and_are_opened() {
        let mut inbox = Inbox::default();
        for (records, quiet) in [(2, true), (20, false)] {
            inbox.feed(&record(&[7; 200]).repeat(records));
            assert!(!inbox.is_quiet());
            while next(&mut inbox).is_some() {}
            assert_eq!(inbox.is_quiet(), quiet);
        }
    }
}
