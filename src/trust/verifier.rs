//! The verifiers that the engine calls, for both roles.

use rustls::client::danger::{HandshakeSignatureValid, ServerCertVerified, ServerCertVerifier};
use rustls::crypto::{
    WebPkiSupportedAlgorithms, verify_tls12_signature, verify_tls13_signature,
    verify_tls13_signature_with_raw_key,
};
use rustls::server::danger::{ClientCertVerified, ClientCertVerifier};
use rustls::{
    CertificateError, DigitallySignedStruct, DistinguishedName, Error, PeerMisbehaved,
    SignatureScheme,
};
use rustls_pki_types::{CertificateDer, ServerName, SubjectPublicKeyInfoDer, UnixTime};
use webpki::{EndEntityCert, RawPublicKeyEntity};

use super::verdict::{Verdict, deposit};
use super::verify::{Peer, Sent, verify};
use super::{Mode, PinnedKeys, Roots};
use crate::crypto;
use crate::x509::Certificate;

/// Everything that decides whether a peer is accepted. The clock is the engine's.
#[derive(Clone, Debug)]
pub struct Policy {
    pub roots: Roots,
    pub mode: Mode,
    /// Client: the certificate must prove the name that the connection is for.
    pub check_hostname: bool,
    /// A leaf that is itself in the store and has no subjectAltName may match by its common name.
    pub match_cn: bool,
    /// Server: send the roots' names when asking for a client certificate.
    pub send_ca_names: bool,
    /// Peers must show one of these keys in place of a certificate; of none, certificates.
    pub pinned_keys: PinnedKeys,
    /// Signatures accepted, in chains and in handshakes.
    pub algorithms: WebPkiSupportedAlgorithms,
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
            send_ca_names: true,
            pinned_keys: PinnedKeys::default(),
            algorithms: crypto::provider().signature_verification_algorithms,
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
        let ca_names = match policy.send_ca_names && policy.pinned_keys.is_empty() {
            true => ca_names(&policy.roots),
            false => Vec::new(),
        };
        Verifier { policy, ca_names }
    }

    pub fn policy(&self) -> &Policy {
        &self.policy
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
        signature_tls12(&self.policy, message, cert, dss)
    }

    fn verify_tls13_signature(
        &self,
        message: &[u8],
        cert: &CertificateDer<'_>,
        dss: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        signature_tls13(&self.policy, message, cert, dss)
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        self.policy.algorithms.supported_schemes()
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
        signature_tls12(&self.policy, message, cert, dss)
    }

    fn verify_tls13_signature(
        &self,
        message: &[u8],
        cert: &CertificateDer<'_>,
        dss: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        signature_tls13(&self.policy, message, cert, dss)
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        self.policy.algorithms.supported_schemes()
    }

    fn requires_raw_public_keys(&self) -> bool {
        !self.policy.pinned_keys.is_empty()
    }
}

/// The subjects of the anchors. More than the message has room for would break the handshake:
/// then none, which lets a client send what it has (RFC 8446 section 4.2.4).
fn ca_names(roots: &Roots) -> Vec<DistinguishedName> {
    const ROOM: usize = 60_000;
    let names: Vec<DistinguishedName> = roots
        .anchors()
        .iter()
        .map(|anchor| DistinguishedName::in_sequence(&anchor.subject))
        .collect();
    let length: usize = names.iter().map(|name| name.as_ref().len() + 2).sum();
    if length > ROOM {
        log::warn!("the names of {} CAs are too long to be sent", names.len());
        return Vec::new();
    }
    names
}

fn signature_tls12(
    policy: &Policy,
    message: &[u8],
    cert: &CertificateDer<'_>,
    dss: &DigitallySignedStruct,
) -> Result<HandshakeSignatureValid, Error> {
    let algorithms = &policy.algorithms;
    if policy.pinned_keys.is_empty() && EndEntityCert::try_from(cert).is_ok() {
        return verify_tls12_signature(message, cert, dss, algorithms);
    }
    let spki = raw_key(policy, cert)?;
    let key = RawPublicKeyEntity::try_from(&spki).map_err(|_| CertificateError::BadEncoding)?;
    let (_, candidates) = algorithms
        .mapping
        .iter()
        .find(|(scheme, _)| *scheme == dss.scheme)
        .ok_or(PeerMisbehaved::SignedHandshakeWithUnadvertisedSigScheme)?;
    // In TLS 1.2 a scheme does not tie the curve: one of the candidates fits the key.
    let fits = candidates.iter().any(|algorithm| {
        key.verify_signature(*algorithm, message, dss.signature())
            .is_ok()
    });
    match fits {
        true => Ok(HandshakeSignatureValid::assertion()),
        false => Err(CertificateError::BadSignature.into()),
    }
}

fn signature_tls13(
    policy: &Policy,
    message: &[u8],
    cert: &CertificateDer<'_>,
    dss: &DigitallySignedStruct,
) -> Result<HandshakeSignatureValid, Error> {
    let algorithms = &policy.algorithms;
    if policy.pinned_keys.is_empty() && EndEntityCert::try_from(cert).is_ok() {
        return verify_tls13_signature(message, cert, dss, algorithms);
    }
    verify_tls13_signature_with_raw_key(message, &raw_key(policy, cert)?, dss, algorithms)
}

/// The key that is shown in place of a certificate, or of a certificate that webpki does not read
/// (version 1, unknown critical extensions): whether such a one is accepted was decided before.
fn raw_key(
    policy: &Policy,
    cert: &CertificateDer<'_>,
) -> Result<SubjectPublicKeyInfoDer<'static>, Error> {
    if !policy.pinned_keys.is_empty() {
        return Ok(SubjectPublicKeyInfoDer::from(cert.as_ref().to_vec()));
    }
    let certificate = Certificate::deferred(cert.clone().into_owned());
    match certificate.spki() {
        [] => Err(CertificateError::BadEncoding.into()),
        spki => Ok(SubjectPublicKeyInfoDer::from(spki.to_vec())),
    }
}
