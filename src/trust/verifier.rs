//! The verifiers that the engine calls, for both roles.

use rustls::client::danger::{HandshakeSignatureValid, ServerCertVerified, ServerCertVerifier};
use rustls::server::danger::{ClientCertVerified, ClientCertVerifier};
use rustls::{DigitallySignedStruct, DistinguishedName, Error, SignatureScheme};
use rustls_pki_types::{CertificateDer, ServerName, SubjectPublicKeyInfoDer, UnixTime};

use super::verdict::{Verdict, deposit};
use super::verify::{Peer, Sent, verify};
use super::{CaNames, Mode, PinnedKeys, Revocation, Roots, Signatures};

/// Everything that decides whether a peer is accepted. The clock is the engine's.
#[derive(Clone, Debug)]
pub struct Policy {
    pub roots: Roots,
    pub mode: Mode,
    /// Client: the certificate must prove the name that the connection is for.
    pub check_hostname: bool,
    /// A leaf that is itself in the store and has no subjectAltName may match by its common name.
    pub match_cn: bool,
    /// Server: the authorities to name when asking for a client certificate.
    pub ca_names: CaNames,
    /// Which certificates were revoked.
    pub revocation: Revocation,
    /// Refuse what `strict` does.
    pub strict: bool,
    /// Peers must show one of these keys in place of a certificate; of none, certificates.
    pub pinned_keys: PinnedKeys,
    /// Signatures accepted, in chains and in handshakes.
    pub signatures: Signatures,
}

impl Policy {
    /// The names of `roots` are checked and sent, common names are not looked at, and the
    /// provider's signatures are accepted.
    pub fn new(roots: Roots, mode: Mode) -> Policy {
        Policy {
            roots,
            mode,
            check_hostname: true,
            match_cn: false,
            ca_names: CaNames::Roots,
            revocation: Revocation::default(),
            strict: false,
            pinned_keys: PinnedKeys::default(),
            signatures: Signatures::default(),
        }
    }
}

/// A policy as the engine uses it: as a client against servers, as a server against clients.
///
/// Its verdicts are for `observe`. The engine resumes a session only under the very verifier
/// that the session began with: share one `Arc` as long as the policy stays the same.
#[derive(Debug)]
pub struct Verifier {
    policy: Policy,
    ca_names: Vec<DistinguishedName>,
}

impl Verifier {
    pub fn new(policy: Policy) -> Verifier {
        let ca_names = policy.ca_names.sent(&policy.roots);
        Verifier { policy, ca_names }
    }

    pub fn policy(&self) -> &Policy {
        &self.policy
    }

    /// What a peer shows in place of a certificate.
    fn raw_key<'a>(&self, shown: &'a CertificateDer<'_>) -> Option<SubjectPublicKeyInfoDer<'a>> {
        let pinned = !self.policy.pinned_keys.is_empty();
        pinned.then(|| SubjectPublicKeyInfoDer::from(shown.as_ref()))
    }

    fn judge(
        &self,
        peer: Peer,
        sent: &Sent<'_>,
        name: Option<&ServerName<'_>>,
        now: UnixTime,
    ) -> Result<(), Error> {
        let verdict: Verdict = match self.policy.pinned_keys.is_empty() {
            true => verify(&self.policy, peer, sent, name, now),
            false => self.policy.pinned_keys.judge(sent.leaf),
        };
        let result = match verdict.is_accepted() {
            true => Ok(()),
            false => Err(verdict.rustls_error()),
        };
        deposit(verdict);
        result
    }
}

impl ServerCertVerifier for Verifier {
    fn verify_server_cert(
        &self,
        end_entity: &CertificateDer<'_>,
        intermediates: &[CertificateDer<'_>],
        server_name: &ServerName<'_>,
        _ocsp_response: &[u8],
        now: UnixTime,
    ) -> Result<ServerCertVerified, Error> {
        // Nothing is verified, and hence no verdict; the handshake's signature still is.
        if self.policy.mode != Mode::None {
            let sent = Sent {
                leaf: end_entity,
                intermediates,
            };
            let name = self.policy.check_hostname.then_some(server_name);
            self.judge(Peer::Server, &sent, name, now)?;
        }
        Ok(ServerCertVerified::assertion())
    }

    fn verify_tls12_signature(
        &self,
        message: &[u8],
        cert: &CertificateDer<'_>,
        dss: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        match self.raw_key(cert) {
            Some(key) => (self.policy.signatures).verify_tls12_with_key(message, &key, dss),
            None => self.policy.signatures.verify_tls12(message, cert, dss),
        }
    }

    fn verify_tls13_signature(
        &self,
        message: &[u8],
        cert: &CertificateDer<'_>,
        dss: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        match self.raw_key(cert) {
            Some(key) => (self.policy.signatures).verify_tls13_with_key(message, &key, dss),
            None => self.policy.signatures.verify_tls13(message, cert, dss),
        }
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        self.policy.signatures.schemes()
    }

    fn requires_raw_public_keys(&self) -> bool {
        !self.policy.pinned_keys.is_empty()
    }
}

impl ClientCertVerifier for Verifier {
    fn offer_client_auth(&self) -> bool {
        self.policy.mode != Mode::None
    }

    fn client_auth_mandatory(&self) -> bool {
        self.policy.mode == Mode::Required
    }

    fn root_hint_subjects(&self) -> &[DistinguishedName] {
        &self.ca_names
    }

    fn verify_client_cert(
        &self,
        end_entity: &CertificateDer<'_>,
        intermediates: &[CertificateDer<'_>],
        now: UnixTime,
    ) -> Result<ClientCertVerified, Error> {
        let sent = Sent {
            leaf: end_entity,
            intermediates,
        };
        self.judge(Peer::Client, &sent, None, now)?;
        Ok(ClientCertVerified::assertion())
    }

    fn verify_tls12_signature(
        &self,
        message: &[u8],
        cert: &CertificateDer<'_>,
        dss: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        match self.raw_key(cert) {
            Some(key) => (self.policy.signatures).verify_tls12_with_key(message, &key, dss),
            None => self.policy.signatures.verify_tls12(message, cert, dss),
        }
    }

    fn verify_tls13_signature(
        &self,
        message: &[u8],
        cert: &CertificateDer<'_>,
        dss: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        match self.raw_key(cert) {
            Some(key) => (self.policy.signatures).verify_tls13_with_key(message, &key, dss),
            None => self.policy.signatures.verify_tls13(message, cert, dss),
        }
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        self.policy.signatures.schemes()
    }

    fn requires_raw_public_keys(&self) -> bool {
        !self.policy.pinned_keys.is_empty()
    }
}
