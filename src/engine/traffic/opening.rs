//! The key that opens what is received.

use std::cell::RefCell;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use rustls::Error;
use rustls::crypto::cipher::{InboundOpaqueMessage, InboundPlainMessage, MessageDecrypter};
use zeroize::Zeroize;

use super::super::record::{FRAGMENT, HEADER};
use super::aead::{Aead, Key, NonceBytes, TAG};
use super::format::{DATA, Format, nonce};
use super::gcm::SplitOpening;

thread_local! {
    /// Where a record is opened for which the reader has no room. What other connections left
    /// there is never shown.
    static SCRATCH: RefCell<Vec<u8>> = const { RefCell::new(Vec::new()) };
}

/// Into less room a record is copied faster than it is opened in two steps.
const SPLIT_PAYS: usize = 8 * 1024;

/// Gives `use_it` a place of `len` bytes, at most those of a record, whatever is in it. `None` where
/// the thread ends.
fn with_scratch<R>(len: usize, use_it: impl FnOnce(&mut [u8]) -> R) -> Option<R> {
    SCRATCH
        .try_with(|scratch| {
            let scratch = &mut *scratch.borrow_mut();
            if scratch.len() < len {
                scratch.resize(FRAGMENT + 1, 0);
            }
            use_it(&mut scratch[..len])
        })
        .ok()
}

/// A key in as many bytes as the algorithm wants.
struct KeyBytes {
    aead: Aead,
    bytes: [u8; KeyBytes::LONGEST],
}

impl KeyBytes {
    const LONGEST: usize = 32;

    fn new(aead: Aead, key: &[u8]) -> Self {
        let mut bytes = [0; Self::LONGEST];
        bytes[..aead.key_len()].copy_from_slice(key);
        KeyBytes { aead, bytes }
    }

    fn as_slice(&self) -> &[u8] {
        &self.bytes[..self.aead.key_len()]
    }

    fn expand(&self) -> Key {
        Key::new(self.aead, self.as_slice())
    }
}

impl Drop for KeyBytes {
    fn drop(&mut self) {
        self.bytes.zeroize();
    }
}

/// A key made ready to open data, which takes ten times its room and the time of a short record: an
/// idle connection has none.
pub struct Expanded {
    key: Key,
    /// The same for long records, where there can be one.
    split: Option<SplitOpening>,
}

impl Expanded {
    fn split(&mut self, key: &KeyBytes) -> Option<&mut SplitOpening> {
        if self.split.is_none() && key.aead.is_gcm() {
            self.split = SplitOpening::new(key.as_slice());
        }
        self.split.as_mut()
    }
}

pub struct Opening {
    key: KeyBytes,
    iv: NonceBytes,
    format: Format,
    /// The number of the next record.
    next: AtomicU64,
}

impl Opening {
    pub fn new(aead: Aead, key: &[u8], iv: NonceBytes, format: Format) -> Self {
        Opening {
            key: KeyBytes::new(aead, key),
            iv,
            format,
            next: AtomicU64::new(0),
        }
    }

    /// Opens a record of application data into `room` and says how much of it; gives `rest` what
    /// `room` is too small for. `None`, and nothing has changed, if it does not open, or holds
    /// something else, nothing, or more than it may. One call at a time. `expanded` is made where it
    /// is missing, and good for this key alone.
    pub fn open_data(
        &self,
        expanded: &mut Option<Box<Expanded>>,
        record: &[u8],
        room: &mut [u8],
        rest: impl FnOnce(&[u8]),
    ) -> Option<usize> {
        let (header, body) = record.split_first_chunk::<HEADER>()?;
        let sealed = body.get(self.format.ahead()..)?;
        let len = sealed.len().checked_sub(TAG)?;
        if header[0] != DATA || len > self.format.longest() {
            return None;
        }
        let number = self.next.load(Ordering::Relaxed);
        let nonce = self.nonce_of(body, number)?;
        let aad = (self.format).aad(number, DATA, [header[1], header[2]], len);
        let aad = aad.as_slice();
        let expanded = expanded.get_or_insert_with(|| self.expand());
        let taken = if len <= room.len() {
            let room = &mut room[..len];
            expanded.key.open(nonce, aad, sealed, room)?;
            self.keep_content(room, &mut [], rest)?
        } else if room.len() >= SPLIT_PAYS
            && let Some(split) = expanded.split(&self.key)
        {
            with_scratch(len - room.len(), |behind| {
                split.open(&nonce, aad, sealed, room, behind)?;
                self.keep_content(room, behind, rest)
            })??
        } else {
            with_scratch(len, |opened| {
                expanded.key.open(nonce, aad, sealed, opened)?;
                let (now, later) = opened.split_at_mut(room.len());
                let taken = self.keep_content(now, later, rest)?;
                room[..taken].copy_from_slice(&now[..taken]);
                Some(taken)
            })??
        };
        self.next.store(number + 1, Ordering::Relaxed);
        Some(taken)
    }

