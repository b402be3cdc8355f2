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
        self.prepare_answer(|pending| {
            pending.answer.configs = Some(configs.clone());
            pending.manner = Some(Manner {
                verifies_peer: setup.verifies_peer,
                return_eintr: setup.return_eintr,
            });
            Ok(())
        })
    }

    /// Shows this identity, whatever the context has.
    pub fn use_identity(&self, identity: Arc<Identity>) -> Result<()> {
        self.prepare_answer(|pending| {
            pending.answer.identity = Some(identity);
            Ok(())
        })
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

    fn prepare_answer(&self, prepare: impl FnOnce(&mut Pending) -> Result<()>) -> Result<()> {
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
        if let Transport::Descriptor(descriptor) = self.transport() {
            descriptor.set_return_eintr(manner.return_eintr);
        }
    }
}

fn none_waits() -> Error {
    Error::state("no ClientHello waits for a decision")
}
