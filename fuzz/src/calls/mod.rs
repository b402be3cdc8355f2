//! Any sequence of calls of the C interface, with the arguments that its header allows.
//!
//! The table holds every function of include/rssl.h; tests/table.rs compares. A new function gets
//! its line in the file of its topic here.

mod callbacks;
mod certificate;
mod context;
mod error;
mod hello;
mod identity;
mod library;
mod socket;
mod world;

use crate::input::Input;
use world::World;

/// Makes one call with arguments out of the input.
type Call = fn(&mut World, &mut Input<'_>);

/// `NAME => |w, i| EXPRESSION` for each function.
macro_rules! calls {
    ($($name:ident => |$w:ident, $i:ident| $body:expr,)*) => {
        pub(super) const CALLS: &[(&str, super::Call)] = &[$(
            (stringify!($name), |$w: &mut super::World, $i: &mut crate::input::Input<'_>| {
                let _ = (&$w, &$i);
                // SAFETY: the world's handles live until it frees them, buffers are as long as is
                // said, strings end.
                #[allow(unused_unsafe)]
                unsafe {
                    let _ = $body;
                }
            }),
        )*];
    };
}
use calls;

const TABLES: [&[(&str, Call)]; 7] = [
    context::CALLS,
    identity::CALLS,
    socket::CALLS,
    hello::CALLS,
    certificate::CALLS,
    error::CALLS,
    library::CALLS,
];

/// The names of the functions that are called, in the order of their numbers in the input.
pub fn names() -> impl Iterator<Item = &'static str> {
    TABLES.iter().copied().flatten().map(|(name, _)| *name)
}

/// Each call is its number in the table and then its arguments.
pub fn run(data: &[u8]) {
    let all: Vec<Call> = TABLES
        .iter()
        .copied()
        .flatten()
        .map(|(_, call)| *call)
        .collect();
    let mut world = World::new();
    let mut input = Input::new(data);
    while !input.is_empty() {
        let number = usize::from(input.byte());
        all[number % all.len()](&mut world, &mut input);
    }
}
