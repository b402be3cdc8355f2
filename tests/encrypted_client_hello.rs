//! What a client's Encrypted ClientHello shows on the wire, and what a server without it causes.
//! rustls has no server that opens one.

#![cfg(feature = "aws-lc-rs")]

use rssl::context::{Context, Roles};
use rssl::engine::ech::Status;
use rssl::error::{Alert, Code, Error};
use rssl::identity::Identity;
use rssl::socket::{Pause, Role, Socket};
use rustls::crypto::aws_lc_rs::hpke::DH_KEM_X25519_HKDF_SHA256_AES_128;
use rustls::crypto::hpke::Hpke;
use testca::{Authority, Leaf};

const X25519: u16 = 0x0020;
const EXTENSION: u16 = 0xfe0d;

fn config(version: u16, kem: u16, key: &[u8], public_name: &str) -> Vec<u8> {
    let mut contents = vec![7];
    contents.extend(kem.to_be_bytes());
    contents.extend((key.len() as u16).to_be_bytes());
    contents.extend(key);
    // One pair of HKDF-SHA256 and AES-128-GCM; names of up to 64 bytes.
    contents.extend([0, 4, 0, 1, 0, 1, 64]);
    contents.push(public_name.len() as u8);
    contents.extend(public_name.as_bytes());
    contents.extend([0, 0]);
    let mut config = version.to_be_bytes().to_vec();
    config.extend((contents.len() as u16).to_be_bytes());
    config.extend(contents);
    config
}

fn list(configs: &[Vec<u8>]) -> Vec<u8> {
    let configs = configs.concat();
    let mut list = (configs.len() as u16).to_be_bytes().to_vec();
    list.extend(configs);
    list
}

fn some_key() -> Vec<u8> {
    let (public, _) = DH_KEM_X25519_HKDF_SHA256_AES_128
        .generate_key_pair()
        .unwrap();
    public.0
}

fn client() -> Context {
    Context::new(Roles::CLIENT).unwrap()
}

/// The extensions of the ClientHello that the socket sends first.
fn extensions(socket: &Socket) -> Vec<(u16, Vec<u8>)> {
    assert!(matches!(socket.handshake(), Err(Pause::Want(_))));
    let mut record = vec![0; 65_536];
    let len = socket.drain(&mut record).unwrap();
    // Header of record and message, version, random.
    let rest = &record[5 + 4 + 2 + 32..len];
    let rest = &rest[1 + usize::from(rest[0])..];
    let rest = &rest[2 + usize::from(u16::from_be_bytes([rest[0], rest[1]]))..];
    let mut rest = &rest[1 + usize::from(rest[0]) + 2..];
    let mut extensions = Vec::new();
    while let [a, b, c, d, more @ ..] = rest {
        let (body, behind) = more.split_at(usize::from(u16::from_be_bytes([*c, *d])));
        extensions.push((u16::from_be_bytes([*a, *b]), body.to_vec()));
        rest = behind;
    }
    extensions
}

fn holds(bytes: &[u8], part: &str) -> bool {
    bytes
        .windows(part.len())
        .any(|window| window == part.as_bytes())
}

/// What the extensions of a ClientHello to `name` have of server names, and whether one is the
/// encrypted ClientHello.
fn shown(context: &Context, name: &str) -> (Vec<u8>, bool) {
    let setup = context.setup().unwrap();
    let socket = Socket::new(&setup, Role::Client, Some(name)).unwrap();
    let extensions = extensions(&socket);
    let offered = extensions.iter().any(|(number, _)| *number == EXTENSION);
    (
        extensions.into_iter().flat_map(|(_, b)| b).collect(),
        offered,
    )
}

#[test]
fn the_wire_shows_the_public_name_alone() {
    let context = client();
    let list = list(&[config(EXTENSION, X25519, &some_key(), "public.test")]);
    context.set_ech_configs(&list).unwrap();
    let (bytes, offered) = shown(&context, "private.test");
    assert!(offered && holds(&bytes, "public.test") && !holds(&bytes, "private.test"));
    context.set_ech_configs(&[]).unwrap();
    let (bytes, offered) = shown(&context, "private.test");
    assert!(!offered && holds(&bytes, "private.test"));
}

#[test]
fn grease_looks_the_same_beside_the_real_name() {
    let context = client();
    context.set_ech_grease(true).unwrap();
    let (bytes, offered) = shown(&context, "private.test");
    assert!(offered && holds(&bytes, "private.test"));
    context.set_ech_grease(false).unwrap();
    assert!(!shown(&context, "private.test").1);
}

#[test]
fn a_configuration_comes_before_grease() {
    let context = client();
    context.set_ech_grease(true).unwrap();
    let list = list(&[config(EXTENSION, X25519, &some_key(), "public.test")]);
    context.set_ech_configs(&list).unwrap();
    assert!(!holds(&shown(&context, "private.test").0, "private.test"));
}

