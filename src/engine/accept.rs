//! A server that must see the ClientHello before it can choose its configuration.
//!
//! rustls's Acceptor is used only to read it. The connection is then made anew from the same
//! records: what is wrong with them is answered, alert included, as on a connection that has its
//! configuration from the start, which the Acceptor does not do.

use std::sync::Arc;

use rustls::server::Acceptor;

use super::config::{ServerConfigs, Terms};
use super::hello::{Answer, ClientHello};
use super::{Engine, State, alert, record, take_whole};
use crate::error::Result;

pub(super) struct Accepting {
    acceptor: Acceptor,
    configs: ServerConfigs,
    /// Whether the program answers.
    asks: bool,
    /// All that was received.
    records: Vec<u8>,
    hello: Option<Arc<ClientHello>>,
}

impl Accepting {
    pub(super) fn new(configs: ServerConfigs, asks: bool) -> Self {
        Accepting {
            acceptor: Acceptor::default(),
            configs,
            asks,
            records: Vec::new(),
            hello: None,
        }
    }

    fn read(&mut self, record: &[u8]) -> std::result::Result<(), rustls::Error> {
        self.records.extend(record);
        let acceptor = &mut self.acceptor;
        take_whole(record, record.len(), |stream| acceptor.read_tls(stream))?;
        let accepted = acceptor.accept().map_err(|(error, _)| error)?;
        self.hello = accepted.map(|accepted| Arc::new(accepted.client_hello().into()));
        Ok(())
    }
}

impl Engine {
    /// A server's connection. `asks`: it holds the ClientHello until [`Engine::answer`] or
    /// [`Engine::reject`].
    pub fn server(configs: &ServerConfigs, asks: bool) -> Result<Self> {
        let state = if asks || configs.must_see_hello() {
            State::Accepting(Box::new(Accepting::new(configs.clone(), asks)))
        } else {
            State::server(configs.config().clone()).map_err(|e| super::failure::translate(&e))?
        };
        Ok(Engine::new(state, Terms::from(&**configs.config())))
    }

    /// The ClientHello that waits to be answered; nothing may be received meanwhile.
    pub fn hello(&self) -> Option<&Arc<ClientHello>> {
        match &self.state {
            State::Accepting(accepting) => accepting.hello.as_ref(),
            _ => None,
        }
    }

    /// Goes on with the ClientHello that waits.
    pub fn answer(&mut self, answer: &Answer) -> Result<()> {
        self.advance(|engine| engine.configure(answer))
    }

    /// Refuses the ClientHello that waits; the alert is then in the output.
    pub fn reject(&mut self, alert: u8) {
        self.state = State::Refused;
        self.say(alert);
    }

    pub(super) fn accept(&mut self, record: &[u8]) -> std::result::Result<(), rustls::Error> {
        let State::Accepting(accepting) = &mut self.state else {
            return Err(rustls::Error::HandshakeNotComplete);
        };
        match accepting.read(record) {
            Ok(()) if accepting.hello.is_none() || accepting.asks => Ok(()),
            Ok(()) => self.configure(&Answer::default()),
            Err(error) => self.refuse_unread(error),
        }
    }

    fn configure(&mut self, answer: &Answer) -> std::result::Result<(), rustls::Error> {
        let accepting = self.accepted()?;
        let hello = accepting.hello.as_ref();
        let hello = hello.ok_or(rustls::Error::HandshakeNotComplete)?;
        let config = answer.config(&accepting.configs, hello);
        self.terms = Terms::from(&*config);
        self.state = State::server(config)?;
        self.replay(&accepting.records)
    }

    /// Lets a connection find in what was received the `error` that the Acceptor found.
    fn refuse_unread(&mut self, error: rustls::Error) -> std::result::Result<(), rustls::Error> {
        let accepting = self.accepted()?;
        self.state = State::server(accepting.configs.config().clone())?;
        self.replay(&accepting.records)?;
        // It bears with warnings, behind which a ClientHello would pass that nobody has seen.
        self.reject(alert::UNEXPECTED_MESSAGE);
        Err(error)
    }

    fn accepted(&mut self) -> std::result::Result<Box<Accepting>, rustls::Error> {
        match std::mem::replace(&mut self.state, State::Refused) {
            State::Accepting(accepting) => Ok(accepting),
            _ => Err(rustls::Error::HandshakeNotComplete),
        }
    }

