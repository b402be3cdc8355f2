//! The key that opens what is received.

use std::cell::RefCell;

use rustls::Error;
use rustls::crypto::cipher::{InboundOpaqueMessage, InboundPlainMessage, MessageDecrypter};

use super::super::record::{FRAGMENT, HEADER};
use super::aead::{NonceBytes, OpeningKey, TAG};
use super::format::{DATA, Format, nonce};
use super::{Shared, lock};

thread_local! {
    /// Where a record is opened for which the reader has no room. What other connections left
    /// there is never shown.
    static SCRATCH: RefCell<Vec<u8>> = const { RefCell::new(Vec::new()) };
}

pub struct Opening {
    key: OpeningKey,
    iv: NonceBytes,
    format: Format,
    /// The number of the next record.
    next: u64,
}

impl Opening {
    pub fn new(key: OpeningKey, iv: NonceBytes, format: Format) -> Self {
        Opening {
            key,
            iv,
            format,
            next: 0,
        }
    }

    /// Opens a record of application data into `room` and says how much of it; gives `rest` what
    /// `room` is too small for. `None`, and nothing has changed, if it does not open, or holds
    /// something else, nothing, or more than it may.
    pub fn open_data(
        &mut self,
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
        let version = [header[1], header[2]];
        let nonce = self.nonce_of(body)?;
        let aad = self.format.aad(self.next, DATA, version, len);
        let content = match room.get_mut(..len) {
            Some(room) => {
                self.key.open(nonce, aad.as_slice(), sealed, room)?;
                let content = self.content_of(room).map(<[u8]>::len);
                // What is for rustls is not for the reader, nor is what stands behind the content.
                room[content.unwrap_or(0)..].fill(0);
                content?
            }
            None => SCRATCH
                .try_with(|scratch| {
                    let scratch = &mut *scratch.borrow_mut();
                    if scratch.len() < len {
                        scratch.resize(FRAGMENT + 1, 0);
                    }
                    let opened = &mut scratch[..len];
                    self.key.open(nonce, aad.as_slice(), sealed, opened)?;
                    let content = self.content_of(opened)?;
                    let now = content.len().min(room.len());
                    room[..now].copy_from_slice(&content[..now]);
                    if now < content.len() {
                        rest(&content[now..]);
                    }
                    Some(now)
                })
                .ok()??,
        };
        self.next += 1;
        Some(content)
    }

    fn nonce_of(&self, body: &[u8]) -> Option<NonceBytes> {
        match self.format {
            Format::Tls12Gcm => {
                let mut nonce = self.iv;
                nonce[4..].copy_from_slice(body.get(..8)?);
                Some(nonce)
            }
            Format::Tls13 | Format::Tls12ChaCha20 => Some(nonce(&self.iv, self.next)),
        }
    }

    /// The application data in what was opened; `None` if it is something else, or nothing.
    fn content_of<'a>(&self, opened: &'a [u8]) -> Option<&'a [u8]> {
        let content = match self.format {
            Format::Tls13 => {
                let end = opened.iter().rposition(|&byte| byte != 0)?;
                (opened[end] == DATA).then_some(&opened[..end])?
            }
            Format::Tls12Gcm | Format::Tls12ChaCha20 => opened,
        };
        (!content.is_empty()).then_some(content)
    }

    /// Opens what is for rustls.
    fn open_message<'a>(
        &mut self,
        mut message: InboundOpaqueMessage<'a>,
    ) -> Result<InboundPlainMessage<'a>, Error> {
        let ahead = self.format.ahead();
        let len = message.payload.len().checked_sub(ahead + TAG);
        let len = len.ok_or(Error::DecryptError)?;
        let nonce = self.nonce_of(&message.payload).ok_or(Error::DecryptError)?;
        let (kind, version) = (u8::from(message.typ), message.version.to_array());
        let aad = self.format.aad(self.next, kind, version, len);
        let sealed = &mut message.payload[ahead..];
        self.key
            .open_in_place(nonce, aad.as_slice(), sealed)
            .ok_or(Error::DecryptError)?;
        self.next += 1;
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
pub struct Decrypter(pub Shared<Opening>);

impl MessageDecrypter for Decrypter {
    /// The number of the record is the key's own: rustls does not know of all of them.
    fn decrypt<'a>(
        &mut self,
        message: InboundOpaqueMessage<'a>,
        _: u64,
    ) -> Result<InboundPlainMessage<'a>, Error> {
        lock(&self.0).open_message(message)
    }
}
