//! What the engine keeps to itself, told around it: a hook that the engine calls tells, and whoever
//! called the engine on the same thread hears.

use std::cell::RefCell;
use std::thread::LocalKey;

/// What was told last on this thread, since the innermost [`observe`].
pub struct Slot<T>(RefCell<Heard<T>>);

/// `None`: nobody observes.
type Heard<T> = Option<Option<T>>;

impl<T> Slot<T> {
    pub const fn new() -> Self {
        Slot(RefCell::new(None))
    }
}

/// Puts back what an enclosing [`observe`] had, on unwinding too.
struct Enclosing<T: 'static> {
    slot: &'static LocalKey<Slot<T>>,
    heard: Heard<T>,
}

impl<T> Drop for Enclosing<T> {
    fn drop(&mut self) {
        self.slot.with(|slot| slot.0.replace(self.heard.take()));
    }
}

/// Runs `body` and returns with its result what was told last inside it on this thread. Calls
/// nest.
pub fn observe<T, R>(slot: &'static LocalKey<Slot<T>>, body: impl FnOnce() -> R) -> (R, Option<T>) {
    let heard = slot.with(|slot| slot.0.replace(Some(None)));
    let enclosing = Enclosing { slot, heard };
    let result = body();
    let told = slot.with(|slot| slot.0.take()).flatten();
    drop(enclosing);
    (result, told)
}

/// Tells the innermost [`observe`], if there is one.
pub fn tell<T>(slot: &'static LocalKey<Slot<T>>, what: T) {
    slot.with(|slot| {
        if let Some(heard) = &mut *slot.0.borrow_mut() {
            *heard = Some(what);
        }
    });
}

#[cfg(test)]
mod tests {
    use super::*;

    thread_local! {
        static SLOT: Slot<i32> = const { Slot::new() };
    }

    #[test]
    fn observing_nests() {
        let (inner, outer) = observe(&SLOT, || {
            tell(&SLOT, 10);
            let ((), inner) = observe(&SLOT, || tell(&SLOT, 20));
            inner
        });
        assert_eq!((inner, outer), (Some(20), Some(10)));
        assert_eq!(observe(&SLOT, || ()).1, None);
    }

    #[test]
    fn unwinding_leaves_nothing_behind() {
        let ((), outer) = observe(&SLOT, || {
            let panic = std::panic::catch_unwind(|| {
                observe(&SLOT, || {
                    tell(&SLOT, 20);
                    panic!("on purpose");
                })
            });
            assert!(panic.is_err());
        });
        assert_eq!(outer, None);
        tell(&SLOT, 7);
        assert_eq!(observe(&SLOT, || ()).1, None);
    }
}
