//! Any sequence of calls of the C interface, with the arguments that its header allows.
//!
//! The table holds every function of include/rssl.h and include/rssl_unstable.h; tests/table.rs
//! compares. A new function gets its line in the file of its topic here.

mod callbacks;
mod certificate;
mod context;
mod error;
mod hello;
mod identity;
mod library;
mod sessions;
mod socket;
mod unstable;
mod world;

use std::collections::BTreeMap;
use std::sync::LazyLock;

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

const TABLES: [&[(&str, Call)]; 9] = [
    context::CALLS,
    identity::CALLS,
    socket::CALLS,
    hello::CALLS,
    sessions::CALLS,
    certificate::CALLS,
    error::CALLS,
    library::CALLS,
    unstable::CALLS,
];

/// The names of the functions that are called, and what stands for them in an input: a hash, so
/// that the corpus keeps its meaning when functions are added.
pub fn names() -> impl Iterator<Item = (&'static str, u16)> {
    TABLES
        .iter()
        .copied()
        .flatten()
        .map(|(name, _)| (*name, code(name)))
}

/// FNV-1a, folded.
fn code(name: &str) -> u16 {
    let hash = name.bytes().fold(0x811c_9dc5_u32, |hash, byte| {
        (hash ^ u32::from(byte)).wrapping_mul(0x0100_0193)
    });
    (hash >> 16 ^ hash & 0xffff) as u16
}

/// Each call is the code of a function, or one before it, and then its arguments.
pub fn run(data: &[u8]) {
    static BY_CODE: LazyLock<BTreeMap<u16, Call>> = LazyLock::new(|| {
        let all = TABLES.iter().copied().flatten();
        all.map(|(name, call)| (code(name), *call)).collect()
    });
    let mut world = World::new();
    let mut input = Input::new(data);
    while !input.is_empty() {
        let code = input.short();
        let mut following = BY_CODE.range(code..).chain(BY_CODE.iter());
        let (_, call) = following.next().expect("the table is not empty");
        call(&mut world, &mut input);
    }
}
