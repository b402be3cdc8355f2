//! Certificates go compressed (RFC 8879) between ends that both can, and as they are otherwise.

use std::sync::Arc;

use super::Engine;
use super::config::{ClientConfigs, Protocol, ServerConfigs, ServerSwitches};
use super::record::{Extent, extent};
use crate::identity::{Identities, Identity};
use crate::session::{ClientMemory, ServerMemory, ServerSessions};
use crate::trust::{Mode, Policy, Roots, Verifier};
use rustls::{CertificateCompressionAlgorithm, ClientConfig};
use testca::{Authority, Leaf};

const ALGORITHMS: [(CertificateCompressionAlgorithm, bool); 2] = [
    (
        CertificateCompressionAlgorithm::Brotli,
        cfg!(feature = "brotli"),
    ),
    (
        CertificateCompressionAlgorithm::Zlib,
        cfg!(feature = "zlib"),
    ),
];

struct Ends {
    client: ClientConfigs,
    server: ServerConfigs,
    /// Bytes of the server's chain, and of the client's.
    chains: [usize; 2],
}

fn identity(root: &Authority, leaf: &Leaf) -> (Arc<Identities>, usize) {
    let credentials = root.issue(leaf);
    let (chain, key) = (credentials.chain_pem(), credentials.key_pem());
    let identity = Identity::from_memory(chain.as_bytes(), Some(key.as_bytes()), None).unwrap();
    let length = identity.certificates().iter().map(|c| c.len()).sum();
    (Arc::new(vec![Arc::new(identity)].into()), length)
}

impl Ends {
    /// Both show certificates of many names, and verify those of the other.
    fn new() -> Ends {
        Ends::named(200)
    }

    fn named(names: usize) -> Ends {
        let root = Authority::root("root");
        let names: Vec<String> = (0..names).map(|i| format!("host-{i}.rssl.test")).collect();
        let mut names: Vec<&str> = names.iter().map(String::as_str).collect();
        names.push("localhost");
        let many = Leaf::server(&names);
        let (server, server_chain) = identity(&root, &many);
        let many = many.params(|params| {
            params.extended_key_usages = vec![rcgen::ExtendedKeyUsagePurpose::ClientAuth];
        });
        let (client, client_chain) = identity(&root, &many);

        let mut roots = Roots::new();
        let pem = testca::certificate_pem(root.certificate());
        roots.add_bytes(pem.as_bytes()).unwrap();
        let verifier = Arc::new(Verifier::new(Policy::new(roots, Mode::Required)));
        let switches = ServerSwitches {
            alpn_optional: false,
            server_order: true,
        };
        let protocol = Protocol::default();
        let memory = ServerMemory::new().unwrap();
        let sessions = ServerSessions {
            memory: &memory,
            store: None,
            trust: [0; 32],
            tickets: false,
            tls13_tickets: 0,
        };
        let server = ServerConfigs::new(
            &protocol,
            Some(verifier.clone()),
            server,
            sessions,
            &switches,
        );
        let client =
            ClientConfigs::new(&protocol, verifier, client, ClientMemory::new(0), true).unwrap();
        Ends {
            client,
            server: server.unwrap(),
            chains: [server_chain, client_chain],
        }
    }

    /// A handshake; how many bytes the server sent, and the client.
    fn connect(&self) -> [usize; 2] {
        let sessions = self.client.sessions(Some("localhost".try_into().unwrap()));
        let mut client = Engine::client(&self.client, sessions);
        client.begin().unwrap();
        let mut server = Engine::server(&self.server, false).unwrap();
        let mut sent = [0; 2];
        while client.is_handshaking() || server.is_handshaking() {
            sent[1] += carry(&mut client, &mut server);
            sent[0] += carry(&mut server, &mut client);
        }
        sent
    }
}

fn carry(from: &mut Engine, to: &mut Engine) -> usize {
    let mut flight = Vec::new();
    while from.has_output() {
        from.send_to(&mut flight).unwrap();
    }
    let mut rest = &flight[..];
    while let Extent::Complete(len) = extent(rest) {
        to.receive(&rest[..len], &[], &mut []).unwrap();
        rest = &rest[len..];
    }
    flight.len()
}

/// Changes what the client can decompress and compress.
fn change(ends: &mut Ends, change: impl FnOnce(&mut ClientConfig)) {
    change(Arc::make_mut(&mut ends.client.config));
}

#[test]
fn both_chains_are_compressed_by_each_algorithm() {
    for (algorithm, built) in ALGORITHMS {
        let mut ends = Ends::new();
        change(&mut ends, |config| {
            config
                .cert_decompressors
                .retain(|one| one.algorithm() == algorithm);
            config
                .cert_compressors
                .retain(|one| one.algorithm() == algorithm);
            assert_eq!(config.cert_compressors.len(), usize::from(built));
        });
        let sent = ends.connect();
        for (sent, chain) in sent.iter().zip(ends.chains) {
            // A hello with a post-quantum key is in both; these names compress to a third.
            assert_eq!(*sent < chain, built, "{algorithm:?}: {sent} of {chain}");
        }
    }
}

#[test]
fn a_peer_without_compression_gets_the_chain_as_it_is() {
    let mut ends = Ends::new();
    change(&mut ends, |config| {
        config.cert_decompressors.clear();
        config.cert_compressors.clear();
    });
    let sent = ends.connect();
    for (sent, chain) in sent.iter().zip(ends.chains) {
        assert!(*sent > chain, "{sent} of {chain}");
    }
}

#[test]
fn a_short_chain_is_sent_as_it_is() {
    let mut ends = Ends::named(1);
    let sent = ends.connect();
    change(&mut ends, |config| {
        config.cert_decompressors.clear();
        config.cert_compressors.clear();
    });
    let plain = ends.connect();
    // The offers, of client and server, and signatures of 70 to 72 bytes.
    for (sent, plain) in sent.into_iter().zip(plain) {
        assert!(sent.abs_diff(plain) < 24, "{sent} and {plain}");
    }
}
