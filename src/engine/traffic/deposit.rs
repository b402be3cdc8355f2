//! Where the keys go that rustls asks the cipher suites for: suites are the same for all
//! connections, and do not see which one asks.

use std::cell::RefCell;
use std::sync::Arc;

use super::opening::Opening;
use super::sealing::Sealing;
use crate::observed::{self, Heard};

/// The last keys that rustls asked for, if it did.
#[derive(Default)]
pub struct Deposit {
    pub sealing: Option<Arc<Sealing>>,
    pub opening: Option<Arc<Opening>>,
}

thread_local! {
    static DEPOSIT: Heard<Deposit> = const { RefCell::new(None) };
}

/// Runs a call into rustls and returns with its result the keys that it asked for. Calls nest.
pub fn observe<R>(call: impl FnOnce() -> R) -> (R, Deposit) {
    observed::observe(&DEPOSIT, Deposit::default(), call)
}

/// Whether this thread still hears: one that ends may not.
pub fn is_heard() -> bool {
    DEPOSIT.try_with(|_| ()).is_ok()
}

pub fn sealing(key: &Arc<Sealing>) {
    observed::innermost(&DEPOSIT, |deposit| deposit.sealing = Some(key.clone()));
}

pub fn opening(key: &Arc<Opening>) {
    observed::innermost(&DEPOSIT, |deposit| deposit.opening = Some(key.clone()));
}
