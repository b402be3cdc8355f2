//! The way of application data past rustls, which stays the owner of the connection.
//!
//! rustls asks the cipher suites for the keys of each direction. Ours ([`suites`]) make them so that
//! both can use them: rustls for the handshake, alerts and whatever else it says, and the engine for
//! application data, which it seals straight out of the caller's buffer and opens straight into it.
//! The number of the next record is in what they share. A record that does not open or that holds
//! anything else goes to rustls as it came.
//!
//! With suites that are not ours there are no keys to share, and all data goes through rustls.

mod aead;
mod deposit;
mod format;
#[cfg_attr(not(feature = "aws-lc-rs"), path = "gcm_whole.rs")]
mod gcm;
mod opening;
mod sealing;
mod suites;
#[cfg(test)]
mod tests;

use std::sync::Arc;

use super::outbox::Outbox;
use super::record;
use deposit::Deposit;
use opening::{Expanded, Opening};
use sealing::Sealing;

pub use aead::{Aead, Key};
pub use gcm::SplitOpening;
pub use suites::with_shared_keys;

/// The keys of one connection, as far as they are known. Each has the number of its next record, and
/// rustls holds it too.
#[derive(Default)]
pub struct Traffic {
    sealing: Option<Arc<Sealing>>,
    /// What rustls sealed with the key before `sealing` may not be on its way yet.
    is_new: bool,
    opening: Option<Arc<Opening>>,
    /// Made of `opening` while there is data to open.
    expanded: Option<Box<Expanded>>,
    /// Records are for rustls, until it has seen data: it judges what may follow each other.
    astray: bool,
}

impl Traffic {
    /// Runs `call`, in which rustls may ask for keys.
    pub fn watch<R>(&mut self, call: impl FnOnce() -> R) -> R {
        if !deposit::is_heard() {
            // Keys may change unheard: from now on all data goes through rustls, which has them.
            *self = Traffic::default();
            return call();
        }
        let (result, deposit) = deposit::observe(call);
        let Deposit { sealing, opening } = deposit;
        if sealing.is_some() {
            // Nothing is sealed with the one before any more, and it need not be kept.
            (self.sealing, self.is_new) = (sealing, true);
        }
        if opening.is_some() {
            (self.opening, self.expanded) = (opening, None);
        }
        result
    }

    /// Whether rustls seals with another key than [`Traffic::seal`] did.
    pub fn has_new_key(&self) -> bool {
        self.is_new
    }

    /// Goes over to the key that rustls seals with. What it sealed so far must be ahead of what is
    /// sealed from now on.
    pub fn take_new_key(&mut self) {
        self.is_new = false;
    }

    /// Whether there is a key to seal with.
    pub fn can_seal(&self) -> bool {
        self.sealing.is_some()
    }

    /// Whether records are opened past rustls.
    pub fn can_open(&self) -> bool {
        self.opening.is_some()
    }

    /// Seals one record of `len` bytes of application data. `Some(false)`, and nothing happened, when
    /// the key has but one number left.
    pub fn seal(&self, data: &mut Pieces<'_>, len: usize, out: &mut Outbox) -> Option<bool> {
        debug_assert!(!self.is_new);
        let key = self.sealing.as_ref()?;
        if key.left() <= 1 {
            return Some(false);
        }
        let room = out.room(record::HEADER + len + key.overhead());
        let sealed = match data.contiguous(len) {
            Some(data) => key.seal_data(data, room),
            None => key.seal_copied(len, room, |body| data.copy_to(body)),
        };
        out.commit(sealed?);
        Some(true)
    }

    /// Has the fatal alert `number` sealed in place of the close_notify that rustls is asked for next:
    /// no other alert can be asked of it. `false` where no key is in use.
    pub fn seal_for_close_notify(&self, number: u8) -> bool {
        let key = self.sealing.as_ref();
        key.is_some_and(|key| key.seal_for_close_notify(number))
    }

    /// The fatal alert that was sealed.
    pub fn alert_sealed(&self) -> Option<u8> {
        self.sealing.as_ref()?.alert()
    }

    /// Opens a record of application data into `room`, and what does not fit into `rest`. Returns
    /// how much is in `room`, or `None` for what is for rustls, and is as it came.
    pub fn open(
        &mut self,
        record: &[u8],
        room: &mut [u8],
        rest: impl FnOnce(&[u8]),
    ) -> Option<usize> {
        let opening = self.opening.as_ref().filter(|_| !self.astray);
        let opened = opening.and_then(|key| key.open_data(&mut self.expanded, record, room, rest));
        self.astray = opened.is_none();
        opened
    }

    /// Holds no more than a connection does that is idle.
    pub fn rest(&mut self) {
        self.expanded = None;
    }

    /// Notes that rustls opened application data.
    pub fn rejoin(&mut self) {
        self.astray = false;
    }
}

/// Plaintext in pieces, from the beginning to where it is sealed already.
pub struct Pieces<'a> {
    pieces: &'a [&'a [u8]],
    /// Bytes of the first piece that are done.
    done: usize,
}

impl<'a> Pieces<'a> {
    pub fn new(pieces: &'a [&'a [u8]]) -> Self {
        Pieces { pieces, done: 0 }
    }

    /// The next `len` bytes if they stand together.
    fn contiguous(&mut self, len: usize) -> Option<&'a [u8]> {
        let data = self.pieces.first()?.get(self.done..self.done + len)?;
        self.done += len;
        Some(data)
    }

    /// Moves on over as many bytes as `to` has, and copies them there.
    fn copy_to(&mut self, mut to: &mut [u8]) {
        while let Some(piece) = self.pieces.first()
            && !to.is_empty()
        {
            let left = &piece[self.done..];
            let len = left.len().min(to.len());
            let (now, later) = to.split_at_mut(len);
            now.copy_from_slice(&left[..len]);
            to = later;
            self.done += len;
            if self.done == piece.len() {
                (self.pieces, self.done) = (&self.pieces[1..], 0);
            }
        }
    }
}
