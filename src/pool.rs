//! Buffers for ciphertext under way, which go back to the thread's pool as soon as they are empty:
//! an idle connection holds none.

use std::cell::{Cell, RefCell};

/// Bytes of a buffer: four full records, so that reading ahead leaves little of a fifth to move.
pub const CAPACITY: usize = 4 * (5 + 16_384 + 256);

/// Buffers that one thread keeps for its next calls, beside the one that was given back last.
const POOLED: usize = 3;

thread_local! {
    /// Most calls give back what they took and nothing else: they find it here. Empty if it is taken.
    static LATEST: Cell<Vec<u8>> = const { Cell::new(Vec::new()) };
    static POOL: RefCell<Vec<Vec<u8>>> = const { RefCell::new(Vec::new()) };
}

/// A buffer of [`CAPACITY`] bytes, whatever they are.
#[inline]
pub fn buffer() -> Vec<u8> {
    match LATEST.try_with(Cell::take) {
        Ok(latest) if !latest.is_empty() => latest,
        _ => another(),
    }
}

fn another() -> Vec<u8> {
    POOL.try_with(|pool| pool.borrow_mut().pop())
        .ok()
        .flatten()
        .unwrap_or_else(|| vec![0; CAPACITY])
}

/// Takes a buffer back; one of another size is freed.
#[inline]
pub fn give_back(buffer: Vec<u8>) {
    if buffer.len() != CAPACITY {
        return;
    }
    // While the thread ends there may be no pool any more: then the buffer goes with it.
    if let Ok(before) = LATEST.try_with(|latest| latest.replace(buffer))
        && !before.is_empty()
    {
        keep(before);
    }
}

fn keep(buffer: Vec<u8>) {
    let _ = POOL.try_with(|pool| {
        let mut pool = pool.borrow_mut();
        if pool.len() < POOLED {
            pool.push(buffer);
        }
    });
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_given_back_is_given_out_again_and_no_more_is_kept() {
        let mut taken: Vec<_> = (0..6).map(|_| buffer()).collect();
        assert!(taken.iter().all(|buffer| buffer.len() == CAPACITY));
        let addresses: Vec<_> = taken.iter().map(|buffer| buffer.as_ptr()).collect();
        taken.drain(..).for_each(give_back);
        give_back(vec![0; 10]);
        let again: Vec<_> = (0..4).map(|_| buffer()).collect();
        let known = |buffer: &&Vec<u8>| addresses.contains(&buffer.as_ptr());
        assert_eq!(again.iter().filter(known).count(), 4);
        assert_eq!(POOL.with_borrow(Vec::len), 0);
    }
}
