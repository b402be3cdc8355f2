//! Plaintext on its way to ciphertext.

use std::io::{IoSlice, Write};

use rustls::{Connection, SupportedCipherSuite};

use super::traffic::Pieces;
use super::{Engine, State};

/// What a key is kept for besides plaintext: Finished and alerts.
pub(super) const OTHER_RECORDS: u64 = 16;

impl Engine {
    /// Protects `plaintext`, pieces as if joined, which is then ciphertext that waits to be sent.
    /// Returns how much was taken: all, or nothing, and close_notify is said, when a TLS 1.2 key
    /// has protected as much as it may.
    pub fn seal(&mut self, plaintext: &[&[u8]]) -> usize {
        let State::Open(connection) = &mut self.state else {
            return 0;
        };
        if self.closed {
            return 0;
        }
        let len: usize = plaintext.iter().map(|piece| piece.len()).sum();
        if let Some(limit) = record_limit(connection) {
            let sealed = self.sealed + len.div_ceil(self.terms.fragment()) as u64;
            if sealed > limit {
                // rustls closes too, but takes plaintext that it then drops.
                self.close();
                return 0;
            }
            self.sealed = sealed;
        }
        if connection.is_handshaking() || !self.traffic.can_seal() {
            return self.traffic.watch(|| write_through(connection, plaintext));
        }
        let mut left = len;
        self.seal_data(plaintext, &mut left);
        len - left
    }

    /// Seals past rustls, behind all that it has sealed.
    fn seal_data(&mut self, plaintext: &[&[u8]], left: &mut usize) -> Option<()> {
        self.follow_rustls()?;
        self.outbox.expect(*left);
        let mut pieces = Pieces::new(plaintext);
        while *left > 0 {
            let fragment = (*left).min(self.terms.fragment());
            if !self.traffic.seal(&mut pieces, fragment, &mut self.outbox)? {
                self.replace_key()?;
                let sealed = self.traffic.seal(&mut pieces, fragment, &mut self.outbox)?;
                sealed.then_some(())?;
            }
            *left -= fragment;
        }
        Some(())
    }

    /// Puts what rustls has to send into the outbox, and goes over to the key that it seals with.
    fn follow_rustls(&mut self) -> Option<()> {
        let State::Open(connection) = &mut self.state else {
            return None;
        };
        if self.traffic.has_new_key() {
            // rustls holds its answer to a KeyUpdate back until somebody writes, be it nothing.
            let nothing = self.traffic.watch(|| connection.writer().write(&[])).ok()?;
            debug_assert_eq!(nothing, 0);
        }
        while connection.wants_write() {
            connection.write_tls(&mut self.outbox).ok()?;
        }
        self.traffic.take_new_key();
        Some(())
    }

    /// Has TLS 1.3 replace the key, with the last number that it has left.
    fn replace_key(&mut self) -> Option<()> {
        let State::Open(connection) = &mut self.state else {
            return None;
        };
        self.traffic
            .watch(|| connection.refresh_traffic_keys())
            .ok()?;
        self.follow_rustls()
    }
}

fn write_through(connection: &mut Connection, plaintext: &[&[u8]]) -> usize {
    let mut writer = connection.writer();
    match plaintext {
        [piece] => writer.write(piece),
        pieces => {
            let slices: Vec<IoSlice<'_>> = pieces.iter().map(|piece| IoSlice::new(piece)).collect();
            writer.write_vectored(&slices)
        }
    }
    .unwrap_or(0)
}

/// How many records of plaintext the keys may protect; TLS 1.3 replaces them in time.
fn record_limit(connection: &Connection) -> Option<u64> {
    match connection.negotiated_cipher_suite() {
        Some(SupportedCipherSuite::Tls12(suite)) => {
            let limit = suite.common.confidentiality_limit;
            Some(limit.saturating_sub(OTHER_RECORDS))
        }
        _ => None,
    }
}
