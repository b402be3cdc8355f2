//! A ClientHello under examination: the program's look at it, and what the program answers.

use std::mem;
use std::sync::atomic::Ordering;
use std::sync::{Arc, MutexGuard, PoisonError};

use super::{Core, Pause, Setup, Socket, Step, Want, driven, wrong_role};
use crate::engine::alert;
use crate::engine::hello::{Answer, ClientHello};
use crate::error::{Alert, Code, Error, Result};
use crate::identity::Identity;
use crate::transport::Transport;

/// The program's look at each ClientHello.
pub struct HelloHook(Box<dyn Fn() -> Reply + Send + Sync>);

/// What the program says when it has looked.
pub enum Reply {
    Continue,
    /// It decides later.
    Wait,
    /// And why.
    Refuse(String),
}

impl HelloHook {
    pub fn new(look: impl Fn() -> Reply + Send + Sync + 'static) -> Self {
        HelloHook(Box::new(look))
    }
}

pub(super) enum Examination {
    /// The ClientHello is not there yet; `None`: nobody asked to see it.
    Ahead(Option<Arc<HelloHook>>),
    Open(Box<Pending>),
    Over,
}

pub(super) struct Pending {
    hello: Arc<ClientHello>,
    answer: Answer,
    manner: Option<Manner>,
    decision: Option<Decision>,
}

/// What else a socket takes from the context that it goes over to.
struct Manner {
    verifies_peer: bool,
    silent_verifier: bool,
    return_eintr: bool,
}

enum Decision {
    Continue,
    Reject { alert: u8, why: String },
}

impl Examination {
    /// Begins when `hello` is first seen, and then returns whom to ask.
    fn begin(&mut self, hello: &Arc<ClientHello>) -> Option<Arc<HelloHook>> {
        let Examination::Ahead(hook) = self else {
            return None;
        };
        let hook = hook.take();
        *self = Examination::Open(Box::new(Pending {
            hello: hello.clone(),
            answer: Answer::default(),
            manner: None,
            decision: None,
        }));
        hook
    }

    /// What the program still has to decide about.
    fn undecided(&mut self) -> Option<&mut Pending> {
        match self {
            Examination::Open(pending) if pending.decision.is_none() => Some(pending),
            _ => None,
        }
    }

    /// Ends when it is decided.
    fn end(&mut self) -> Option<(Box<Pending>, Decision)> {
        let Examination::Open(pending) = self else {
            return None;
        };
        let decision = pending.decision.take()?;
        match mem::replace(self, Examination::Over) {
            Examination::Open(pending) => Some((pending, decision)),
            _ => None,
        }
    }
}

impl Socket {
    fn examination(&self) -> MutexGuard<'_, Examination> {
        self.hello.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Whether a ClientHello waits for the program to decide. Takes no lock.
    pub fn hello_waits(&self) -> bool {
        self.hello_waits.load(Ordering::Relaxed)
    }

    /// [`Want::Hello`] while the program has not decided.
    pub(super) fn check_hello(&self) -> Step<()> {
        match self.hello_waits() {
            true => Err(Pause::Want(Want::Hello)),
            false => Ok(()),
        }
    }

    /// Shows what the ClientHello says that waits.
    pub fn read_hello<T>(&self, read: impl FnOnce(&ClientHello) -> T) -> Option<T> {
        Some(read(&self.examination().undecided()?.hello))
    }

    /// Goes on under another context's settings.
    ///
    /// [`Code::State`] if that is not for servers, or if no ClientHello waits, as in the others.
    pub fn use_setup(&self, setup: &Setup) -> Result<()> {
        let configs = setup.server.as_ref().ok_or_else(wrong_role)?;
        let before = self.prepare_answer(|pending| {
            pending.manner = Some(Manner {
                verifies_peer: setup.verifies_peer,
                silent_verifier: setup.silent_verifier,
                return_eintr: setup.return_eintr,
            });
            Ok(pending.answer.configs.replace(configs.clone()))
        });
        // Without the lock, for this can give a callback's `user` back.
        before.map(drop)
    }

    /// Shows this identity, whatever the context has.
    pub fn use_identity(&self, identity: Arc<Identity>) -> Result<()> {
        let before = self.prepare_answer(|pending| Ok(pending.answer.identity.replace(identity)));
        // Without the lock, as above.
        before.map(drop)
    }

    /// Agrees on this application protocol, whatever the context has; [`Code::Argument`] if the
    /// client does not offer it.
    pub fn use_alpn(&self, protocol: &[u8]) -> Result<()> {
        self.prepare_answer(|pending| {
            if !pending.hello.offers(protocol) {
                return Err(Error::argument(format!(
                    "the client does not offer the application protocol '{}'",
                    protocol.escape_ascii()
                )));
            }
            pending.answer.alpn = Some(protocol.to_vec());
            Ok(())
        })
    }

