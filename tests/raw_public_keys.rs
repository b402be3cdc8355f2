//! Peers that show a key in place of a certificate (RFC 7250), and that accept pinned keys only.

use std::sync::Arc;

use rssl::context::{Context, Roles};
use rssl::error::{Alert, Code, Error};
use rssl::identity::Identity;
use rssl::socket::{Role, Socket};
use rssl::trust::{Mode, PinnedKeys, VerifyHook};
use testca::{Authority, KeyKind, Leaf};

const UNTRUSTED: i32 = 95;

fn raw(kind: KeyKind) -> Arc<Identity> {
    let credentials = Leaf::client("nobody").key(kind).self_signed();
    let key = credentials.key_pem();
    Arc::new(Identity::from_raw_key(key.as_bytes(), None).unwrap())
}

fn pins(identities: &[&Arc<Identity>]) -> PinnedKeys {
    let spkis = identities.iter().map(|one| one.raw_key().unwrap().to_vec());
    PinnedKeys::new(spkis.collect()).unwrap()
}

/// A context that shows `own` and accepts `peers`; of none, it asks nobody.
fn context(roles: Roles, own: Option<&Arc<Identity>>, peers: &[&Arc<Identity>]) -> Context {
    let context = Context::new(roles).unwrap();
    context
        .set_identities(own.cloned().into_iter().collect())
        .unwrap();
    if !peers.is_empty() {
        context.set_verify(Mode::Required).unwrap();
        context.pin_raw_keys(pins(peers)).unwrap();
    }
    context
}

fn certified(roles: Roles) -> Context {
    let authority = Authority::root("root");
    let credentials = authority.issue(&Leaf::server(&["localhost"]));
    let (chain, key) = (credentials.chain_pem(), credentials.key_pem());
    let identity = Identity::from_memory(chain.as_bytes(), Some(key.as_bytes()), None).unwrap();
    let context = Context::new(roles).unwrap();
    context.add_identity(identity).unwrap();
    context
}

