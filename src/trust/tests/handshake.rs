//! The verifiers inside real handshakes: verdicts, alerts and signatures.

use rcgen::PublicKeyData;
use rustls::client::ClientConnection;
use rustls::server::{ClientHello, NoClientAuth, ResolvesServerCert, ServerConnection};
use rustls::sign::CertifiedKey;
use rustls::time_provider::TimeProvider;
use rustls::{
    AlertDescription, ClientConfig, Error, ServerConfig, SupportedProtocolVersion, version,
};
use rustls_pki_types::{PrivateKeyDer, ServerName};

use super::*;
use crate::crypto;

const NAME: &str = "example.org";
const VERSIONS: [&SupportedProtocolVersion; 2] = [&version::TLS12, &version::TLS13];

#[derive(Debug)]
struct Fixed;

impl TimeProvider for Fixed {
    fn current_time(&self) -> Option<UnixTime> {
        Some(now())
    }
}

/// Presents any certificate with any key, matching or not.
#[derive(Debug)]
struct Presents(Arc<CertifiedKey>);

impl Presents {
    fn new(chain: Vec<CertificateDer<'static>>, key: &KeyPair) -> Arc<Presents> {
        let key = PrivateKeyDer::try_from(key.serialize_der()).unwrap();
        let key = crypto::provider()
            .key_provider
            .load_private_key(key)
            .unwrap();
        Arc::new(Presents(Arc::new(CertifiedKey::new(chain, key))))
    }
}

impl ResolvesServerCert for Presents {
    fn resolve(&self, _: ClientHello<'_>) -> Option<Arc<CertifiedKey>> {
        Some(self.0.clone())
    }
}

struct Ends {
    client: ClientConnection,
    server: ServerConnection,
}

impl Ends {
    fn new(
        version: &'static SupportedProtocolVersion,
        client: Arc<Verifier>,
        presents: Arc<Presents>,
        server: Option<Arc<Verifier>>,
        client_cert: Option<&Authority>,
    ) -> Ends {
        let builder =
            ClientConfig::builder_with_details(crypto::provider().clone(), Arc::new(Fixed))
                .with_protocol_versions(&[version])
                .unwrap()
                .dangerous()
                .with_custom_certificate_verifier(client);
        let client = match client_cert {
            None => builder.with_no_client_auth(),
            Some(own) => {
                let key = PrivateKeyDer::try_from(own.key.serialize_der()).unwrap();
                builder.with_client_auth_cert(vec![own.der()], key).unwrap()
            }
        };
        let builder =
            ServerConfig::builder_with_details(crypto::provider().clone(), Arc::new(Fixed))
                .with_protocol_versions(&[version])
                .unwrap();
        let server = match server {
            None => builder.with_client_cert_verifier(Arc::new(NoClientAuth)),
            Some(verifier) => builder.with_client_cert_verifier(verifier),
        }
        .with_cert_resolver(presents);
        let name = ServerName::try_from(NAME).unwrap();
        Ends {
            client: ClientConnection::new(Arc::new(client), name).unwrap(),
            server: ServerConnection::new(Arc::new(server)).unwrap(),
        }
    }

    /// Runs both ends until nothing moves; the first error of each.
    fn run(&mut self) -> (Option<Error>, Option<Error>) {
        let (mut client, mut server) = (None, None);
        loop {
            let mut moved = false;
            let mut wire = Vec::new();
            while self.client.wants_write() {
                self.client.write_tls(&mut wire).unwrap();
            }
            if server.is_none() && !wire.is_empty() {
                moved = true;
                let mut input = wire.as_slice();
                while !input.is_empty() && server.is_none() {
                    self.server.read_tls(&mut input).unwrap();
                    server = self.server.process_new_packets().err();
                }
            }
            let mut wire = Vec::new();
            while self.server.wants_write() {
                self.server.write_tls(&mut wire).unwrap();
            }
            if client.is_none() && !wire.is_empty() {
                moved = true;
                let mut input = wire.as_slice();
                while !input.is_empty() && client.is_none() {
                    self.client.read_tls(&mut input).unwrap();
                    client = self.client.process_new_packets().err();
                }
            }
            if !moved {
                return (client, server);
            }
        }
    }
}

fn verifier(roots: Roots, mode: Mode) -> Arc<Verifier> {
    Arc::new(Verifier::new(Policy::new(roots, mode)))
}

