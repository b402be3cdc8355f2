//! What the engine keeps to itself, told around it: a hook that the engine calls tells, and whoever
//! called the engine on the same thread hears.

use std::cell::RefCell;
use std::thread::LocalKey;

/// What the innermost [`observe`] of a thread has heard so far; `None` outside of all.
pub type Heard<T> = RefCell<Option<T>>;

/// Puts back what an enclosing [`observe`] had, on unwinding too.
struct Enclosing<T: 'static> {
    heard: &'static LocalKey<Heard<T>>,
    before: Option<T>,
}

impl<T> Drop for Enclosing<T> {
    fn drop(&mut self) {
        let _ = self
            .heard
            .try_with(|heard| heard.replace(self.before.take()));
    }
}

/// Runs `body` and returns with its result what `first` has become by what was told inside it on
/// this thread. Calls nest. Where the thread ends and has no room for it any more nothing is heard.
pub fn observe<T: Default, R>(
    heard: &'static LocalKey<Heard<T>>,
    first: T,
    body: impl FnOnce() -> R,
) -> (R, T) {
    let before = heard.try_with(|heard| heard.replace(Some(first)));
    let before = before.unwrap_or_default();
    let enclosing = Enclosing { heard, before };
    let result = body();
    let told = heard.try_with(RefCell::take).ok().flatten();
    drop(enclosing);
    (result, told.unwrap_or_default())
}

/// Gives `tell` what the innermost [`observe`] has heard, to read or to change; `None` if nobody
/// observes.
pub fn innermost<T, R>(
    heard: &'static LocalKey<Heard<T>>,
    tell: impl FnOnce(&mut T) -> R,
) -> Option<R> {
    heard
        .try_with(|heard| heard.borrow_mut().as_mut().map(tell))
        .ok()?
}

#[cfg(test)]
mod tests {
    use super::*;

    thread_local! {
        static HEARD: Heard<i32> = const { RefCell::new(None) };
    }

    fn add(n: i32) {
        innermost(&HEARD, |sum| *sum += n);
    }

    #[test]
    fn observing_nests() {
        let (inner, outer) = observe(&HEARD, 100, || {
            add(1);
            let ((), inner) = observe(&HEARD, 0, || add(20));
            add(2);
            inner
        });
        assert_eq!((inner, outer), (20, 103));
        assert!(innermost(&HEARD, |_| ()).is_none());
    }

    #[test]
    fn unwinding_leaves_nothing_behind() {
        let ((), outer) = observe(&HEARD, 0, || {
            let panic = std::panic::catch_unwind(|| {
                observe(&HEARD, 0, || {
                    add(20);
                    panic!("on purpose");
                })
            });
            assert!(panic.is_err());
        });
        assert_eq!(outer, 0);
        assert!(innermost(&HEARD, |_| ()).is_none());
    }
}
