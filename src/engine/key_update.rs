//! New traffic keys within a connection (RFC 8446 §4.6.3).

use super::{Engine, State, failure};
use crate::error::Result;

impl Engine {
    /// Replaces the key that protects what is sealed from now on, and asks the peer to do the
    /// same. The message is then ciphertext that waits to be sent. For TLS 1.3.
    pub fn update_key(&mut self) -> Result<()> {
        let updated = match &mut self.state {
            State::Open(connection) => self.traffic.watch(|| connection.refresh_traffic_keys()),
            _ => Err(rustls::Error::HandshakeNotComplete),
        };
        updated.map_err(|error| failure::translate(&error))
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

    /// rustls counts answers as it counts questions, and ends a connection on which 33 follow each
    /// other: a side that only reads must not answer each one at once.
    #[test]
    fn answers_wait_for_data_and_are_one() {
        let (mut client, mut server) = connected(&Protocol::default());
        for _ in 0..100 {
            client.update_key().unwrap();
            tell(&mut client, &mut server);
            assert!(!server.has_output());
        }
        tell(&mut server, &mut client);
        tell(&mut client, &mut server);
    }
}
