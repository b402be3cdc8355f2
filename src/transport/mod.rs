//! Where records come from and go to: a descriptor, the caller's functions, or memory.

pub mod fd;

use std::io;

pub use fd::Descriptor;

/// What a transport must become before a call can go on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Direction {
    Read,
    Write,
}

/// Why a transport moved no bytes.
#[derive(Debug)]
pub enum Obstacle {
    /// Come back when the transport can move bytes in this direction.
    WouldBlock(Direction),
    /// A signal arrived first, and the caller asked to hear of it.
    Interrupted,
    Failed(io::Error),
}

pub type Transfer = Result<usize, Obstacle>;

/// The caller's own transport. Its functions may block, so they are never called with a lock
/// held; a read is never asked for more than the current record still lacks.
pub trait Functions: Send + Sync {
    /// Fills the beginning of `buf`; 0 is the end of the stream.
    fn read(&self, buf: &mut [u8]) -> Transfer;
    /// Takes bytes from the beginning of `data`, at least one.
    fn write(&self, data: &[u8]) -> Transfer;
}

/// The transport of one connection.
pub enum Transport {
    Descriptor(Descriptor),
    Functions(Box<dyn Functions>),
    /// Ciphertext is handed over and fetched by the caller.
    Memory,
}
