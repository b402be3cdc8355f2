//! What other protocols tie to a connection: key material and channel bindings.

use super::{Core, Socket};
use crate::crypto::{digest, versions};
use crate::error::{Code, Error, Result};
use crate::x509::Certificate;

impl Socket {
    /// Fills `out` with key material that only the two ends know (RFC 5705, RFC 8446 §7.5). No
    /// `context` differs from an empty one in TLS 1.2.
    ///
    /// [`Code::State`] before the handshake is done and inside a callback of this socket,
    /// [`Code::Argument`] for lengths and labels that cannot be, [`Code::Closed`] after a failure.
    pub fn export(&self, label: &str, context: Option<&[u8]>, out: &mut [u8]) -> Result<()> {
        self.check_poison()?;
        self.connected_core()?.engine.export(label, context, out)
    }

    /// The channel binding of `kind`, "tls-exporter" or "tls-server-end-point".
    ///
    /// [`Code::Unsupported`] for "tls-unique" and where the kind is not defined for this
    /// connection, [`Code::Name`] for another kind; else as [`Socket::export`].
    pub fn channel_binding(&self, kind: &str) -> Result<Vec<u8>> {
        match kind {
            "tls-exporter" => self.exporter_binding(),
            "tls-server-end-point" => self.end_point_binding(),
            "tls-unique" => Err(Error::unsupported(
                "the engine does not reveal the Finished message that tls-unique is made of",
            )),
            _ => Err(Error::new(
                Code::Name,
                c"UNKNOWN_CHANNEL_BINDING",
                format!("unknown kind of channel binding '{kind}'"),
            )),
        }
    }

    /// RFC 9266.
    fn exporter_binding(&self) -> Result<Vec<u8>> {
        let agreed = self.agreed().ok_or_else(not_connected)?;
        if agreed.agreement.version != versions::TLS1_3 && !agreed.agreement.requires_ems {
            return Err(Error::unsupported(
                "in TLS 1.2 tls-exporter is defined with the extended master secret only, and it \
                 is not required here",
            ));
        }
        let mut binding = vec![0; 32];
        self.export("EXPORTER-Channel-Binding", Some(&[]), &mut binding)?;
        Ok(binding)
    }

    /// RFC 5929 section 4.
    fn end_point_binding(&self) -> Result<Vec<u8>> {
        let leaf = {
            let core = self.connected_core()?;
            let leaf = core.engine.server_certificate();
            leaf.ok_or_else(|| Error::state("the server has shown no certificate"))?
                .into_owned()
        };
        let leaf = Certificate::deferred(leaf);
        let hash = match leaf.signature_hash() {
            Some("md5" | "sha1") => Some("sha256"),
            hash => hash,
        };
        let digest = hash.and_then(|hash| digest::hash(hash, leaf.der()).ok());
        digest
            .map(|digest| digest.as_ref().to_vec())
            .ok_or_else(|| {
                Error::unsupported(format!(
                    "tls-server-end-point is not defined for a certificate signed with {}",
                    leaf.signature_type().to_string_lossy()
                ))
            })
    }

    fn connected_core(&self) -> Result<std::sync::MutexGuard<'_, Core>> {
        if !self.is_connected() {
            return Err(not_connected());
        }
        self.core_for_getter()
            .ok_or_else(|| Error::state("called from a callback of the same connection"))
    }
}

fn not_connected() -> Error {
    Error::state("the handshake is not done")
}
