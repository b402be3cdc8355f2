//! The handshake, and what is known once it is done.

use std::ffi::CString;
use std::sync::MutexGuard;
use std::sync::atomic::Ordering;

use super::inbox::Inbox;
use super::read::{open_record, truncated};
use super::{Agreed, Core, Socket, Step, driven};
use crate::engine::Agreement;
use crate::trust::PeerChain;

impl Socket {
    /// Finishes the handshake. After that it does nothing.
    pub fn handshake(&self) -> Step<()> {
        let _driven = driven::enter(self)?;
        self.check_failure()?;
        if self.is_connected() {
            return Ok(());
        }
        let mut inbox = self.reader()?;
        let _writer = self.writer()?;
        self.handshake_with(&mut inbox)
    }

    pub(super) fn handshake_with(&self, inbox: &mut Inbox) -> Step<()> {
        self.handshake_until(inbox, |_| false)
    }

    /// Finishes the handshake, or returns where there is early data to read.
    pub(super) fn handshake_up_to_early_data(&self, inbox: &mut Inbox) -> Step<()> {
        self.handshake_until(inbox, |core| core.engine.has_early())
    }

    fn handshake_until(&self, inbox: &mut Inbox, enough: fn(&Core) -> bool) -> Step<()> {
        let done = self.drive_handshake(inbox, enough);
        // Every error but an interruption ends the connection, and the caller hears of it now.
        let reported = done.is_err() && self.failure().is_some();
        self.settle(&self.core(), inbox, reported);
        done
    }

    fn drive_handshake(&self, inbox: &mut Inbox, enough: fn(&Core) -> bool) -> Step<()> {
        self.begin()?;
        loop {
            self.check_failure()?;
            let core = self.core();
            if enough(&core) {
                drop(self.send_reply(core));
                return Ok(());
            }
            let mut core = self.send_flight(core, inbox)?;
            if !core.engine.is_handshaking() {
                self.agree(&mut core);
                // The queue goes out with the calls to come; what is left shows in the events.
                drop(self.send_reply(core));
                return Ok(());
            }
            while core.engine.is_handshaking() {
                self.note_server_name(&core);
                core = self.examine_hello(core)?;
                match open_record(&mut core, inbox, &mut []) {
                    // What answers a part of the peer's flight waits for the answer to the rest, or
                    // the transport would hold that back until the peer has the first.
                    None if core.engine.has_output() && self.receives_more(&core, inbox) => {}
                    None => break,
                    Some(Ok(_)) => {}
                    Some(Err(error)) => return Err(self.fail(core, error).into()),
                }
            }
            if core.engine.has_output() || !core.engine.is_handshaking() || enough(&core) {
                continue;
            }
            self.next_flight(core, inbox)?;
        }
    }

    /// A client says its name before anything else, and callbacks may ask for it.
    fn note_server_name(&self, core: &Core) {
        if self.server_name.get().is_none()
            && let Some(name) = core.engine.server_name()
            && let Ok(name) = CString::new(name)
        {
            let _ = self.server_name.set(name);
        }
    }

    fn receives_more(&self, core: &Core, inbox: &mut Inbox) -> bool {
        !self.read_ahead && matches!(self.receive_now(core, inbox), Ok(1..))
    }

    fn next_flight(&self, core: MutexGuard<'_, Core>, inbox: &mut Inbox) -> Step<()> {
        if inbox.over.is_none() {
            drop(core);
            self.fill(inbox)?;
        }
        match inbox.over {
            None => Ok(()),
            Some(_) => {
                let error = truncated("the peer ended the connection during the handshake");
                Err(self.set_failure(error).into())
            }
        }
    }

    /// A resumed handshake goes back to one that was verified under the same settings.
    fn verdict(&self, peer: &PeerChain, agreement: &Agreement) -> Option<i32> {
        let verifies_peer = self.verifies_peer.load(Ordering::Relaxed);
        let known = verifies_peer && !peer.is_empty();
        let accepted = agreement.resumed || self.silent_verifier.load(Ordering::Relaxed);
        agreement.verify.or((known && accepted).then_some(0))
    }

    /// Keeps what was agreed once the engine is done and its last flight is on its way.
    pub(super) fn agree(&self, core: &mut Core) {
        if self.is_connected() || core.has_ciphertext() {
            return;
        }
        let Some(agreement) = core.engine.agreement() else {
            return;
        };
        let alpn = core.engine.alpn().map(|name| [name, &[0]].concat().into());
        let peer = core.engine.peer();
        let _ = self.agreed.set(Agreed {
            alpn,
            verify: self.verdict(&peer, &agreement),
            peer,
            agreement,
        });
    }
}
