//! Where the log messages of the library and its engine go: to one sink for the whole process,
//! or nowhere.

use std::cell::{Cell, RefCell};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};

use log::{Level, LevelFilter, Log, Metadata, Record};

/// Takes messages, on any thread and on several at once.
pub trait Sink: Send + Sync {
    fn message(&self, level: Level, message: &str);
}

struct Logger {
    current: Mutex<Option<Arc<dyn Sink>>>,
    /// Signalled when a message has been delivered.
    delivered: Condvar,
}

static LOGGER: Logger = Logger {
    current: Mutex::new(None),
    delivered: Condvar::new(),
};

thread_local! {
    /// The sinks that this thread is inside of.
    static INSIDE: RefCell<Vec<*const ()>> = const { RefCell::new(Vec::new()) };
    /// How many [`Hold`]s this thread has.
    static HOLDS: Cell<u32> = const { Cell::new(0) };
    /// Whether something is in HELD. Each call on a connection looks here: it has no destructor.
    static WAITS: Cell<bool> = const { Cell::new(false) };
    /// The messages of a thread that may not deliver them yet.
    static HELD: RefCell<Vec<(Level, String)>> = const { RefCell::new(Vec::new()) };
}

/// As long as this lives, the messages of its thread wait: a sink can wait for another thread, and
/// that one for a lock that this one has.
pub struct Hold(());

#[inline]
pub fn hold() -> Hold {
    HOLDS.set(HOLDS.get() + 1);
    Hold(())
}

/// Delivers what waits, for a thread that is about to block and has no lock under its only hold.
pub fn deliver() {
    deliver_held(1);
}

impl Drop for Hold {
    #[inline]
    fn drop(&mut self) {
        HOLDS.set(HOLDS.get() - 1);
        deliver_held(0);
    }
}

#[inline]
fn deliver_held(holds: u32) {
    if WAITS.get() && HOLDS.get() == holds {
        deliver_waiting();
    }
}

#[cold]
fn deliver_waiting() {
    WAITS.set(false);
    let messages = HELD.try_with(RefCell::take);
    for (level, message) in messages.unwrap_or_default() {
        LOGGER.deliver(level, &message);
    }
}

/// Sends messages up to `max` to `sink` from now on; `None` stops them. When this returns, the
/// sink before it is not in use, but for the calls that this very thread is inside of.
pub fn set_sink(sink: Option<Box<dyn Sink>>, max: LevelFilter) {
    // It fails if the program that holds this crate has a logger of its own: then that one is
    // asked, and this one has nothing to deliver.
    let _ = log::set_logger(&LOGGER);
    log::set_max_level(if sink.is_some() {
        max
    } else {
        LevelFilter::Off
    });
    let mut current = LOGGER.current();
    let Some(before) = std::mem::replace(&mut *current, sink.map(Arc::from)) else {
        return;
    };
    let own = INSIDE.try_with(|inside| {
        let inside = inside.borrow();
        let own = inside.iter().filter(|&&sink| sink == address(&before));
        own.count()
    });
    // While the thread ends the list may be gone, and then nothing was delivered either.
    let own = own.unwrap_or(0);
    while Arc::strong_count(&before) > 1 + own {
        current = LOGGER
            .delivered
            .wait(current)
            .unwrap_or_else(PoisonError::into_inner);
    }
}

fn address(sink: &Arc<dyn Sink>) -> *const () {
    Arc::as_ptr(sink).cast()
}

impl Logger {
    fn current(&self) -> MutexGuard<'_, Option<Arc<dyn Sink>>> {
        self.current.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Log for Logger {
    fn enabled(&self, metadata: &Metadata<'_>) -> bool {
        metadata.level() <= log::max_level()
    }

    fn log(&self, record: &Record<'_>) {
        if !self.enabled(record.metadata()) {
            return;
        }
        let message = format!("{}: {}", record.target(), record.args());
        if HOLDS.get() == 0 {
            return self.deliver(record.level(), &message);
        }
        let held = HELD.try_with(|held| held.borrow_mut().push((record.level(), message)));
        WAITS.set(held.is_ok());
    }

    fn flush(&self) {}
}

impl Logger {
    fn deliver(&self, level: Level, message: &str) {
        if level > log::max_level() {
            return;
        }
        let Some(sink) = self.current().clone() else {
            return;
        };
        let pushed = INSIDE
            .try_with(|inside| inside.borrow_mut().push(address(&sink)))
            .is_ok();
        if pushed {
            sink.message(level, message);
            let _ = INSIDE.try_with(|inside| inside.borrow_mut().pop());
        }
        let current = self.current();
        drop(sink);
        drop(current);
        self.delivered.notify_all();
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::sync::atomic::{AtomicUsize, Ordering};

    struct Counter(Arc<AtomicUsize>);

    impl Sink for Counter {
        fn message(&self, _: Level, message: &str) {
            if message.contains("from the logging test") {
                self.0.fetch_add(1, Ordering::Relaxed);
                // Stopping from inside must not wait for itself.
                set_sink(None, LevelFilter::Off);
            }
        }
    }

    #[test]
    fn a_sink_can_stop_itself_and_gets_nothing_afterwards() {
        let count = Arc::new(AtomicUsize::new(0));
        set_sink(Some(Box::new(Counter(count.clone()))), LevelFilter::Warn);
        log::info!("below the limit, from the logging test");
        log::warn!("one from the logging test");
        log::warn!("two from the logging test");
        assert_eq!(count.load(Ordering::Relaxed), 1);
        // The sink itself is gone.
        assert_eq!(Arc::strong_count(&count), 1);
    }
}
