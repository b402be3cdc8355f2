//! Buffers for ciphertext under way, which go back to the thread's pool as soon as they are empty:
//! an idle connection holds none.

use std::cell::{Cell, RefCell};
use std::mem;
use std::sync::Mutex;

/// Bytes of plaintext whose records, when they are full, a buffer has room for.
pub const PLAINTEXT: usize = 65_536;

/// Bytes of a buffer: four full records, so that reading ahead leaves little of a fifth to move.
pub const CAPACITY: usize = PLAINTEXT + 4 * (5 + 256);

/// As [`PLAINTEXT`], of a long buffer.
pub const LONG_PLAINTEXT: usize = 8 * PLAINTEXT;

/// Bytes of a long buffer: records of 512 bytes of plaintext or more fit.
pub const LONG_CAPACITY: usize = LONG_PLAINTEXT + LONG_PLAINTEXT / 16;

/// Buffers that one thread keeps for its next calls, beside the one that was given back last.
const POOLED: usize = 3;

thread_local! {
    /// Most calls give back what they took and nothing else: they find it here. Empty if it is taken.
    static LATEST: Cell<Vec<u8>> = const { Cell::new(Vec::new()) };
    static POOL: RefCell<Vec<Vec<u8>>> = const { RefCell::new(Vec::new()) };
}

/// The long buffer that the process keeps, whichever thread uses it. Memory that is new costs about
/// as much as what is done in it.
static LONG: LongPool = LongPool(Mutex::new(Vec::new()));

/// One buffer, or, while it is lent, none.
struct LongPool(Mutex<Vec<u8>>);

impl LongPool {
    fn lend(&self, place: &mut Vec<u8>) {
        // Whoever would have to wait, be it for a thread that is gone since a fork, does without.
        if let Ok(mut kept) = self.0.try_lock() {
            mem::swap(place, &mut kept);
        }
        if place.is_empty() {
            *place = vec![0; LONG_CAPACITY];
        }
    }

    fn take_back(&self, buffer: Vec<u8>) {
        if let Ok(mut kept) = self.0.try_lock() {
            *kept = buffer;
        }
    }
}

/// Puts a buffer of [`CAPACITY`] bytes, whatever they are, into `place`, which holds none.
#[inline]
pub fn lend(place: &mut Vec<u8>) {
    // Swapped where it is: to return it costs as much as the rest.
    let lent = LATEST.try_with(|latest| latest.swap(Cell::from_mut(place)));
    if lent.is_err() || place.is_empty() {
        *place = another();
    }
}

fn another() -> Vec<u8> {
    POOL.try_with(|pool| pool.borrow_mut().pop())
        .ok()
        .flatten()
        .unwrap_or_else(|| vec![0; CAPACITY])
}

/// As [`lend`], of [`LONG_CAPACITY`] bytes.
pub fn lend_long(place: &mut Vec<u8>) {
    LONG.lend(place);
}

/// Takes the buffer in `place` back; one of another size is freed.
#[inline]
pub fn take_back(place: &mut Vec<u8>) {
    if place.len() != CAPACITY {
        return take_long_back(mem::take(place));
    }
    // While the thread ends there may be no pool any more: then the buffer goes with it.
    let _ = LATEST.try_with(|latest| latest.swap(Cell::from_mut(place)));
    if !place.is_empty() {
        keep(mem::take(place));
    }
}

#[cold]
fn take_long_back(buffer: Vec<u8>) {
    if buffer.len() == LONG_CAPACITY {
        LONG.take_back(buffer);
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

    fn lent() -> Vec<u8> {
        let mut place = Vec::new();
        lend(&mut place);
        assert_eq!(place.len(), CAPACITY);
        place
    }

    #[test]
    fn what_is_taken_back_is_lent_again_and_no_more_is_kept() {
        let mut taken: Vec<_> = (0..6).map(|_| lent()).collect();
        let addresses: Vec<_> = taken.iter().map(|buffer| buffer.as_ptr()).collect();
        taken.iter_mut().for_each(take_back);
        assert!(taken.iter().all(|place| place.capacity() == 0));
        take_back(&mut vec![0; 10]);
        let again: Vec<_> = (0..4).map(|_| lent()).collect();
        let known = |buffer: &&Vec<u8>| addresses.contains(&buffer.as_ptr());
        assert_eq!(again.iter().filter(known).count(), 4);
        assert_eq!(POOL.with_borrow(Vec::len), 0);
    }

    #[test]
    fn one_long_buffer_is_kept_whoever_had_it() {
        let pool = LongPool(Mutex::default());
        let mut taken = [Vec::new(), Vec::new()];
        taken.iter_mut().for_each(|place| pool.lend(place));
        assert!(taken.iter().all(|buffer| buffer.len() == LONG_CAPACITY));
        let address = taken[1].as_ptr();
        taken.into_iter().for_each(|buffer| pool.take_back(buffer));
        let mut again = Vec::new();
        pool.lend(&mut again);
        assert!(again.as_ptr() == address && pool.0.lock().unwrap().is_empty());
    }
}