struct Met {
    client: Socket,
    server: Socket,
    client_error: Option<Error>,
    server_error: Option<Error>,
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

fn meet(client: &Context, server: &Context) -> Met {
    let name = Some("localhost");
    let client = Socket::new(&client.setup().unwrap(), Role::Client, name).unwrap();
    let server = Socket::new(&server.setup().unwrap(), Role::Server, None).unwrap();
    for _ in 0..4 {
        let _ = client.handshake();
        carry(&client, &server);
        let _ = server.handshake();
        carry(&server, &client);
    }
    let _ = client.read(&mut [0; 1]);
    let _ = server.read(&mut [0; 1]);
    Met {
        client_error: client.failure().cloned(),
        server_error: server.failure().cloned(),
        client,
        server,
    }
}

#[test]
fn each_side_proves_its_key_of_every_kind() {
    let kinds = [
        KeyKind::P256,
        KeyKind::P384,
        KeyKind::Ed25519,
        KeyKind::Rsa2048,
    ];
    for kind in kinds {
        for version in [0x0303, 0x0304] {
            let (ours, theirs, other) = (raw(kind), raw(kind), raw(kind));
            let client = context(Roles::CLIENT, Some(&ours), &[&other, &theirs]);
            let server = context(Roles::SERVER, Some(&theirs), &[&ours]);
            client.set_versions(version, version).unwrap();
            let met = meet(&client, &server);
            assert!(
                met.client_error.is_none(),
                "{kind:?} {version:x} {:?}",
                met.client_error
            );
            assert!(
                met.server_error.is_none(),
                "{kind:?} {version:x} {:?}",
                met.server_error
            );
            for (socket, key) in [(&met.client, &theirs), (&met.server, &ours)] {
                let agreed = socket.agreed().unwrap();
                assert_eq!(agreed.peer.raw_key.as_deref(), key.raw_key());
                assert_eq!(agreed.verify, Some(0));
                assert!(agreed.peer.sent.is_empty());
            }
        }
    }
}

#[test]
fn a_server_alone_may_show_one() {
    let key = raw(KeyKind::P256);
    let met = meet(
        &context(Roles::CLIENT, None, &[&key]),
        &context(Roles::SERVER, Some(&key), &[]),
    );
    assert!(met.client.is_connected() && met.server.is_connected());
    assert!(met.server.agreed().unwrap().peer.raw_key.is_none());
}

#[test]
fn another_key_is_refused_by_either_side() {
    let (ours, theirs, other) = (raw(KeyKind::P256), raw(KeyKind::P256), raw(KeyKind::P256));
    let met = meet(
        &context(Roles::CLIENT, None, &[&other]),
        &context(Roles::SERVER, Some(&theirs), &[]),
    );
    let error = met.client_error.unwrap();
    assert_eq!((error.code(), error.verify()), (Code::Verify, UNTRUSTED));
    assert_eq!(error.alert(), Some(Alert::Sent(46)));

    let met = meet(
        &context(Roles::CLIENT, Some(&ours), &[&theirs]),
        &context(Roles::SERVER, Some(&theirs), &[&other]),
    );
    let error = met.server_error.unwrap();
    assert_eq!((error.code(), error.verify()), (Code::Verify, UNTRUSTED));
    let heard = met.client_error.unwrap();
    assert_eq!(heard.alert(), Some(Alert::Received(46)));
}

#[test]
fn a_verify_callback_has_no_say() {
    let (ours, theirs, other) = (raw(KeyKind::P256), raw(KeyKind::P256), raw(KeyKind::P256));
    for (pinned, accepted) in [(&theirs, true), (&other, false)] {
        let client = context(Roles::CLIENT, Some(&ours), &[pinned]);
        let server = context(Roles::SERVER, Some(&theirs), &[&ours]);
        for context in [&client, &server] {
            let hook = VerifyHook::new(|_, _| panic!("asked about a raw public key")).unwrap();
            context.set_verify_hook(Some(hook)).unwrap();
        }
        let met = meet(&client, &server);
        assert_eq!(
            met.client.is_connected(),
            accepted,
            "{:?}",
            met.client_error
        );
        assert_eq!(
            met.server.is_connected(),
            accepted,
            "{:?}",
            met.server_error
        );
    }
}

#[test]
fn certificates_and_raw_keys_do_not_meet() {
    let key = raw(KeyKind::P256);
    let met = meet(
        &context(Roles::CLIENT, None, &[&key]),
        &certified(Roles::SERVER),
    );
    assert_eq!(met.server_error.unwrap().code(), Code::NoShared);
    assert_eq!(met.client_error.unwrap().code(), Code::Alert);
    let met = meet(
        &Context::new(Roles::CLIENT).unwrap(),
        &context(Roles::SERVER, Some(&key), &[]),
    );
    assert_eq!(
        met.server_error.unwrap().reason(),
        c"UNKNOWN_CERTIFICATE_TYPE"
    );
    // A client that shows a raw key, to a server that asks for nothing.
    let client = context(Roles::CLIENT, Some(&key), &[&key]);
    let met = meet(&client, &context(Roles::SERVER, Some(&key), &[]));
    assert!(met.client_error.is_some() && !met.client.is_connected());
}

#[test]
fn no_key_where_one_is_required() {
    let key = raw(KeyKind::P256);
    let met = meet(
        &context(Roles::CLIENT, None, &[&key]),
        &context(Roles::SERVER, Some(&key), &[&key]),
    );
    let error = met.server_error.unwrap();
    assert_eq!(error.code(), Code::NoShared, "{error}");
}

#[test]
fn resumption_keeps_the_key_and_new_pins_end_it() {
    let key = raw(KeyKind::P256);
    let (client, server) = (
        context(Roles::CLIENT, None, &[&key]),
        context(Roles::SERVER, Some(&key), &[]),
    );
    assert!(
        !meet(&client, &server)
            .client
            .agreed()
            .unwrap()
            .agreement
            .resumed
    );
    let met = meet(&client, &server);
    let agreed = met.client.agreed().unwrap();
    assert!(agreed.agreement.resumed);
    assert_eq!(agreed.peer.raw_key.as_deref(), key.raw_key());
    client.pin_raw_keys(pins(&[&raw(KeyKind::P256)])).unwrap();
    assert_eq!(
        meet(&client, &server).client_error.unwrap().verify(),
        UNTRUSTED
    );
}

#[test]
fn settings_that_contradict_each_other_are_refused() {
    let key = raw(KeyKind::P256);
    let server = Context::new(Roles::SERVER).unwrap();
    let refused = server.pin_raw_keys(pins(&[&key])).unwrap_err();
    assert_eq!(refused.code(), Code::State);
    let client = context(Roles::CLIENT, None, &[&key]);
    client.set_check_hostname(false).unwrap();
    assert_eq!(
        client.set_verify(Mode::None).unwrap_err().code(),
        Code::State
    );
    client.pin_raw_keys(PinnedKeys::default()).unwrap();
    client.set_verify(Mode::None).unwrap();

    let with_certificate = certified(Roles::SERVER);
    let both = with_certificate.set_identities(vec![key.clone()]);
    assert!(both.is_ok(), "one replaces the other");
    let credentials = Authority::root("root").issue(&Leaf::server(&["localhost"]));
    let (chain, key) = (credentials.chain_pem(), credentials.key_pem());
    let more = Identity::from_memory(chain.as_bytes(), Some(key.as_bytes()), None).unwrap();
    let refused = with_certificate.add_identity(more).unwrap_err();
    assert_eq!(refused.code(), Code::Argument);
}

#[test]
fn a_pin_is_a_whole_subject_public_key_info() {
    let key = raw(KeyKind::P256);
    let spki = key.raw_key().unwrap();
    let longer = [spki, &[0]].concat();
    for bad in [&[][..], &spki[..spki.len() - 1], &longer, b"no DER at all"] {
        let refused = PinnedKeys::new(vec![spki.to_vec(), bad.to_vec()]).unwrap_err();
        assert_eq!(refused.code(), Code::Format, "{refused}");
        assert!(refused.message().starts_with("key 1: "), "{refused}");
    }
}
