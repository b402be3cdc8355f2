//! Buffers for ciphertext under way, which go back to the thread's pool as soon as they are empty:
//! an idle connection holds none.

use std::cell::RefCell;

/// Bytes of a buffer: four full records, so that reading ahead leaves little of a fifth to move.
pub const CAPACITY: usize = 4 * (5 + 16_384 + 256);

/// Buffers that one thread keeps for its next calls.
const POOLED: usize = 4;

thread_local! {
    static POOL: RefCell<Vec<Vec<u8>>> = const { RefCell::new(Vec::new()) };
}

/// A buffer of [`CAPACITY`] bytes, whatever they are.
pub fn buffer() -> Vec<u8> {
    POOL.try_with(|pool| pool.borrow_mut().pop())
        .ok()
        .flatten()
        .unwrap_or_else(|| vec![0; CAPACITY])
}

/// Takes a buffer back; one of another size is freed.
pub fn give_back(buffer: Vec<u8>) {
    if buffer.len() != CAPACITY {
        return;
    }
    // While the thread ends the pool may be gone: then the buffer goes with it.
    let _ = POOL.try_with(|pool| {
        let mut pool = pool.borrow_mut();
        if pool.len() < POOLED {
            pool.push(buffer);
        }
    });
}
