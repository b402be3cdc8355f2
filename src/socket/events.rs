//! What an event loop waits for.

use std::sync::atomic::Ordering;

use super::{Core, Socket};

/// The numbers of POLLIN and POLLOUT.
pub const POLL_IN: u32 = 1;
pub const POLL_OUT: u32 = 4;
/// Beside them: reading returns at once.
pub const POLL_READY: u32 = 0x1_0000;

impl Socket {
    /// What to poll the transport for; 0 when there is nothing to wait for. Takes no lock.
    pub fn events(&self) -> u32 {
        let output = self.output_waits.load(Ordering::Relaxed);
        let ready = self.input_ready.load(Ordering::Relaxed);
        let over = self.failure().is_some() || self.input_over.load(Ordering::Relaxed);
        // In the handshake one flight waits for the other: with output to send, input would
        // only wake the caller in vain.
        let input = if self.is_connected() {
            !over
        } else {
            !over && !output
        };
        let bit = |on: bool, bit: u32| if on { bit } else { 0 };
        bit(input, POLL_IN) | bit(output, POLL_OUT) | bit(ready, POLL_READY)
    }

    pub(super) fn note_output(&self, core: &Core) {
        self.output_waits
            .store(core.has_output(), Ordering::Relaxed);
    }
}
