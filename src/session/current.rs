//! What the handshake that a thread drives says about its session: the engine, which makes tickets
//! and stores sessions, has no place for it.

use std::cell::Cell;

thread_local! {
    static FORGOTTEN: Cell<bool> = const { Cell::new(false) };
}

/// The connection whose handshake this thread drives is not to be resumed, by either side: a later
/// one would skip what was decided about this one alone.
pub fn forget() {
    FORGOTTEN.set(true);
}

pub(super) fn is_forgotten() -> bool {
    FORGOTTEN.get()
}

/// Puts back what an enclosing handshake had, on unwinding too.
struct Enclosing(bool);

impl Drop for Enclosing {
    fn drop(&mut self) {
        FORGOTTEN.set(self.0);
    }
}

/// Runs a part of a handshake. `forgotten` is what [`forget`] says, over all of its parts.
pub fn handshake<R>(forgotten: &mut bool, part: impl FnOnce() -> R) -> R {
    let _enclosing = Enclosing(FORGOTTEN.replace(*forgotten));
    let result = part();
    *forgotten = FORGOTTEN.get();
    result
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_is_said_of_one_handshake_and_of_all_its_parts() {
        let (mut outer, mut inner) = (false, false);
        handshake(&mut outer, || {
            handshake(&mut inner, forget);
            assert!(!is_forgotten());
        });
        assert!(inner && !outer);
        handshake(&mut inner, || assert!(is_forgotten()));
        assert!(!is_forgotten());
    }
}
