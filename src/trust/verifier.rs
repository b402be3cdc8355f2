//! The verifiers that the engine calls, for both roles.

use std::fmt;
use std::sync::Arc;

use rustls::client::danger::{HandshakeSignatureValid, ServerCertVerified, ServerCertVerifier};
use rustls::server::danger::{ClientCertVerified, ClientCertVerifier};
use rustls::{DigitallySignedStruct, DistinguishedName, Error, SignatureScheme};
use rustls_pki_types::{CertificateDer, ServerName, SubjectPublicKeyInfoDer, UnixTime};

use super::known::KnownChains;
use super::peer::{LatestPeer, PeerChain, deposit, deposit_peer};
use super::verdict::Verdict;
use super::verify::{Peer, Sent, verify};
use super::{CaNames, Mode, PeerName, PinnedKeys, Revocation, Roots, Signatures};
use crate::crypto;
use crate::session;
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
    /// Server: the authorities to name when asking for a client certificate.
    pub ca_names: CaNames,
    /// Which certificates were revoked.
    pub revocation: Revocation,
    /// The program's last word.
    pub hook: Option<Arc<VerifyHook>>,
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
            hook: None,
            strict: false,
            pinned_keys: PinnedKeys::default(),
            signatures: Signatures::default(),
        }
    }
}

type Answer = dyn Fn(i32, &[Arc<Certificate>]) -> i32 + Send + Sync;

/// The program's last word about a peer: it gets the built-in verdict and the chain as sent, and
/// answers with 0 to accept or the number to refuse with.
pub struct VerifyHook {
    answer: Box<Answer>,
    /// What it answers cannot be compared: each is another one, in this process and elsewhere.
    id: [u8; 16],
}

impl VerifyHook {
    pub fn new(
        answer: impl Fn(i32, &[Arc<Certificate>]) -> i32 + Send + Sync + 'static,
    ) -> crate::error::Result<Self> {
        let mut id = [0; 16];
        crypto::random(&mut id)?;
        Ok(VerifyHook {
            answer: Box::new(answer),
            id,
        })
    }

    pub fn id(&self) -> &[u8; 16] {
        &self.id
    }
}

impl fmt::Debug for VerifyHook {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("VerifyHook")
    }
}

/// A policy as the engine uses it: as a client against servers, as a server against clients.
///
/// Its verdicts are for `observe`. The engine resumes a session only under the very verifier
/// that the session began with: share one `Arc` as long as the policy stays the same.
#[derive(Debug)]
pub struct Verifier {
    policy: Policy,
    /// What the certificate must prove in place of the name that the connection is for.
    name: Option<PeerName>,
    ca_names: Vec<DistinguishedName>,
    latest: LatestPeer,
    /// `None`: every chain is verified anew.
    known: Option<Arc<KnownChains>>,
}

impl Verifier {
    pub fn new(policy: Policy) -> Verifier {
        let ca_names = policy.ca_names.sent(&policy.roots);
        Verifier {
            policy,
            name: None,
            ca_names,
            latest: LatestPeer::default(),
            known: None,
        }
    }

    /// One that need not verify a server's chain again which it has seen before.
    pub fn remembering(policy: Policy) -> Verifier {
        Verifier {
            known: Some(Arc::default()),
            ..Verifier::new(policy)
        }
    }

    /// The same for servers that must prove `name`.
    pub fn for_name(&self, name: PeerName) -> Verifier {
        Verifier {
            policy: Policy {
                check_hostname: true,
                ..self.policy.clone()
            },
            name: Some(name),
            ca_names: Vec::new(),
            latest: LatestPeer::default(),
            // Of chains it knows what they proved.
            known: self.known.clone(),
        }
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
        ocsp: &[u8],
        name: Option<&ServerName<'_>>,
        now: UnixTime,
    ) -> Result<(), Error> {
        if let Some(key) = self.raw_key(sent.leaf) {
            deposit_peer(Arc::new(PeerChain::of_key(&key)));
            return conclude(self.policy.pinned_keys.judge(&key));
        }
        let known = self.known.as_ref().filter(|_| peer == Peer::Server);
        let seen = known.and_then(|known| known.find(sent, name, now));
        let mut verdict = match &seen {
            Some(seen) => Verdict::accepted(seen.path.clone()),
            None => verify(&self.policy, peer, sent, name, now),
        };
        let chain = match seen.filter(|seen| *seen.ocsp == *ocsp) {
            Some(seen) => seen,
            None => {
                let chain = self.latest.share(sent.to_chain(verdict.path(), ocsp));
                if let Some(known) = known.filter(|_| verdict.is_accepted()) {
                    known.remember(&self.policy, &chain, name, now);
                }
                chain
            }
        };
        deposit_peer(chain.clone());
        if let Some(hook) = &self.policy.hook {
            let answer = (hook.answer)(verdict.verify(), &chain.sent);
            verdict = verdict.answered(answer);
        }
        if verdict.is_overruled() {
            // A resumed handshake would not ask the program again.
            session::forget();
        }
        conclude(verdict)
    }
}

fn conclude(verdict: Verdict) -> Result<(), Error> {
    let result = match verdict.is_accepted() {
        true => Ok(()),
        false => Err(verdict.rustls_error()),
    };
    deposit(verdict);
    result
}

impl ServerCertVerifier for Verifier {
    fn verify_server_cert(
        &self,
        end_entity: &CertificateDer<'_>,
        intermediates: &[CertificateDer<'_>],
        server_name: &ServerName<'_>,
        ocsp_response: &[u8],
        now: UnixTime,
    ) -> Result<ServerCertVerified, Error> {
        let sent = Sent {
            leaf: end_entity,
            intermediates,
        };
        if self.policy.mode == Mode::None {
            // Nothing is verified, and hence no verdict; the handshake's signature still is.
            deposit_peer(self.latest.share(sent.to_chain(&[], ocsp_response)));
        } else {
            let name = self.name.as_ref().map(PeerName::as_server_name);
            let name = name.unwrap_or(server_name);
            let name = self.policy.check_hostname.then_some(name);
            self.judge(Peer::Server, &sent, ocsp_response, name, now)?;
        }
        Ok(ServerCertVerified::assertion())
    }

    fn verify_tls12_signature(
        &self,
        message: &[u8],
        cert: &CertificateDer<'_>,
        dss: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        let key = self.raw_key(cert);
        (self.policy.signatures).verify_tls12(message, cert, key, dss)
    }

    fn verify_tls13_signature(
        &self,
        message: &[u8],
        cert: &CertificateDer<'_>,
        dss: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        let key = self.raw_key(cert);
        (self.policy.signatures).verify_tls13(message, cert, key, dss)
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
        self.judge(Peer::Client, &sent, &[], None, now)?;
        Ok(ClientCertVerified::assertion())
    }

    fn verify_tls12_signature(
        &self,
        message: &[u8],
        cert: &CertificateDer<'_>,
        dss: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        let key = self.raw_key(cert);
        (self.policy.signatures).verify_tls12(message, cert, key, dss)
    }

    fn verify_tls13_signature(
        &self,
        message: &[u8],
        cert: &CertificateDer<'_>,
        dss: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        let key = self.raw_key(cert);
        (self.policy.signatures).verify_tls13(message, cert, key, dss)
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        self.policy.signatures.schemes()
    }

    fn requires_raw_public_keys(&self) -> bool {
        !self.policy.pinned_keys.is_empty()
    }
}
