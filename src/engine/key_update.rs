//! New traffic keys within a connection (RFC 8446 §4.6.3).

use std::io::Write;

use super::{Engine, State, failure};
use crate::error::Result;

impl Engine {
    /// Replaces the key that protects what is sealed from now on, and asks the peer to do the
    /// same. The message is then ciphertext that waits to be sent. For TLS 1.3.
    pub fn update_key(&mut self) -> Result<()> {
        let updated = match &mut self.state {
            State::Open(connection) => connection.refresh_traffic_keys(),
            _ => Err(rustls::Error::HandshakeNotComplete),
        };
        updated.map_err(|error| failure::translate(&error))
    }

    /// Lets the answer to a peer's key update wait to be sent: rustls keeps it until there is
    /// something else to send. One at a time, so that a peer that asks and never reads gathers
    /// nothing here.
    pub(super) fn answer_key_update(&mut self) {
        if self.closed || self.has_output() || self.is_handshaking() {
            return;
        }
        if let State::Open(connection) = &mut self.state {
            // Writing nothing cannot fail, and makes no record of its own.
            let _ = connection.writer().write(&[]);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::config::Protocol;
    use super::super::tests::{carry, connected};
    use super::*;

    fn tell(from: &mut Engine, to: &mut Engine) {
        assert_eq!(from.seal(&[b"data"]), 4);
        carry(from, to);
        assert_eq!(to.take(&mut [0; 8]), 4);
    }

    #[test]
    fn the_peer_answers_at_once_and_both_go_on() {
        let (mut client, mut server) = connected(&Protocol::default());
        client.update_key().unwrap();
        tell(&mut client, &mut server);
        assert!(server.has_output(), "no answer");
        tell(&mut server, &mut client);
        assert!(!client.has_output(), "an answer to an answer");
        tell(&mut client, &mut server);
    }

    #[test]
    fn questions_without_end_gather_one_answer() {
        let (mut client, mut server) = connected(&Protocol::default());
        client.update_key().unwrap();
        carry(&mut client, &mut server);
        let one = server.output_len();
        for _ in 0..20 {
            client.update_key().unwrap();
            carry(&mut client, &mut server);
        }
        assert_eq!(server.output_len(), one);
        tell(&mut server, &mut client);
        tell(&mut client, &mut server);
    }

    #[test]
    fn nothing_is_answered_behind_close_notify() {
        let (mut client, mut server) = connected(&Protocol::default());
        server.close();
        carry(&mut server, &mut client);
        client.update_key().unwrap();
        carry(&mut client, &mut server);
        assert!(!server.has_output());
        tell(&mut client, &mut server);
    }
}
