//! One TLS connection without input or output: ciphertext records in, plaintext and ciphertext
//! out. The only place that names rustls's connection types.

mod accept;
pub mod alert;
mod certificate;
#[cfg(test)]
mod certificate_compression;
mod client;
mod compression;
pub mod config;
pub mod early_data;
pub mod ech;
mod ending;
mod exporter;
mod failure;
pub mod hello;
pub mod hooks;
mod key_update;
mod outbox;
mod plaintext;
pub mod record;
mod seal;
pub mod traffic;

use std::io::{self, BufRead, Read, Write};
use std::sync::Arc;

use rustls::{
    Connection, HandshakeKind, InvalidMessage, PeerIncompatible, ServerConfig, ServerConnection,
    SignatureScheme,
};

use crate::error::{Error, Result};
use crate::identity::{Identity, presented};
use crate::session::{self, ClientSessions};
use crate::trust::{PeerChain, ResumedPeer, observe};
use accept::Accepting;
use config::Terms;
use ending::Glance;
use outbox::Outbox;
use plaintext::Plaintext;
use traffic::Traffic;

/// What rustls's buffer has room for when it is empty.
const SHORT_RECORD: usize = 4096;

/// What was agreed, once a handshake is done.
#[derive(Clone, Debug)]
pub struct Agreement {
    pub version: u16,
    pub cipher: u16,
    pub group: u16,
    pub resumed: bool,
    /// The server asked for another ClientHello first.
    pub retried: bool,
    /// The scheme with which the peer signed this handshake; 0 if it did not.
    pub peer_signature: u16,
    /// In TLS 1.2 the extended master secret is in use for certain.
    pub requires_ems: bool,
    /// The built-in verdict on the peer's certificate; `None` when nothing was verified.
    pub verify: Option<i32>,
    /// What was shown to the peer: nothing when resumed, and where a client was not asked.
    pub presented: Option<Arc<Identity>>,
}

pub struct Engine {
    state: State,
    /// Plaintext that waits to be read in rustls.
    available: usize,
    /// Plaintext that waits to be read here, ahead of that.
    opened: Plaintext,
    /// Ciphertext of our own that waits to be sent, ahead of rustls's.
    outbox: Outbox,
    traffic: Traffic,
    /// This side said close_notify.
    closed: bool,
    /// What the verifier said of the peer's certificate.
    verdict: Option<i32>,
    /// With what the peer signed its handshake.
    peer_signature: Option<SignatureScheme>,
    /// The server asked for another ClientHello.
    retried: bool,
    /// What the peer showed in this handshake.
    peer: Option<Arc<PeerChain>>,
    /// What the peer is shown, unless a session is resumed.
    presented: Option<Arc<Identity>>,
    /// Of a client.
    client_sessions: Option<Arc<ClientSessions>>,
    /// What a client's connections share of the servers that they resume with.
    resumed_peer: Option<Arc<ResumedPeer>>,
    /// The session must not be resumed.
    forgotten: bool,
    peer_closed: bool,
    /// rustls has the first byte of the next record already.
    ahead: bool,
    /// Records of plaintext sealed so far, where a key may not protect any number.
    sealed: u64,
    terms: Terms,
    /// What came with the refusal of an Encrypted ClientHello.
    ech_retry: Box<[u8]>,
    early: Option<Box<early_data::Early>>,
}

enum State {
    /// A client that has not made its ClientHello.
    Idle(Box<client::Idle>),
    Open(Box<Connection>),
    /// A server that must see the ClientHello before it can choose its configuration.
    Accepting(Box<Accepting>),
    /// The ClientHello was refused.
    Refused,
}

impl Engine {
    fn new(state: State, terms: Terms) -> Self {
        Engine {
            state,
            available: 0,
            opened: Plaintext::default(),
            outbox: Outbox::default(),
            traffic: Traffic::default(),
            closed: false,
            verdict: None,
            peer_signature: None,
            retried: false,
            peer: None,
            presented: None,
            client_sessions: None,
            resumed_peer: None,
            forgotten: false,
            peer_closed: false,
            ahead: false,
            sealed: 0,
            terms,
            ech_retry: Box::default(),
            early: None,
        }
    }

    pub fn is_handshaking(&self) -> bool {
        match &self.state {
            State::Open(connection) => connection.is_handshaking(),
            State::Idle(_) | State::Accepting(_) | State::Refused => true,
        }
    }

    /// Takes one record as [`record::extent`] measures it; `next` is what is known of the one
    /// behind it. Application data goes into `room` as far as there is room and a way past rustls:
    /// returns how much, and the rest waits. After an error, which is final, the alert that tells the
    /// peer is in the output.
    pub fn receive(&mut self, record: &[u8], next: &[u8], room: &mut [u8]) -> Result<usize> {
        let ahead = std::mem::take(&mut self.ahead);
        let rest = &record[ahead.into()..];
        if self.is_handshaking() {
            self.advance(|engine| match &engine.state {
                State::Accepting(_) => engine.accept(rest),
                _ => engine.open_flight(rest),
            })?;
            return Ok(0);
        }
        if !ahead {
            let keep = |rest: &[u8]| self.opened.keep(rest);
            if let Some(len) = self.traffic.open(record, room, keep) {
                return Ok(len);
            }
        }
        self.open(rest, next)
            .map_err(|error| self.fail(&error, None))?;
        Ok(0)
    }

