//! What makes a client verify a chain again that it has accepted before.

use std::sync::Arc;
use std::sync::atomic::{AtomicI64, AtomicUsize, Ordering};
use std::time::{SystemTime, UNIX_EPOCH};

use rcgen::{KeyPair, SigningKey};
use rssl::context::{Context, Roles};
use rssl::engine::hooks::Clock;
use rssl::error::Error;
use rssl::identity::Identity;
use rssl::socket::{Pause, Role, Socket};
use rssl::trust::{CrlSwitch, VerifyHook};
use rssl::x509::Certificate;
use testca::{Authority, Credentials, Leaf};

const NO_KNOWN_CHAINS: u32 = 1 << 10;
const X509_STRICT: u32 = 1 << 5;
const DAY: i64 = 86_400;

const SERIAL: u64 = 4711;

struct Site {
    root: Authority,
    intermediate: Authority,
    server: Context,
}

impl Site {
    fn new() -> Site {
        let root = Authority::root("root");
        let intermediate = root.intermediate("intermediate");
        let leaf = Leaf::server(&["a.test", "b.test"]);
        let leaf = leaf.params(|params| params.serial_number = Some(SERIAL.into()));
        let server = server(&intermediate.issue(&leaf));
        Site {
            root,
            intermediate,
            server,
        }
    }

    /// A client that resumes nothing.
    fn client(&self) -> Context {
        let client = Context::new(Roles::CLIENT).unwrap();
        client.set_session_cache(0).unwrap();
        client
            .load_verify_mem(testca::certificate_pem(self.root.certificate()).as_bytes())
            .unwrap();
        client
    }

    /// The leaf of the path that `client` went by: the same one where it did not build it again.
    fn connect(&self, client: &Context, name: &str) -> Result<Arc<Certificate>, Error> {
        connect(client, &self.server, name)
    }

    fn knows(&self, client: &Context, before: &Arc<Certificate>) -> bool {
        Arc::ptr_eq(before, &self.connect(client, "a.test").unwrap())
    }
}

fn server(credentials: &Credentials) -> Context {
    let (chain, key) = (credentials.chain_pem(), credentials.key_pem());
    let identity = Identity::from_memory(chain.as_bytes(), Some(key.as_bytes()), None);
    let server = Context::new(Roles::SERVER).unwrap();
    server.add_identity(identity.unwrap()).unwrap();
    server
}

fn connect(client: &Context, server: &Context, name: &str) -> Result<Arc<Certificate>, Error> {
    let client = Socket::new(&*client.setup()?, Role::Client, Some(name))?;
    let server = Socket::new(&*server.setup()?, Role::Server, None)?;
    let mut wire = vec![0; 65_536];
    while !client.is_connected() {
        for (from, to) in [(&client, &server), (&server, &client)] {
            if let Err(Pause::Failed(error)) = from.handshake() {
                return Err(error);
            }
            let n = from.drain(&mut wire)?;
            to.feed(&wire[..n])?;
        }
    }
    Ok(client.agreed().unwrap().peer.path[0].clone())
}

fn verify_number(result: Result<Arc<Certificate>, Error>) -> i32 {
    result.expect_err("a refusal").verify()
}

#[test]
fn a_chain_is_known_for_the_name_that_it_proved() {
    let site = Site::new();
    let client = site.client();
    let first = site.connect(&client, "a.test").unwrap();
    assert!(site.knows(&client, &first));
    site.connect(&client, "b.test").unwrap();
    assert_eq!(verify_number(site.connect(&client, "c.test")), 62);
    assert!(site.knows(&client, &first));
}

#[test]
fn every_change_to_trust_forgets() {
    let site = Site::new();
    let list = |revoked: &[u64]| site.intermediate.crl_pem(revoked, -1..7).into_bytes();
    let another = testca::certificate_pem(Authority::root("another").certificate());
    let changes: [&dyn Fn(&Context); 8] = [
        &|client| client.load_verify_mem(another.as_bytes()).unwrap(),
        &|client| client.set_options(X509_STRICT, 0).unwrap(),
        &|client| {
            let leaf_only = CrlSwitch::LeafOnly as u32;
            client.set_crl_flags(leaf_only).unwrap();
            client.load_crl_mem(&list(&[])).unwrap();
        },
        &|client| client.clear_crls().unwrap(),
        &|client| client.set_verify_schemes(&[0x0403]).unwrap(),
        &|client| client.set_clock(None).unwrap(),
        &|client| client.set_session_cache(0).unwrap(),
        &|client| {
            let always = VerifyHook::new(|verify, _| verify).unwrap();
            client.set_verify_hook(Some(always)).unwrap();
        },
    ];
    for (i, change) in changes.iter().enumerate() {
        let client = site.client();
        let before = site.connect(&client, "a.test").unwrap();
        change(&client);
        assert!(!site.knows(&client, &before), "change {i}");
    }
}