#[test]
fn the_verdict_is_observed_and_the_alert_is_sent() {
    let root = Authority::new("root");
    let mut old = leaf_params(NAME);
    old.not_after = date_time_ymd(2025, 2, 3);
    let (good, old) = (root.leaf(NAME), root.issue(old));
    for version in VERSIONS {
        let run = |leaf: &Authority| {
            let presents = Presents::new(vec![leaf.der()], &leaf.key);
            let client = verifier(store(&[&root]), Mode::Required);
            let mut ends = Ends::new(version, client, presents, None, None);
            observe(|| ends.run())
        };
        let ((client, server), observed) = run(&good);
        assert_eq!((client, server), (None, None));
        assert_eq!(observed.verdict.unwrap().path().len(), 2);
        assert_eq!(observed.peer.unwrap().path.len(), 2);

        let ((client, server), observed) = run(&old);
        assert!(client.is_some());
        let alert = Error::AlertReceived(AlertDescription::CertificateExpired);
        assert_eq!(server, Some(alert));
        assert_eq!(observed.verdict.unwrap().to_error().verify(), 10);
    }
}

#[test]
fn without_verification_the_handshake_signature_still_counts() {
    let leaf = Authority::self_signed(leaf_params("someone-else.example"));
    let other = KeyPair::generate().unwrap();
    for version in VERSIONS {
        let run = |key: &KeyPair| {
            let presents = Presents::new(vec![leaf.der()], key);
            let client = verifier(Roots::new(), Mode::None);
            let mut ends = Ends::new(version, client, presents, None, None);
            let ((client, _), observed) = observe(|| ends.run());
            assert!(observed.verdict.is_none());
            assert_eq!(observed.peer.unwrap().sent.len(), 1);
            client
        };
        assert_eq!(run(&leaf.key), None);
        assert!(run(&other).is_some());
    }
}

#[test]
fn version_1_leaves_without_verification_and_in_the_store() {
    let (key, other) = (KeyPair::generate().unwrap(), KeyPair::generate().unwrap());
    let odd = Odd {
        subject: vec![tlv(
            0x31,
            &[&attribute(&[0x55, 4, 3], 0x0c, NAME.as_bytes())],
        )],
        spki: key.subject_public_key_info(),
        ..Odd::default()
    };
    let mut roots = Roots::new();
    roots.add(Arc::new(odd.read()));
    let mut stored = Policy::new(roots, Mode::Required);
    stored.match_cn = true;
    for policy in [Policy::new(Roots::new(), Mode::None), stored] {
        for version in VERSIONS {
            let run = |key: &KeyPair| {
                let client = Arc::new(Verifier::new(policy.clone()));
                let presents = Presents::new(vec![odd.der()], key);
                Ends::new(version, client, presents, None, None).run().0
            };
            assert_eq!(run(&key), None);
            assert!(run(&other).is_some(), "signed with another key");
        }
    }
}

#[test]
fn a_server_judges_its_clients() {
    let root = Authority::new("root");
    let server = root.leaf(NAME);
    let (known, stranger) = (root.leaf("client"), Authority::new("x").leaf("client"));
    for version in VERSIONS {
        let run = |mode, own: Option<&Authority>| {
            let presents = Presents::new(vec![server.der()], &server.key);
            let client = verifier(store(&[&root]), Mode::Required);
            let asks = Some(verifier(store(&[&root]), mode));
            let mut ends = Ends::new(version, client, presents, asks, own);
            ends.run().1
        };
        assert_eq!(run(Mode::Required, Some(&known)), None);
        assert_eq!(run(Mode::Optional, Some(&known)), None);
        assert_eq!(run(Mode::Optional, None), None);
        assert_eq!(
            run(Mode::Required, None),
            Some(Error::NoCertificatesPresented)
        );
        for mode in [Mode::Optional, Mode::Required] {
            let error = run(mode, Some(&stranger));
            assert!(
                matches!(error, Some(Error::InvalidCertificate(_))),
                "{error:?}"
            );
        }
    }
}

#[test]
fn the_names_of_the_roots_are_sent_if_asked_for_and_if_they_fit() {
    use rustls::server::danger::ClientCertVerifier;
    let sent = |verifier: &Verifier| verifier.root_hint_subjects().len();
    let root = Authority::new("root");
    let mut policy = Policy::new(store(&[&root]), Mode::Required);
    assert_eq!(sent(&Verifier::new(policy.clone())), 1);
    policy.ca_names = CaNames::None;
    assert_eq!(sent(&Verifier::new(policy)), 0);

    let large = ["a", "b", "c"].map(|name| Authority::new(&name.repeat(25_000)));
    let large = store(&large.each_ref());
    assert_eq!(large.anchors().len(), 3);
    assert_eq!(sent(&Verifier::new(Policy::new(large, Mode::Required))), 0);
}
