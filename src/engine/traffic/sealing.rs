//! The key that protects what is sent.

use std::sync::Arc;
use std::sync::atomic::{AtomicU16, AtomicU64, Ordering};

use rustls::Error;
use rustls::crypto::cipher::{
    MessageEncrypter, OutboundChunks, OutboundOpaqueMessage, OutboundPlainMessage, PrefixedPayload,
};
use rustls::{ContentType, ProtocolVersion};

use super::super::record::HEADER;
use super::aead::{Key, NonceBytes, TAG};
use super::format::{DATA, Format, nonce};

/// The level of an alert.
const FATAL: u8 = 2;

pub struct Sealing {
    key: Key,
    iv: NonceBytes,
    format: Format,
    /// The number of the next record, which none other gets.
    next: AtomicU64,
    /// How many records the key may protect.
    limit: u64,
    /// The fatal alert to seal in place of the next one.
    instead: AlertSlot,
    /// The fatal alert that was sealed.
    alert: AlertSlot,
}

/// The number of an alert, or none.
struct AlertSlot(AtomicU16);

impl AlertSlot {
    const NONE: u16 = u16::MAX;

    fn empty() -> Self {
        AlertSlot(AtomicU16::new(Self::NONE))
    }

    fn set(&self, number: u8) {
        self.0.store(number.into(), Ordering::Relaxed);
    }

    fn get(&self) -> Option<u8> {
        u8::try_from(self.0.load(Ordering::Relaxed)).ok()
    }

    fn take(&self) -> Option<u8> {
        u8::try_from(self.0.swap(Self::NONE, Ordering::Relaxed)).ok()
    }
}

impl Sealing {
    pub fn new(key: Key, iv: NonceBytes, format: Format, limit: u64) -> Self {
        Sealing {
            key,
            iv,
            format,
            next: AtomicU64::new(0),
            limit,
            instead: AlertSlot::empty(),
            alert: AlertSlot::empty(),
        }
    }

    /// Seals the fatal alert `number` in place of the next alert. `false` where the key is not in use:
    /// rustls has that of TLS 1.2 ready ahead.
    pub fn seal_for_close_notify(&self, number: u8) -> bool {
        let in_use = self.format == Format::Tls13 || self.next.load(Ordering::Relaxed) > 0;
        if in_use {
            self.instead.set(number);
        }
        in_use
    }

    /// The fatal alert that was sealed.
    pub fn alert(&self) -> Option<u8> {
        self.alert.get()
    }

    /// By how much the body of a record is longer than its content.
    pub fn overhead(&self) -> usize {
        self.format.overhead()
    }

    /// How many more records the key may protect.
    pub fn left(&self) -> u64 {
        self.limit.saturating_sub(self.next.load(Ordering::Relaxed))
    }

    /// Seals `data` as application data into `out`, which has room for the record. Returns its
    /// length.
    pub fn seal_data(&self, data: &[u8], out: &mut [u8]) -> Option<usize> {
        let (len, number) = self.begin(data.len(), out)?;
        let aad = self.data_aad(number, data.len());
        let behind = &[DATA][..self.format.behind()];
        let body = &mut out[HEADER + self.format.ahead()..len];
        self.key
            .seal(nonce(&self.iv, number), aad.as_slice(), data, behind, body)?;
        Some(len)
    }

    /// As [`Sealing::seal_data`], of `content` bytes that `copy` puts where it is told.
    pub fn seal_copied(
        &self,
        content: usize,
        out: &mut [u8],
        copy: impl FnOnce(&mut [u8]),
    ) -> Option<usize> {
        let (len, number) = self.begin(content, out)?;
        let aad = self.data_aad(number, content);
        let body = &mut out[HEADER + self.format.ahead()..len];
        copy(&mut body[..content]);
        body[content..content + self.format.behind()].fill(DATA);
        self.key
            .seal_in_place(nonce(&self.iv, number), aad.as_slice(), body)?;
        Some(len)
    }

    fn data_aad(&self, number: u64, content: usize) -> super::format::AssociatedData {
        let content = content + self.format.behind();
        self.format.aad(number, DATA, [3, 3], content)
    }

    /// Writes what is ahead of the ciphertext of application data. Returns the length of the record
    /// and its number.
    fn begin(&self, content: usize, out: &mut [u8]) -> Option<(usize, u64)> {
        let body = content + self.format.overhead();
        let number = self.take_number();
        out.first_chunk_mut::<HEADER>()?[..3].copy_from_slice(&[DATA, 3, 3]);
        out[3..HEADER].copy_from_slice(&(body as u16).to_be_bytes());
        let ahead = self.format.ahead();
        if ahead > 0 {
            let nonce = nonce(&self.iv, number);
            out.get_mut(HEADER..HEADER + ahead)?
                .copy_from_slice(&nonce[4..]);
        }
        (out.len() >= HEADER + body).then_some((HEADER + body, number))
    }

    /// A number that is used once, whatever comes of the record. Both hands on the key are the
    /// engine's, which one thread drives at a time.
    fn take_number(&self) -> u64 {
        let number = self.next.load(Ordering::Relaxed);
        self.next.store(number + 1, Ordering::Relaxed);
        number
    }

    /// Level and number of the alert that `message` is to be, if it is one.
    fn alert_of(&self, message: &OutboundPlainMessage<'_>) -> Option<[u8; 2]> {
        if message.typ != ContentType::Alert {
            return None;
        }
        let alert = match self.instead.take() {
            Some(number) => [FATAL, number],
            None => message.payload.to_vec().try_into().ok()?,
        };
        if alert[0] == FATAL {
            self.alert.set(alert[1]);
        }
        Some(alert)
    }

    /// Seals what rustls says.
    fn seal_message(&self, message: &OutboundPlainMessage<'_>) -> Option<OutboundOpaqueMessage> {
        let (format, number) = (self.format, self.take_number());
        let nonce = nonce(&self.iv, number);
        let content = message.payload.len() + format.behind();
        let kind = u8::from(message.typ);
        let aad = format.aad(number, kind, message.version.to_array(), content);
        let mut payload = PrefixedPayload::with_capacity(message.payload.len() + format.overhead());
        payload.extend_from_slice(&nonce[4..4 + format.ahead()]);
        payload.extend_from_chunks(&message.payload);
        payload.extend_from_slice(&[kind][..format.behind()]);
        payload.extend_from_slice(&[0; TAG]);
        let body = &mut payload.as_mut()[format.ahead()..];
        self.key.seal_in_place(nonce, aad.as_slice(), body)?;
        Some(match format {
            Format::Tls13 => OutboundOpaqueMessage::new(
                ContentType::ApplicationData,
                ProtocolVersion::TLSv1_2,
                payload,
            ),
            _ => OutboundOpaqueMessage::new(message.typ, message.version, payload),
        })
    }
}

/// rustls's hand on the key.
pub struct Encrypter(pub Arc<Sealing>);

impl MessageEncrypter for Encrypter {
    /// The number of the record is the key's own: rustls does not know of all of them.
    fn encrypt(
        &mut self,
        message: OutboundPlainMessage<'_>,
        _: u64,
    ) -> Result<OutboundOpaqueMessage, Error> {
        let alert = self.0.alert_of(&message);
        let payload = match &alert {
            Some(alert) => OutboundChunks::Single(alert),
            None => message.payload,
        };
        let message = OutboundPlainMessage { payload, ..message };
        self.0.seal_message(&message).ok_or(Error::EncryptError)
    }

    fn encrypted_payload_len(&self, payload_len: usize) -> usize {
        payload_len + self.0.overhead()
    }
}
