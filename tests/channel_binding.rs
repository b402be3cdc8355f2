//! Channel bindings over certificates that a real authority would not sign like this.

use rcgen::{CertificateParams, KeyPair, SignatureAlgorithm};
use rssl::context::{Context, Roles};
use rssl::crypto::digest::hash;
use rssl::error::{Code, Result};
use rssl::identity::Identity;
use rssl::socket::{Role, Socket};
use rssl::trust::Mode;

/// What both ends of a connection say to a server whose certificate is signed with `kind`.
fn end_point(kind: &'static SignatureAlgorithm) -> (Result<Vec<u8>>, Vec<u8>) {
    let key = KeyPair::generate_for(kind).unwrap();
    let params = CertificateParams::new(vec!["localhost".into()]).unwrap();
    let certificate = params.self_signed(&key).unwrap();
    let (pem, key) = (certificate.pem(), key.serialize_pem());
    let identity = Identity::from_memory(pem.as_bytes(), Some(key.as_bytes()), None).unwrap();
    let roles = |client| Roles {
        client,
        server: !client,
    };
    let server = Context::new(roles(false)).unwrap();
    server.add_identity(identity).unwrap();
    let client = Context::new(roles(true)).unwrap();
    client.set_check_hostname(false).unwrap();
    client.set_verify(Mode::None).unwrap();
    let client = Socket::new(&client.setup().unwrap(), Role::Client, None).unwrap();
    let server = Socket::new(&server.setup().unwrap(), Role::Server, None).unwrap();
    while !client.is_connected() || !server.is_connected() {
        for (from, to) in [(&client, &server), (&server, &client)] {
            let _ = from.handshake();
            let mut wire = vec![0; 65_536];
            let n = from.drain(&mut wire).unwrap();
            to.feed(&wire[..n]).unwrap();
        }
    }
    let of_client = client.channel_binding("tls-server-end-point");
    let of_server = server.channel_binding("tls-server-end-point");
    assert_eq!(
        of_client.as_ref().map_err(|error| error.code()),
        of_server.as_ref().map_err(|error| error.code())
    );
    (of_client, certificate.der().to_vec())
}

#[test]
fn the_end_points_binding_uses_the_hash_of_the_signature() {
    for (kind, name) in [
        (&rcgen::PKCS_ECDSA_P256_SHA256, "sha256"),
        (&rcgen::PKCS_ECDSA_P384_SHA384, "sha384"),
    ] {
        let (binding, der) = end_point(kind);
        assert_eq!(binding.unwrap(), hash(name, &der).unwrap().as_ref());
    }
}

#[test]
fn a_signature_without_a_hash_has_no_binding() {
    let (binding, _) = end_point(&rcgen::PKCS_ED25519);
    let error = binding.unwrap_err();
    assert_eq!(error.code(), Code::Unsupported);
    assert!(error.message().contains("ED25519"), "{error}");
}