    fn prepare_answer<T>(&self, prepare: impl FnOnce(&mut Pending) -> Result<T>) -> Result<T> {
        let mut examination = self.examination();
        prepare(examination.undecided().ok_or_else(none_waits)?)
    }

    /// Lets the calls to come go on with the handshake. Not from inside the hook, which says so
    /// by its reply.
    pub fn continue_hello(&self) -> Result<()> {
        let _driven = driven::enter(self)?;
        let _inbox = self.reader()?;
        self.decide(Decision::Continue)?;
        // The ClientHello is here already: nothing will come to wake the caller.
        self.input_ready.store(true, Ordering::Relaxed);
        Ok(())
    }

    /// Ends the connection with `alert`: from inside the hook as soon as that returns, else now,
    /// and the alert is sent as far as the transport takes it.
    ///
    /// [`Code::Argument`] for a number that is not that of an error alert.
    pub fn reject_hello(&self, alert: i32) -> Result<()> {
        let fatal = alert::fatal(alert).ok_or_else(|| {
            Error::argument(format!("{alert} is not the number of an error alert"))
        })?;
        let decision = Decision::Reject {
            alert: fatal,
            why: format!(
                "the program refused the ClientHello with the alert {} ({fatal})",
                alert::name(fatal).to_string_lossy()
            ),
        };
        if self.is_driven() {
            return self.decide(decision);
        }
        let _driven = driven::enter(self)?;
        let mut inbox = self.reader()?;
        let _writer = self.writer()?;
        self.decide(decision)?;
        // The error that it returns is what was asked for.
        drop(self.carry_out(self.core()));
        self.settle(&self.core(), &mut inbox, true);
        Ok(())
    }

    fn decide(&self, decision: Decision) -> Result<()> {
        self.prepare_answer(|pending| {
            pending.decision = Some(decision);
            Ok(())
        })?;
        self.hello_waits.store(false, Ordering::Relaxed);
        Ok(())
    }

    /// If the engine holds the ClientHello, shows it to the program, once, and does what that
    /// decides; [`Want::Hello`] until it has.
    pub(super) fn examine_hello<'a>(
        &'a self,
        mut core: MutexGuard<'a, Core>,
    ) -> Step<MutexGuard<'a, Core>> {
        let Some(hello) = core.engine.hello() else {
            return Ok(core);
        };
        let hook = self.examination().begin(hello);
        if let Some(hook) = hook {
            drop(core);
            self.hello_waits.store(true, Ordering::Relaxed);
            self.take_reply((hook.0)());
            // Before the lock is taken again, for this can give the callback's `user` back.
            drop(hook);
            core = self.core();
        }
        self.carry_out(core)
    }

    fn take_reply(&self, reply: Reply) {
        let decision = match reply {
            Reply::Wait => return,
            Reply::Continue => Decision::Continue,
            Reply::Refuse(why) => Decision::Reject {
                alert: alert::HANDSHAKE_FAILURE,
                why,
            },
        };
        // It may have rejected the ClientHello already, with an alert of its own.
        let _ = self.decide(decision);
    }

    fn carry_out<'a>(&'a self, mut core: MutexGuard<'a, Core>) -> Step<MutexGuard<'a, Core>> {
        let Some((pending, decision)) = self.examination().end() else {
            return Err(Pause::Want(Want::Hello));
        };
        let done = match decision {
            Decision::Continue => {
                if let Some(manner) = &pending.manner {
                    self.take_manner(manner);
                }
                core.engine.answer(&pending.answer)
            }
            Decision::Reject { alert, why } => {
                core.engine.reject(alert);
                let refused = Error::new(Code::Callback, c"CALLBACK_FAILED", why);
                Err(refused.with_alert(Alert::Sent(alert)))
            }
        };
        match done {
            Ok(()) => Ok(core),
            Err(error) => Err(self.fail(core, error).into()),
        }
    }

    fn take_manner(&self, manner: &Manner) {
        self.verifies_peer
            .store(manner.verifies_peer, Ordering::Relaxed);
        self.silent_verifier
            .store(manner.silent_verifier, Ordering::Relaxed);
        if let Transport::Descriptor(descriptor) = self.transport() {
            descriptor.set_return_eintr(manner.return_eintr);
        }
    }
}

