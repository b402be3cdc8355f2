//! The end of a connection that fails: the error for the program, and the alert for the peer.

use std::io::{self, IoSlice, Write};

use rustls::{Connection, ProtocolVersion};

use super::{Engine, State, alert, failure};
use crate::callback;
use crate::error::{Alert, Error};
use crate::trust::Verdict;

impl Engine {
    pub(super) fn fail(&mut self, error: &rustls::Error, verdict: Option<Verdict>) -> Error {
        // One that the engine got over belongs to no failure.
        let refusal = callback::refusal().filter(|_| failure::is_refusal(error));
        if let Some(refused) = verdict.filter(|verdict| !verdict.is_accepted()) {
            return refused.to_error().with_detail(error);
        }
        self.keep_retry_configs(error);
        let translated = match refusal {
            Some(refusal) => refusal.with_detail(error),
            None => failure::translate(error),
        };
        if matches!(translated.alert(), Some(Alert::Received(_))) {
            return translated;
        }
        self.complete_alert(error);
        match self.alert_sent() {
            Some(sent) => translated.with_alert(Alert::Sent(sent)),
            None => translated,
        }
    }

    /// Makes the alert where rustls sends none: for what breaks the protocol without being a message
    /// out of turn, and where a callback gave up.
    fn complete_alert(&mut self, error: &rustls::Error) {
        if self.closed || self.alert_sent().is_some() {
            return;
        }
        let State::Open(connection) = &mut self.state else {
            return;
        };
        let number = alert::due_for(error);
        if self.traffic.seal_for_close_notify(number) {
            return connection.send_close_notify();
        }
        // With a version rustls can have keys that it does not share.
        let untold = connection.protocol_version().is_none() && !connection.wants_write();
        if !untold && !failure::lacks_scheme(error) && !failure::is_refusal(error) {
            return;
        }
        if expects_plaintext(connection) {
            self.say(number);
        } else {
            // Only rustls can use the keys, and this is what it says when asked.
            connection.send_close_notify();
        }
    }

    /// The alert that was sealed, or the one at the end of the output that no key protects.
    fn alert_sent(&mut self) -> Option<u8> {
        let sealed = self.traffic.alert_sealed();
        sealed.or_else(|| alert::at_end_of(&self.glance()))
    }

    /// What would be sent first.
    fn glance(&mut self) -> Vec<u8> {
        let mut glance = Glance(Vec::new());
        // A glance takes nothing, so nothing is sent and nothing can fail.
        let _ = self.send_to(&mut glance);
        glance.0
    }
}

/// Whether the peer of a handshake takes an alert that no key protects. An alert of our own making
/// goes out ahead of what rustls has to send: of a TLS 1.3 server, ahead of its ServerHello.
fn expects_plaintext(connection: &Connection) -> bool {
    connection.protocol_version() != Some(ProtocolVersion::TLSv1_3)
        || matches!(connection, Connection::Server(_)) && connection.wants_write()
}

/// Sees what would be written and takes none of it.
pub(super) struct Glance(pub Vec<u8>);

impl Write for Glance {
    fn write(&mut self, data: &[u8]) -> io::Result<usize> {
        self.0.extend_from_slice(data);
        Ok(0)
    }

    fn write_vectored(&mut self, slices: &[IoSlice<'_>]) -> io::Result<usize> {
        for slice in slices {
            self.0.extend_from_slice(slice);
        }
        Ok(0)
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}
