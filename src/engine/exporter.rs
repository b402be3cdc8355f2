//! Key material for other protocols, from the secrets of a connection (RFC 5705, RFC 8446 §7.5).

use rustls::pki_types::CertificateDer;
use rustls::{Connection, ProtocolVersion};

use super::{Engine, State};
use crate::error::{Code, Error, Result};

/// What rustls puts "tls13 " before and one byte counts.
const LONGEST_LABEL: usize = 255 - 6;
/// What two bytes count.
const LONGEST_CONTEXT: usize = 0xffff;
/// TLS 1.2 derives its own secrets with these (RFC 5705 §4, RFC 7627).
const RESERVED: [&str; 5] = [
    "client finished",
    "server finished",
    "master secret",
    "key expansion",
    "extended master secret",
];

impl Engine {
    /// Fills `out`. No `context` differs from an empty one in TLS 1.2.
    ///
    /// [`Code::State`] before the handshake is done, [`Code::Argument`] for lengths that cannot be
    /// and for labels that TLS keeps for itself, [`Code::Closed`] after a failure.
    pub fn export(&self, label: &str, context: Option<&[u8]>, out: &mut [u8]) -> Result<()> {
        let State::Open(connection) = &self.state else {
            return Err(Error::state("the handshake is not done"));
        };
        if connection.is_handshaking() {
            return Err(Error::state("the handshake is not done"));
        }
        check_lengths(label.len(), context.map_or(0, <[u8]>::len), out.len())?;
        let old = connection.protocol_version() == Some(ProtocolVersion::TLSv1_2);
        if old && RESERVED.contains(&label) {
            return Err(Error::argument(format!(
                "TLS 1.2 itself uses the label '{label}'"
            )));
        }
        connection
            .export_keying_material(out, label.as_bytes(), context)
            .map(drop)
            .map_err(|error| match error {
                rustls::Error::General(_) => Error::argument(
                    "more bytes than the key material of this connection can be expanded to",
                ),
                error => Error::new(
                    Code::Closed,
                    c"PROTOCOL_IS_SHUTDOWN",
                    "the connection has failed, and its secrets are gone",
                )
                .with_detail(error),
            })
    }

    /// The certificate that the server showed, or would have shown without a session to resume;
    /// `None` before that is known.
    pub fn server_certificate(&self) -> Option<CertificateDer<'_>> {
        let State::Open(connection) = &self.state else {
            return None;
        };
        let chain = match &**connection {
            Connection::Client(client) => client.peer_certificates()?,
            Connection::Server(_) => self.presented.as_deref()?.certificates(),
        };
        Some(CertificateDer::from(chain.first()?.as_ref()))
    }
}

fn check_lengths(label: usize, context: usize, out: usize) -> Result<()> {
    if label > LONGEST_LABEL {
        return Err(Error::argument(format!(
            "the label has {label} bytes; {LONGEST_LABEL} are possible"
        )));
    }
    if context > LONGEST_CONTEXT {
        return Err(Error::argument(format!(
            "the context has {context} bytes; {LONGEST_CONTEXT} are possible"
        )));
    }
    if out == 0 {
        return Err(Error::argument("no bytes are asked for"));
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::super::config::Protocol;
    use super::super::tests::{client, connected, server_configs};
    use super::*;
    use crate::crypto::versions::VersionRange;

    fn export(engine: &Engine, label: &str, context: Option<&[u8]>) -> Vec<u8> {
        let mut out = vec![0; 32];
        engine.export(label, context, &mut out).unwrap();
        out
    }

    fn of_version(version: u16) -> Protocol {
        Protocol {
            versions: VersionRange::new(version, version).unwrap(),
            ..Protocol::default()
        }
    }

    #[test]
    fn both_sides_export_the_same_and_nothing_else_does() {
        for version in [0x0303, 0x0304] {
            let (client, server) = connected(&of_version(version));
            let (other, _) = connected(&of_version(version));
            let of = |engine| export(engine, "EXPORTER-test", Some(b"context"));
            assert_eq!(of(&client), of(&server));
            assert_ne!(of(&client), of(&other));
            assert_ne!(
                of(&client),
                export(&client, "EXPORTER-tess", Some(b"context"))
            );
            let absent = export(&client, "EXPORTER-test", None);
            let empty = export(&client, "EXPORTER-test", Some(b""));
            assert_eq!(absent == empty, version == 0x0304);
        }
    }

    #[test]
    fn what_cannot_be_exported_is_refused() {
        for version in [0x0303, 0x0304] {
            let (client, _) = connected(&of_version(version));
            let refused = |label: &str, context: &[u8], len: usize| {
                let exported = client.export(label, Some(context), &mut vec![0; len]);
                assert_eq!(exported.unwrap_err().code(), Code::Argument);
            };
            refused(&"l".repeat(250), b"", 32);
            refused("EXPORTER-test", &[0; 65_536], 32);
            refused("EXPORTER-test", b"", 0);
            let longest = (&"l".repeat(249)[..], vec![0; 65_535]);
            let mut out = vec![0; 8000];
            client
                .export(longest.0, Some(&longest.1), &mut out)
                .unwrap();
        }
        let (old, _) = connected(&of_version(0x0303));
        let (new, _) = connected(&of_version(0x0304));
        for label in RESERVED {
            let refused = old.export(label, None, &mut [0; 32]).unwrap_err();
            assert_eq!(refused.code(), Code::Argument);
            assert_eq!(export(&new, label, None).len(), 32);
        }
        let too_long = new.export("EXPORTER-test", None, &mut vec![0; 65_536]);
        assert_eq!(too_long.unwrap_err().code(), Code::Argument);
    }

    #[test]
    fn before_the_handshake_there_are_no_secrets() {
        let protocol = Protocol::default();
        let server = Engine::server(&server_configs(&protocol), false).unwrap();
        for engine in [client(&protocol), server] {
            let exported = engine.export("EXPORTER-test", None, &mut [0; 32]);
            assert_eq!(exported.unwrap_err().code(), Code::State);
            assert!(engine.server_certificate().is_none());
        }
    }
}