fn none_waits() -> Error {
    Error::state("no ClientHello waits for a decision")
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::AtomicU32;

    use testca::{Authority, Leaf};

    use super::*;
    use crate::context::{Context, Roles};
    use crate::socket::{POLL_IN, POLL_OUT, POLL_READY, Role};

    fn context(role: Role) -> Context {
        let client = role == Role::Client;
        let roles = Roles {
            client,
            server: !client,
        };
        Context::new(roles).unwrap()
    }

    /// A server whose hook replies as told, with the ClientHello of a client, and the client.
    fn asked(reply: impl Fn() -> Reply + Send + Sync + 'static) -> (Socket, Socket) {
        let credentials = Authority::root("root").issue(&Leaf::server(&["localhost"]));
        let (chain, key) = (credentials.chain_pem(), credentials.key_pem());
        let identity = Identity::from_memory(chain.as_bytes(), Some(key.as_bytes()), None);
        let (ours, theirs) = (context(Role::Server), context(Role::Client));
        ours.add_identity(identity.unwrap()).unwrap();
        ours.set_hello_hook(Some(HelloHook::new(reply))).unwrap();
        theirs.load_verify_mem(chain.as_bytes()).unwrap();
        theirs.set_alpn(vec![b"h2".to_vec()]).unwrap();
        let client = Socket::new(&theirs.setup().unwrap(), Role::Client, Some("localhost"));
        let server = Socket::new(&ours.setup().unwrap(), Role::Server, None);
        let (client, server) = (client.unwrap(), server.unwrap());
        carry(&client, &server);
        (client, server)
    }

    fn carry(from: &Socket, to: &Socket) {
        let mut flight = [0; 16_384];
        let _ = from.handshake();
        let len = from.drain(&mut flight).unwrap();
        assert_eq!(to.feed(&flight[..len]).unwrap(), len);
    }

    fn waits(step: Step<()>) -> bool {
        matches!(step, Err(Pause::Want(Want::Hello)))
    }

    #[test]
    fn it_waits_until_it_is_decided_and_asks_once() {
        static ASKED: AtomicU32 = AtomicU32::new(0);
        let (client, server) = asked(|| {
            ASKED.fetch_add(1, Ordering::Relaxed);
            Reply::Wait
        });
        assert!(!server.hello_waits());
        assert!(waits(server.handshake()) && waits(server.flush()));
        assert_eq!((server.hello_waits(), server.events()), (true, 0));
        let name = server.read_hello(|hello| hello.server_name.clone());
        assert_eq!(name.flatten().as_deref(), Some(c"localhost"));
        assert_eq!(server.use_alpn(b"h3").unwrap_err().code(), Code::Argument);
        server.use_alpn(b"h2").unwrap();
        assert!(waits(server.handshake()));
        server.continue_hello().unwrap();
        assert_eq!(server.events(), POLL_IN | POLL_READY);
        assert_eq!(server.continue_hello().unwrap_err().code(), Code::State);
        while !(client.is_connected() && server.is_connected()) {
            carry(&server, &client);
            carry(&client, &server);
        }
        let alpn = server.agreed().unwrap().alpn.as_deref();
        assert_eq!(alpn, Some(&b"h2\0"[..]));
        assert_eq!(ASKED.load(Ordering::Relaxed), 1);
    }

    #[test]
    fn a_refusal_ends_the_connection_with_its_alert() {
        let (client, server) = asked(|| Reply::Wait);
        assert!(waits(server.handshake()));
        for number in [-1, 0, 90, 100, 255, 256 + 40] {
            let error = server.reject_hello(number).unwrap_err();
            assert_eq!(error.code(), Code::Argument, "{number}");
        }
        server.reject_hello(112).unwrap();
        assert_eq!(server.events(), POLL_OUT);
        let failure = server.failure().unwrap();
        assert_eq!(failure.code(), Code::Callback);
        assert_eq!(failure.alert(), Some(Alert::Sent(112)));
        carry(&server, &client);
        let _ = client.handshake();
        assert_eq!(
            client.failure().unwrap().alert(),
            Some(Alert::Received(112))
        );
    }

    #[test]
    fn a_hook_that_refuses_says_why() {
        let (_client, server) = asked(|| Reply::Refuse("not today".into()));
        let Err(Pause::Failed(error)) = server.handshake() else {
            panic!("refused");
        };
        assert_eq!(
            (error.code(), error.message()),
            (Code::Callback, "not today")
        );
        assert_eq!(error.alert(), Some(Alert::Sent(alert::HANDSHAKE_FAILURE)));
    }

    #[test]
    fn a_clients_context_answers_nothing() {
        let (_client, server) = asked(|| Reply::Wait);
        let theirs = context(Role::Client).setup().unwrap();
        assert!(waits(server.handshake()));
        assert_eq!(server.use_setup(&theirs).unwrap_err().code(), Code::State);
        assert!(server.hello_waits());
    }
}
