//! The one function of the C library's libm that an optimized build would use, for Brotli's encoder: a
//! process that links the library need not find and map libm at its start.

/// The binary logarithm, as in C.
#[unsafe(no_mangle)]
extern "C" fn log2f(x: f32) -> f32 {
    libm::log2f(x)
}