#[test]
fn lists_that_cannot_be_used_are_refused() {
    let good = list(&[config(EXTENSION, X25519, &some_key(), "public.test")]);
    let short = &good[..good.len() - 1];
    let longer = [&good[..], &[0]].concat();
    let bad_key = list(&[config(EXTENSION, X25519, &[1, 2, 3], "public.test")]);
    let zero_key = list(&[config(EXTENSION, X25519, &[0; 32], "public.test")]);
    let bad_name = list(&[config(EXTENSION, X25519, &some_key(), "not a name")]);
    let old = list(&[config(0xfe0a, X25519, &some_key(), "public.test")]);
    let other_kem = list(&[config(EXTENSION, 0x4321, &some_key(), "public.test")]);
    let context = client();
    context.set_ech_configs(&good).unwrap();
    for (list, code) in [
        (short, Code::Format),
        (&longer, Code::Format),
        (&[0], Code::Format),
        (&bad_key, Code::Format),
        (&zero_key, Code::Format),
        (&bad_name, Code::Format),
        (&[0, 0], Code::Unsupported),
        (&old, Code::Unsupported),
        (&other_kem, Code::Unsupported),
    ] {
        let error = context.set_ech_configs(list).unwrap_err();
        assert_eq!(error.code(), code, "{list:?}: {error}");
    }
    // What stood before still does.
    assert!(!holds(&shown(&context, "private.test").0, "private.test"));
    let mixed = self::list(&[old[2..].to_vec(), good[2..].to_vec()]);
    context.set_ech_configs(&mixed).unwrap();
}

#[test]
fn it_is_for_clients_with_tls_1_3() {
    let server = Context::new(Roles::SERVER).unwrap();
    let refused = server.set_ech_grease(true).unwrap_err();
    assert_eq!(refused.code(), Code::State);
    let context = client();
    context.set_versions(0, 0x0303).unwrap();
    let refused = context.set_ech_grease(true).unwrap_err();
    assert_eq!(refused.code(), Code::Argument);
    context.set_versions(0, 0).unwrap();
    context.set_ech_grease(true).unwrap();
    let refused = context.set_versions(0, 0x0303).unwrap_err();
    assert_eq!(refused.code(), Code::Argument);
}

fn carry(from: &Socket, to: &Socket) {
    let mut buf = vec![0; 65_536];
    loop {
        match from.drain(&mut buf).unwrap() {
            0 => return,
            n => assert_eq!(to.feed(&buf[..n]).unwrap(), n),
        }
    }
}

/// A handshake with a server for `names` that has no Encrypted ClientHello: the client's end of
/// it, and its error and the server's.
fn meet_plain_server(names: &[&str], configure: impl Fn(&Context)) -> (Socket, [Option<Error>; 2]) {
    let authority = Authority::root("root");
    let credentials = authority.issue(&Leaf::server(names));
    let (chain, key) = (credentials.chain_pem(), credentials.key_pem());
    let identity = Identity::from_memory(chain.as_bytes(), Some(key.as_bytes()), None).unwrap();
    let server = Context::new(Roles::SERVER).unwrap();
    server.add_identity(identity).unwrap();
    let context = client();
    let root = testca::certificate_pem(authority.certificate());
    context.load_verify_mem(root.as_bytes()).unwrap();
    configure(&context);
    let client = Socket::new(
        &context.setup().unwrap(),
        Role::Client,
        Some("private.test"),
    )
    .unwrap();
    let server = Socket::new(&server.setup().unwrap(), Role::Server, None).unwrap();
    for _ in 0..4 {
        let _ = client.handshake();
        carry(&client, &server);
        let _ = server.handshake();
        carry(&server, &client);
    }
    let _ = server.read(&mut [0; 1]);
    let errors = [client.failure().cloned(), server.failure().cloned()];
    (client, errors)
}

#[test]
fn grease_is_no_hindrance() {
    let grease = |context: &Context| context.set_ech_grease(true).unwrap();
    let (client, errors) = meet_plain_server(&["private.test"], grease);
    assert!(client.is_connected(), "{errors:?}");
    assert_eq!(client.ech_status(), Some(Status::Grease));
    assert!(client.ech_retry_configs().is_none());
}

fn public(context: &Context) {
    let list = list(&[config(EXTENSION, X25519, &some_key(), "public.test")]);
    context.set_ech_configs(&list).unwrap();
}

#[test]
fn a_server_without_it_is_left_after_it_proved_the_public_name() {
    let (client, [error, heard]) = meet_plain_server(&["public.test"], public);
    let (error, heard) = (error.unwrap(), heard.unwrap());
    assert_eq!(error.code(), Code::NoShared, "{error}");
    assert_eq!(error.reason(), c"ECH_REJECTED");
    assert_eq!(error.alert(), Some(Alert::Sent(121)));
    assert_eq!(heard.alert(), Some(Alert::Received(121)), "{heard}");
    assert_eq!(client.ech_status(), Some(Status::Rejected));
    assert!(client.ech_retry_configs().is_none());
    assert!(!client.is_connected());
}

#[test]
fn one_that_does_not_prove_the_public_name_is_refused_for_that() {
    let (_, [error, _]) = meet_plain_server(&["private.test"], public);
    let error = error.unwrap();
    assert_eq!((error.code(), error.verify()), (Code::Verify, 62));
    assert!(
        error.message().contains("expected 'public.test'"),
        "{error}"
    );
}
