//! Another Rust library in the same program, with a standard library and a panic of its own.

#[unsafe(no_mangle)]
pub extern "C" fn other_survives_a_panic() -> i32 {
    std::panic::set_hook(Box::new(|_| {}));
    let caught = std::panic::catch_unwind(|| panic!("on purpose")).is_err();
    i32::from(caught)
}