    #[cold]
    fn expand(&self) -> Box<Expanded> {
        Box::new(Expanded {
            key: self.key.expand(),
            split: None,
        })
    }

    /// Of what was opened into `now` and `later`, leaves the application data in `now`, which is how
    /// much, and gives `rest` what is in `later`. `None`, and nothing is left, if it is something
    /// else, or nothing.
    fn keep_content(
        &self,
        now: &mut [u8],
        later: &mut [u8],
        rest: impl FnOnce(&[u8]),
    ) -> Option<usize> {
        let len = self.content_len(now, later);
        let taken = len.unwrap_or(0).min(now.len());
        // What is for rustls is not for the reader, nor is what stands behind the content.
        now[taken..].fill(0);
        if len? > taken {
            rest(&later[..len? - taken]);
        }
        Some(taken)
    }

    /// How much application data is in what was opened; `None` if it is something else, or nothing.
    fn content_len(&self, now: &[u8], later: &[u8]) -> Option<usize> {
        let len = match self.format {
            Format::Tls13 => {
                let last = |bytes: &[u8]| bytes.iter().rposition(|&byte| byte != 0);
                let (end, kind) = match last(later) {
                    Some(end) => (now.len() + end, later[end]),
                    None => last(now).map(|end| (end, now[end]))?,
                };
                (kind == DATA).then_some(end)?
            }
            Format::Tls12Gcm | Format::Tls12ChaCha20 => now.len() + later.len(),
        };
        (len > 0).then_some(len)
    }

    fn nonce_of(&self, body: &[u8], number: u64) -> Option<NonceBytes> {
        match self.format {
            Format::Tls12Gcm => {
                let mut nonce = self.iv;
                nonce[4..].copy_from_slice(body.get(..8)?);
                Some(nonce)
            }
            Format::Tls13 | Format::Tls12ChaCha20 => Some(nonce(&self.iv, number)),
        }
    }

    /// Opens what is for rustls: the handshake and a few short messages.
    fn open_message<'a>(
        &self,
        mut message: InboundOpaqueMessage<'a>,
    ) -> Result<InboundPlainMessage<'a>, Error> {
        let ahead = self.format.ahead();
        let len = message.payload.len().checked_sub(ahead + TAG);
        let len = len.ok_or(Error::DecryptError)?;
        let number = self.next.load(Ordering::Relaxed);
        let nonce = self.nonce_of(&message.payload, number);
        let nonce = nonce.ok_or(Error::DecryptError)?;
        let (kind, version) = (u8::from(message.typ), message.version.to_array());
        let aad = self.format.aad(number, kind, version, len);
        let sealed = &mut message.payload[ahead..];
        self.key
            .expand()
            .open_in_place(nonce, aad.as_slice(), sealed)
            .ok_or(Error::DecryptError)?;
        self.next.store(number + 1, Ordering::Relaxed);
        if self.format == Format::Tls13 {
            message.payload.truncate(len);
            return message.into_tls13_unpadded_message();
        }
        if len > FRAGMENT {
            return Err(Error::PeerSentOversizedRecord);
        }
        Ok(message.into_plain_message_range(ahead..ahead + len))
    }
}

/// rustls's hand on the key.
pub struct Decrypter(pub Arc<Opening>);

impl MessageDecrypter for Decrypter {
    /// The number of the record is the key's own: rustls does not know of all of them.
    fn decrypt<'a>(
        &mut self,
        message: InboundOpaqueMessage<'a>,
        _: u64,
    ) -> Result<InboundPlainMessage<'a>, Error> {
        self.0.open_message(message)
    }
}