#[test]
fn what_is_not_trusted_any_more_is_refused() {
    let site = Site::new();
    let client = site.client();
    site.connect(&client, "a.test").unwrap();
    let list = site.intermediate.crl_pem(&[SERIAL], -1..7);
    client.set_crl_flags(CrlSwitch::LeafOnly as u32).unwrap();
    client.load_crl_mem(list.as_bytes()).unwrap();
    assert_eq!(verify_number(site.connect(&client, "a.test")), 23);
    client.clear_crls().unwrap();
    site.connect(&client, "a.test").unwrap();
    client.clear_roots().unwrap();
    assert_eq!(verify_number(site.connect(&client, "a.test")), 20);
}

#[test]
fn time_passes() {
    let site = Site::new();
    let client = site.client();
    let start = SystemTime::now().duration_since(UNIX_EPOCH).unwrap();
    let time = Arc::new(AtomicI64::new(start.as_secs() as i64));
    let clock = time.clone();
    let clock = Clock::new(move || clock.load(Ordering::Relaxed));
    client.set_clock(Some(clock)).unwrap();
    let switches = CrlSwitch::LeafOnly as u32 | CrlSwitch::EnforceExpiry as u32;
    client.set_crl_flags(switches).unwrap();
    let list = site.intermediate.crl_pem(&[], -1..7);
    client.load_crl_mem(list.as_bytes()).unwrap();

    let first = site.connect(&client, "a.test").unwrap();
    time.fetch_add(6 * DAY, Ordering::Relaxed);
    assert!(site.knows(&client, &first));
    time.fetch_add(2 * DAY, Ordering::Relaxed);
    assert_eq!(verify_number(site.connect(&client, "a.test")), 12);
    client.set_crl_flags(CrlSwitch::Off as u32).unwrap();
    site.connect(&client, "a.test").unwrap();
    time.fetch_add(25 * DAY, Ordering::Relaxed);
    assert_eq!(verify_number(site.connect(&client, "a.test")), 10);
    time.fetch_sub(40 * DAY, Ordering::Relaxed);
    assert_eq!(verify_number(site.connect(&client, "a.test")), 9);
}

#[test]
fn the_program_can_switch_it_off_and_is_always_asked() {
    let site = Site::new();
    let client = site.client();
    let asked = Arc::new(AtomicUsize::new(0));
    let count = asked.clone();
    let hook = VerifyHook::new(move |verify, chain| {
        assert_eq!(chain.len(), 2);
        match count.fetch_add(1, Ordering::Relaxed) {
            2 => 50,
            _ => verify,
        }
    });
    client.set_verify_hook(Some(hook.unwrap())).unwrap();
    let first = site.connect(&client, "a.test").unwrap();
    assert!(site.knows(&client, &first));
    assert_eq!(verify_number(site.connect(&client, "a.test")), 50);
    assert_eq!(asked.load(Ordering::Relaxed), 3);

    client.set_options(NO_KNOWN_CHAINS, 0).unwrap();
    let anew = site.connect(&client, "a.test").unwrap();
    assert!(!site.knows(&client, &anew));
}

/// Anybody can send a chain: what counts is the key.
#[test]
fn the_signature_of_the_handshake_is_always_verified() {
    let site = Site::new();
    let client = site.client();
    let credentials = site.intermediate.issue(&Leaf::server(&["a.test"]));
    connect(&client, &server(&credentials), "a.test").unwrap();
    let other = KeyPair::generate().unwrap();
    let sign = move |_, message: &[u8]| Ok(other.sign(message).unwrap());
    let chain = credentials.chain_pem();
    let stolen = Identity::with_signer(chain.as_bytes(), &[0x0403], sign);
    let thief = Context::new(Roles::SERVER).unwrap();
    thief.add_identity(stolen.unwrap()).unwrap();
    let error = connect(&client, &thief, "a.test").expect_err("a refusal");
    assert!(error.message().contains("BadSignature"), "{error}");
    connect(&client, &server(&credentials), "a.test").unwrap();
}
