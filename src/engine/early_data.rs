//! 0-RTT data (RFC 8446 section 2.3): what a client sends with its ClientHello.
//!
//! rustls accepts it only with sessions that the server keeps, each of which it hands out once.

use std::io::{Read, Write};

use rustls::Connection;

use super::{Engine, State};

/// The most that one side sends or keeps.
pub const MOST: usize = 65_536;

/// What became of it. The numbers are the ABI's (`RSSL_X_EARLY_*`).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(i32)]
pub enum Status {
    None = 0,
    Sent = 1,
    Accepted = 2,
    Rejected = 3,
}

/// The early data of a connection that has some.
#[derive(Default)]
pub(super) struct Early {
    /// Bytes that a client sent.
    sent: usize,
    /// A server accepted some.
    accepted: bool,
    /// What a server received and nobody has read.
    received: Vec<u8>,
}

impl Engine {
    /// Protects the beginning of `data` for a client's first flight. Returns how much was taken:
    /// 0 where the session allows no more, or there is none.
    pub fn write_early(&mut self, data: &[u8]) -> usize {
        let room = data.len().min(MOST.saturating_sub(self.early_sent()));
        let State::Open(connection) = &mut self.state else {
            return 0;
        };
        let Connection::Client(client) = &mut **connection else {
            return 0;
        };
        let taken = client
            .early_data()
            .and_then(|mut early| early.write(&data[..room]).ok())
            .unwrap_or(0);
        if taken > 0 {
            self.early.get_or_insert_default().sent += taken;
        }
        taken
    }

    fn early_sent(&self) -> usize {
        self.early.as_ref().map_or(0, |early| early.sent)
    }

    /// Moves early data that a server received to the beginning of `buf`.
    pub fn take_early(&mut self, buf: &mut [u8]) -> usize {
        let Some(early) = &mut self.early else {
            return 0;
        };
        let taken = buf.len().min(early.received.len());
        buf[..taken].copy_from_slice(&early.received[..taken]);
        early.received.drain(..taken);
        if early.received.is_empty() {
            early.received = Vec::new();
        }
        taken
    }

    /// Whether a server has early data that nobody has read.
    pub fn has_early(&self) -> bool {
        let early = self.early.as_ref();
        early.is_some_and(|early| !early.received.is_empty())
    }

    pub fn early_status(&self) -> Status {
        if self.early.as_ref().is_some_and(|early| early.accepted) {
            return Status::Accepted;
        }
        let State::Open(connection) = &self.state else {
            return Status::None;
        };
        match &**connection {
            Connection::Client(_) if self.early_sent() == 0 => Status::None,
            Connection::Client(client) if client.is_early_data_accepted() => Status::Accepted,
            Connection::Client(client) if client.is_handshaking() => Status::Sent,
            Connection::Client(_) => Status::Rejected,
            Connection::Server(_) => Status::None,
        }
    }

    /// Takes over what rustls has opened of it.
    pub(super) fn collect_early(&mut self) {
        let State::Open(connection) = &mut self.state else {
            return;
        };
        let Connection::Server(server) = &mut **connection else {
            return;
        };
        if let Some(mut data) = server.early_data() {
            let early = self.early.get_or_insert_default();
            early.accepted = true;
            // It is all in memory, and at most MOST.
            let _ = data.read_to_end(&mut early.received);
        }
    }
}