    /// Takes a step of the handshake, in which the peer may be verified.
    fn advance(
        &mut self,
        step: impl FnOnce(&mut Self) -> std::result::Result<(), rustls::Error>,
    ) -> Result<()> {
        let mut forgotten = self.forgotten;
        let ((taken, observed), presented) = session::handshake(&mut forgotten, || {
            presented::observe(|| observe(|| step(self)))
        });
        self.forget(forgotten);
        self.peer_signature = observed.scheme.or(self.peer_signature);
        self.retried |= self.kind() == Some(HandshakeKind::FullWithHelloRetryRequest);
        self.collect_early();
        self.presented = presented.or_else(|| self.presented.take());
        self.peer = observed.peer.or_else(|| self.peer.take());
        if let Some(verdict) = &observed.verdict {
            self.verdict = Some(verdict.verify());
        }
        taken.map_err(|error| self.fail(&error, observed.verdict))
    }

    /// Opens a record of the handshake.
    fn open_flight(&mut self, record: &[u8]) -> std::result::Result<(), rustls::Error> {
        self.open(record, &[])
            .map_err(|error| self.name_version(record, error))
    }

    /// A client's sessions of TLS 1.3 come after the handshake.
    fn forget(&mut self, forgotten: bool) {
        self.forgotten = forgotten;
        if let (true, Some(sessions)) = (forgotten, &self.client_sessions) {
            sessions.forget();
        }
    }

    /// A client of TLS 1.1 or older names no signature schemes, and rustls misses those first:
    /// tells both sides that it is the version.
    fn name_version(&mut self, record: &[u8], error: rustls::Error) -> rustls::Error {
        let misses = PeerIncompatible::SignatureAlgorithmsExtensionRequired;
        let old = record::client_hello_version(record).is_some_and(|version| version < 0x0303);
        if !old || error != rustls::Error::PeerIncompatible(misses) {
            return error;
        }
        self.reject(alert::PROTOCOL_VERSION);
        PeerIncompatible::Tls12NotOffered.into()
    }

    /// Refuses a peer whose first bytes are no record.
    pub fn refuse(&mut self, data: &[u8]) -> Error {
        self.say(alert::UNEXPECTED_MESSAGE);
        failure::not_tls(data)
    }

    fn open(&mut self, record: &[u8], next: &[u8]) -> std::result::Result<(), rustls::Error> {
        let State::Open(connection) = &mut self.state else {
            return Err(rustls::Error::HandshakeNotComplete);
        };
        // rustls shrinks its buffer whenever it is empty, and would grow it again for each long
        // record. A byte of the next record keeps it: the caller still has that byte too.
        // Where records have a way of their own it is the next one that may take it, all of it.
        let keeps = record.len() > SHORT_RECORD && !self.traffic.can_open();
        let ahead = &next[..next.len().min(keeps.into())];
        take_whole(record.chain(ahead), record.len() + ahead.len(), |stream| {
            connection.read_tls(stream)
        })?;
        self.ahead = !ahead.is_empty();
        let process = || self.traffic.watch(|| connection.process_new_packets());
        let io = session::drive(self.client_sessions.as_ref(), process)?;
        self.available = io.plaintext_bytes_to_read();
        self.peer_closed = io.peer_has_closed();
        if self.available > 0 {
            self.traffic.rejoin();
        }
        Ok(())
    }

    /// Sends an alert of our own making, ahead of what rustls has to send: there is no key yet.
    fn say(&mut self, number: u8) {
        self.outbox.append(&alert::plaintext(number));
    }

    /// Whether ciphertext waits to be sent.
    pub fn has_output(&self) -> bool {
        !self.outbox.is_empty()
            || match &self.state {
                State::Idle(_) => true,
                State::Open(connection) => connection.wants_write(),
                State::Accepting(..) | State::Refused => false,
            }
    }

    /// How many bytes of ciphertext wait to be sent.
    pub fn output_len(&mut self) -> usize {
        // Why it cannot begin is told by the handshake.
        let _ = self.begin();
        let State::Open(connection) = &mut self.state else {
            return self.outbox.pending().len();
        };
        let waiting = match self.traffic.watch(|| connection.process_new_packets()) {
            Ok(io) => io.tls_bytes_to_write(),
            // After a failure only an alert and the rest of a flight can wait.
            Err(_) => {
                let mut glance = Glance(Vec::new());
                let _ = connection.write_tls(&mut glance);
                glance.0.len()
            }
        };
        self.outbox.pending().len() + waiting
    }

    /// Offers the ciphertext that waits to `sink`, which may take a part of it. Returns how
    /// much it took.
    pub fn send_to(&mut self, sink: &mut dyn Write) -> io::Result<usize> {
        if !self.outbox.is_empty() {
            let taken = sink.write(self.outbox.pending())?;
            self.outbox.consume(taken);
            return Ok(taken);
        }
        match &mut self.state {
            State::Open(connection) => connection.write_tls(sink),
            _ => Ok(0),
        }
    }

