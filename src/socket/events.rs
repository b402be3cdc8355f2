//! What an event loop waits for.

use std::sync::atomic::Ordering;

use super::{Core, Socket};
use crate::error::Code;

/// The numbers of POLLIN and POLLOUT.
pub const POLL_IN: u32 = 1;
pub const POLL_OUT: u32 = 4;
/// Beside them: reading returns at once.
pub const POLL_READY: u32 = 0x1_0000;

impl Socket {
    /// What to poll the transport for; 0 when there is nothing to wait for. Takes no lock.
    pub fn events(&self) -> u32 {
        if self.hello_waits() {
            return 0;
        }
        let output = self.output_waits.load(Ordering::Relaxed);
        let ready = self.input_ready.load(Ordering::Relaxed);
        let over = self.failure().is_some() || self.input_over.load(Ordering::Relaxed);
        // In the handshake one flight waits for the other: with output to send, input would
        // only wake the caller in vain.
        let awaits_input = self.is_connected() || !output;
        let bit = |on: bool, bit: u32| if on { bit } else { 0 };
        bit(awaits_input && !over, POLL_IN)
            | bit(output, POLL_OUT)
            | bit(awaits_input && ready, POLL_READY)
    }

    pub(super) fn note_output(&self, core: &Core) {
        let waits = match self.failure() {
            // What is unsealed waits for the handshake, not for the transport.
            None => core.has_ciphertext() || (self.is_connected() && core.has_unsealed()),
            Some(error) => core.has_ciphertext() && error.code() != Code::Internal,
        };
        self.output_waits
            .store(waits && core.broken.is_none(), Ordering::Relaxed);
    }
}