    fn replay(&mut self, mut records: &[u8]) -> std::result::Result<(), rustls::Error> {
        while let record::Extent::Complete(len) = record::extent(records) {
            let (first, rest) = records.split_at(len);
            self.open_flight(first)?;
            records = rest;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::super::config::Protocol;
    use super::super::tests::{carry, client, identity, output, server_configs};
    use super::*;
    use crate::error::{Alert, Code};

    fn protocol(alpn: &[&str]) -> Protocol {
        Protocol {
            alpn: alpn.iter().map(|name| name.as_bytes().to_vec()).collect(),
            ..Protocol::default()
        }
    }

    fn server(asks: bool) -> Engine {
        Engine::server(&server_configs(&protocol(&[])), asks).unwrap()
    }

    /// A record of a handshake.
    fn record_of(body: &[u8]) -> Vec<u8> {
        let len = u16::try_from(body.len()).unwrap().to_be_bytes();
        [&[22, 3, 1][..], &len, body].concat()
    }

    fn finish(client: &mut Engine, server: &mut Engine) {
        while client.is_handshaking() || server.is_handshaking() {
            carry(server, client);
            carry(client, server);
        }
    }

    #[test]
    fn a_hello_waits_for_its_answer_and_says_what_the_client_offers() {
        let (mut client, mut server) = (client(&protocol(&["h2", "x"])), server(true));
        carry(&mut client, &mut server);
        let hello = server.hello().unwrap();
        assert_eq!(hello.server_name.as_deref(), Some(c"localhost"));
        assert_eq!(hello.alpn, [b"h2".to_vec(), b"x".to_vec()]);
        assert!(hello.ciphers.contains(&0x1301) && hello.schemes.contains(&0x0403));
        assert!(hello.authorities.is_empty());
        assert!(!server.has_output() && server.is_handshaking());
        server.answer(&Answer::default()).unwrap();
        assert!(server.hello().is_none());
        finish(&mut client, &mut server);
        assert_eq!(client.alpn(), None);
    }

    #[test]
    fn the_answer_is_what_the_client_gets() {
        let (mut client, mut server) = (client(&protocol(&["h2", "x"])), server(true));
        carry(&mut client, &mut server);
        let (other, only) = (server_configs(&protocol(&["h2"])), identity("only.example"));
        let answer = Answer {
            configs: Some(other),
            identity: Some(only.clone()),
            alpn: Some(b"x".to_vec()),
        };
        server.answer(&answer).unwrap();
        finish(&mut client, &mut server);
        assert_eq!(client.alpn(), Some(&b"x"[..]));
        assert_eq!(*client.peer().sent[0].der(), only.certificates()[0]);
    }

    #[test]
    fn a_hello_in_pieces_is_one() {
        let (mut client, mut server) = (client(&protocol(&[])), server(true));
        for piece in output(&mut client)[record::HEADER..].chunks(50) {
            assert!(server.hello().is_none());
            server.receive(&record_of(piece), &[], &mut []).unwrap();
        }
        server.answer(&Answer::default()).unwrap();
        finish(&mut client, &mut server);
    }

    #[test]
    fn a_rejected_hello_is_answered_by_the_alert_alone() {
        let (mut client, mut server) = (client(&protocol(&[])), server(true));
        carry(&mut client, &mut server);
        server.reject(112);
        assert_eq!(output(&mut server), alert::plaintext(112));
        assert!(server.hello().is_none());
        assert!(server.answer(&Answer::default()).is_err());
    }

    fn refusal(mut server: Engine, record: &[u8]) -> (Code, Option<Alert>, Vec<u8>) {
        let error = server.receive(record, &[], &mut []).unwrap_err();
        assert!(server.hello().is_none());
        (error.code(), error.alert(), output(&mut server))
    }

    /// What is wrong is told in the same words whether or not the program looks on.
    #[test]
    fn what_is_no_hello_is_refused_as_on_any_connection() {
        let sent = output(&mut client(&protocol(&[])));
        let hello = &sent[record::HEADER..];
        let mut doubled = hello.to_vec();
        let sni = [0, 0, 0, 14, 0, 12, 0, 0, 9];
        let at = doubled.windows(9).position(|w| w == sni).unwrap();
        let extension = doubled[at..at + 18].to_vec();
        doubled.splice(at..at, extension);
        // The lengths of the message and of the extensions.
        let message = (doubled.len() - 4) as u32;
        doubled[1..4].copy_from_slice(&message.to_be_bytes()[1..]);
        let lengths = 4 + 2 + 32 + 1 + usize::from(doubled[38]);
        let ciphers = usize::from(u16::from_be_bytes([doubled[lengths], doubled[lengths + 1]]));
        let extensions = lengths + 2 + ciphers + 2;
        let len = (doubled.len() - extensions - 2) as u16;
        doubled[extensions..extensions + 2].copy_from_slice(&len.to_be_bytes());

        let cases = [
            (record_of(&doubled), Some(47)),
            (record_of(&[1, 0, 0, 2, 3, 3]), Some(50)),
            (record_of(&[2, 0, 0, 0]), Some(50)),
            (record_of(&[14, 0, 0, 0]), Some(10)),
            (vec![20, 3, 3, 0, 1, 1], Some(10)),
            (vec![23, 3, 3, 0, 1, 1], Some(10)),
            // The client's own.
            (vec![21, 3, 1, 0, 2, 2, 80], None),
        ];
        for (record, number) in cases {
            let looked_at = refusal(server(true), &record);
            assert_eq!(looked_at, refusal(server(false), &record), "{record:?}");
            let sent = number.map_or(vec![], |number| alert::plaintext(number).to_vec());
            assert_eq!(looked_at.2, sent, "{record:?}");
        }
    }

    #[test]
    fn no_hello_passes_behind_a_warning_unseen() {
        let (code, told, sent) = refusal(server(true), &[21, 3, 1, 0, 2, 1, 90]);
        assert_eq!((code, told), (Code::Protocol, Some(Alert::Sent(10))));
        assert_eq!(sent, alert::plaintext(10));
    }
}