    /// Drops what was sealed and will never be sent.
    pub fn discard_output(&mut self) {
        self.outbox.consume(self.outbox.pending().len());
    }

    /// Gives back what only a connection needs on which data keeps coming.
    pub fn rest(&mut self) {
        self.traffic.rest();
    }

    /// Plaintext that waits to be read.
    pub fn available(&self) -> usize {
        self.available + self.opened.waiting().len()
    }

    /// Moves plaintext to the beginning of `buf`.
    pub fn take(&mut self, buf: &mut [u8]) -> usize {
        let opened = self.opened.take(buf);
        let State::Open(connection) = &mut self.state else {
            return opened;
        };
        if self.available == 0 {
            return opened;
        }
        let taken = connection.reader().read(&mut buf[opened..]).unwrap_or(0);
        self.available -= taken.min(self.available);
        opened + taken
    }

    /// Copies plaintext to the beginning of `buf` and leaves it where it is.
    pub fn peek(&mut self, buf: &mut [u8]) -> usize {
        let State::Open(connection) = &mut self.state else {
            return 0;
        };
        let mut reader = connection.reader();
        let first = match self.opened.waiting() {
            [] => reader.fill_buf().unwrap_or_default(),
            opened => opened,
        };
        let len = first.len().min(buf.len());
        buf[..len].copy_from_slice(&first[..len]);
        len
    }

    /// Says close_notify; nothing can be sealed after it.
    pub fn close(&mut self) {
        self.closed = true;
        if let State::Open(connection) = &mut self.state {
            connection.send_close_notify();
        }
    }

    /// Whether the peer said close_notify.
    pub fn peer_closed(&self) -> bool {
        self.peer_closed
    }

    /// What was agreed; `None` before the handshake is done.
    pub fn agreement(&self) -> Option<Agreement> {
        let State::Open(connection) = &self.state else {
            return None;
        };
        if connection.is_handshaking() {
            return None;
        }
        let resumed = self.kind() == Some(HandshakeKind::Resumed);
        Some(Agreement {
            version: connection.protocol_version().map_or(0, u16::from),
            cipher: connection
                .negotiated_cipher_suite()
                .map_or(0, |suite| suite.suite().into()),
            group: connection
                .negotiated_key_exchange_group()
                .map_or(0, |group| group.name().into()),
            resumed,
            retried: self.retried,
            peer_signature: self.peer_signature.map_or(0, u16::from),
            requires_ems: self.terms.require_ems,
            verify: self.verdict,
            presented: self.presented.clone().filter(|_| !resumed),
        })
    }

    /// The application protocol that was agreed.
    pub fn alpn(&self) -> Option<&[u8]> {
        match &self.state {
            State::Open(connection) => connection.alpn_protocol(),
            _ => None,
        }
    }

    fn kind(&self) -> Option<HandshakeKind> {
        match &self.state {
            State::Open(connection) => connection.handshake_kind(),
            _ => None,
        }
    }

    /// What the peer showed, in this handshake or in the one that it goes back to.
    pub fn peer(&self) -> Arc<PeerChain> {
        match (&self.peer, &self.state) {
            (Some(peer), _) => peer.clone(),
            (None, State::Open(connection)) => {
                let sent = connection.peer_certificates().unwrap_or_default();
                match &self.resumed_peer {
                    Some(resumed) => resumed.share(sent),
                    None => ResumedPeer::default().share(sent),
                }
            }
            _ => PeerChain::nobody(),
        }
    }

    /// The name that a client asked for, as soon as a server knows it.
    pub fn server_name(&self) -> Option<&str> {
        match &self.state {
            State::Open(connection) => match &**connection {
                Connection::Server(server) => server.server_name(),
                Connection::Client(_) => None,
            },
            State::Accepting(_) => self.hello()?.server_name.as_ref()?.to_str().ok(),
            _ => None,
        }
    }
}

impl State {
    fn server(config: Arc<ServerConfig>) -> std::result::Result<Self, rustls::Error> {
        Ok(State::open(ServerConnection::new(config)?.into()))
    }

    fn open(mut connection: Connection) -> Self {
        // The socket bounds what waits; the engine's own bound would cut writes short.
        connection.set_buffer_limit(None);
        State::Open(Box::new(connection))
    }
}

/// Hands `len` bytes of `stream` to rustls, which takes a long record in several pieces. What it
/// has no room for is a handshake message in many records that is longer than it allows.
fn take_whole<S: Read>(
    mut stream: S,
    len: usize,
    mut read_tls: impl FnMut(&mut S) -> io::Result<usize>,
) -> std::result::Result<(), rustls::Error> {
    let mut left = len;
    // Reading nothing would mean the end to rustls.
    while left > 0 {
        match read_tls(&mut stream) {
            Ok(0) | Err(_) => return Err(InvalidMessage::HandshakePayloadTooLarge.into()),
            Ok(taken) => left -= taken,
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests;
