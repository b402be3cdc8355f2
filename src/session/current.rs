//! What is said of the session of the handshake that a thread drives: the engine, which makes
//! tickets and stores sessions, has no place for it.

use std::cell::RefCell;

use crate::observed::{self, Heard};

/// Clients offer a session or two; each that is looked for in a store makes the handshake wait.
const MOST_LOOKUPS: u32 = 8;

#[derive(Default)]
struct Part {
    forgotten: bool,
    lookups: u32,
}

thread_local! {
    static PART: Heard<Part> = const { RefCell::new(None) };
}

/// The connection whose handshake this thread drives is not to be resumed, by either side: a later
/// one would skip what was decided about this one alone.
pub fn forget() {
    observed::innermost(&PART, |part| part.forgotten = true);
}

pub(super) fn is_forgotten() -> bool {
    observed::innermost(&PART, |part| part.forgotten).unwrap_or(false)
}

/// Whether one more session may be looked for in a store.
pub(super) fn may_look_up() -> bool {
    let counted = observed::innermost(&PART, |part| {
        part.lookups += 1;
        part.lookups <= MOST_LOOKUPS
    });
    counted.unwrap_or(true)
}

/// Runs a part of a handshake. `forgotten` is what [`forget`] says, over all of its parts.
pub fn handshake<R>(forgotten: &mut bool, part: impl FnOnce() -> R) -> R {
    let begun = Part {
        forgotten: *forgotten,
        ..Part::default()
    };
    let (result, part) = observed::observe(&PART, begun, part);
    *forgotten = part.forgotten;
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

    #[test]
    fn a_handshake_looks_for_a_few_sessions() {
        for _ in 0..2 {
            let looked_up = handshake(&mut false, || (0..100).filter(|_| may_look_up()).count());
            assert_eq!(looked_up, MOST_LOOKUPS as usize);
        }
    }
}
