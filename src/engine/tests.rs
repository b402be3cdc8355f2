use rustls::crypto::CipherSuiteCommon;
use rustls::{SupportedCipherSuite, Tls12CipherSuite, Tls13CipherSuite};
use testca::{Authority, Leaf};

use super::config::{ClientConfigs, Protocol, ServerConfigs, ServerSwitches};
use super::seal::OTHER_RECORDS;
use super::*;
use crate::crypto::backend::cipher_suite;
use crate::identity::{Identities, Identity};
use crate::session::{ClientMemory, ServerMemory, ServerSessions};
use crate::trust::{Mode, Policy, Roots, Verifier};

/// A cipher whose key may protect `limit` records.
pub(super) fn limited(suite: SupportedCipherSuite, limit: u64) -> SupportedCipherSuite {
    fn common(of: &CipherSuiteCommon, limit: u64) -> CipherSuiteCommon {
        CipherSuiteCommon {
            confidentiality_limit: limit,
            ..*of
        }
    }
    match suite {
        SupportedCipherSuite::Tls12(known) => {
            let common = common(&known.common, limit);
            let suite = Tls12CipherSuite { common, ..*known };
            SupportedCipherSuite::Tls12(Box::leak(Box::new(suite)))
        }
        SupportedCipherSuite::Tls13(known) => {
            let common = common(&known.common, limit);
            let suite = Tls13CipherSuite { common, ..*known };
            SupportedCipherSuite::Tls13(Box::leak(Box::new(suite)))
        }
    }
}

fn few() -> SupportedCipherSuite {
    let suite = cipher_suite::TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256;
    limited(suite, OTHER_RECORDS + 3)
}

pub(super) fn identity(name: &str) -> Arc<Identity> {
    let credentials = Authority::root("root").issue(&Leaf::server(&[name]));
    let (chain, key) = (credentials.chain_pem(), credentials.key_pem());
    let identity = Identity::from_memory(chain.as_bytes(), Some(key.as_bytes()), None);
    Arc::new(identity.unwrap())
}

pub(super) fn server_configs(protocol: &Protocol) -> ServerConfigs {
    let identities = Identities::from(vec![identity("localhost")]);
    let switches = ServerSwitches {
        alpn_optional: false,
        server_order: true,
    };
    let memory = ServerMemory::new().unwrap();
    let sessions = ServerSessions {
        memory: &memory,
        store: None,
        trust: [0; 32],
        tickets: false,
        tls13_tickets: 0,
    };
    ServerConfigs::new(protocol, None, Arc::new(identities), sessions, &switches).unwrap()
}

/// A client that accepts any certificate.
pub(super) fn client(protocol: &Protocol) -> Engine {
    let memory = ClientMemory::new(1);
    let anyone = Arc::new(Verifier::new(Policy::new(Roots::new(), Mode::None)));
    let nobody = Arc::new(Identities::default());
    let client = ClientConfigs::new(protocol, anyone, nobody, memory, true).unwrap();
    let sessions = client.sessions(Some("localhost".try_into().unwrap()));
    let mut client = Engine::client(&client, sessions);
    client.begin().unwrap();
    client
}

pub(super) fn connected(protocol: &Protocol) -> (Engine, Engine) {
    connect(protocol, protocol)
}

pub(super) fn connect(ours: &Protocol, theirs: &Protocol) -> (Engine, Engine) {
    let mut client = client(ours);
    let mut server = Engine::server(&server_configs(theirs), false).unwrap();
    while client.is_handshaking() || server.is_handshaking() {
        carry(&mut client, &mut server);
        carry(&mut server, &mut client);
    }
    (client, server)
}

pub(super) fn output(from: &mut Engine) -> Vec<u8> {
    let mut flight = Vec::new();
    while from.has_output() {
        from.send_to(&mut flight).unwrap();
    }
    flight
}

pub(super) fn carry(from: &mut Engine, to: &mut Engine) {
    let flight = output(from);
    let mut rest = &flight[..];
    while let record::Extent::Complete(len) = record::extent(rest) {
        to.receive(&rest[..len], &[], &mut []).unwrap();
        rest = &rest[len..];
    }
}

#[test]
fn what_a_key_may_not_protect_is_not_taken() {
    let (mut client, mut server) = connected(&Protocol {
        suites: vec![few()],
        ..Protocol::default()
    });
    for plaintext in [&[1; 10][..], &[2; 10], &[3; 10]] {
        assert_eq!(client.seal(&[plaintext]), 10);
        carry(&mut client, &mut server);
        assert_eq!(server.take(&mut [0; 20]), 10);
    }
    assert_eq!(client.seal(&[&[4; 10]]), 0);
    carry(&mut client, &mut server);
    assert!(server.peer_closed());
}

#[test]
fn pieces_are_one_record_and_records_are_counted_as_they_are_cut() {
    let (mut client, mut server) = connected(&Protocol {
        suites: vec![few()],
        fragment: 100,
        ..Protocol::default()
    });
    assert_eq!(client.seal(&[b"one ", b"", b"record"]), 10);
    let mut record = Vec::new();
    client.send_to(&mut record).unwrap();
    assert_eq!(
        record::extent(&record),
        record::Extent::Complete(record.len())
    );
    server.receive(&record, &[], &mut []).unwrap();
    let mut plaintext = [0; 20];
    assert_eq!(server.take(&mut plaintext), 10);
    assert_eq!(&plaintext[..10], b"one record");
    // Two are left, and this needs three.
    assert_eq!(client.seal(&[&[0; 150], &[0; 51]]), 0);
}

#[test]
fn only_ciphers_of_the_versions_allowed_are_offered() {
    for version in [0x0303, 0x0304] {
        let protocol = Protocol {
            versions: crate::crypto::versions::VersionRange::new(version, version).unwrap(),
            ..Protocol::default()
        };
        let offered = &protocol.provider().cipher_suites;
        assert!(!offered.is_empty());
        assert!(offered.len() < protocol.suites.len());
        assert!(
            offered
                .iter()
                .all(|suite| u16::from(suite.version().version) == version)
        );
    }
}
