//! The C boundary: one file a handle, no logic.
//!
//! Each function checks its pointers, calls the safe module that does the work and turns what
//! comes back into the C form. The three wrappers below are the only way in: they keep a panic
//! from leaving the library and put an error where `rssl_last_error` finds it.

#![allow(non_camel_case_types)]
// The header's conventions are the safety contract of every function here.
#![allow(clippy::missing_safety_doc)]

pub mod agreed;
pub mod bytes;
pub mod cert;
pub mod client_cert;
pub mod ctx;
pub mod digest;
pub mod drop_user;
pub mod error;
pub mod exporter;
pub mod hello;
pub mod hooks;
pub mod identity;
#[cfg(feature = "rustls-ffi-interop")]
pub mod interop;
pub mod io;
pub mod library;
pub mod log;
pub mod names;
pub mod protocol;
pub mod results;
pub mod resumption;
pub mod revocation;
pub mod roots;
pub mod session;
pub mod signer;
pub mod sock;
pub mod transport;
pub mod unstable;
pub mod verification;

use std::cell::RefCell;
use std::ffi::{CStr, OsStr, c_char, c_void};
use std::os::unix::ffi::OsStrExt;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::Path;

use crate::error::{Code, Error, Result};
pub use results::{RSSL_OK, rssl_result};

thread_local! {
    static LAST_ERROR: RefCell<Option<Box<Error>>> = const { RefCell::new(None) };
}

/// Makes `error` the calling thread's last error and returns its code.
pub(crate) fn fail(error: Error) -> rssl_result {
    let code = error.code() as rssl_result;
    // A finalizer that runs while the thread ends has nobody to tell.
    let _ = LAST_ERROR.try_with(|last| *last.borrow_mut() = Some(Box::new(error)));
    code
}

/// For functions that return `rssl_result`.
pub(crate) fn result(body: impl FnOnce() -> Result<()>) -> rssl_result {
    match guard(body) {
        Ok(()) => RSSL_OK,
        Err(error) => fail(error),
    }
}

/// For functions that write to a buffer of the caller's and return how much.
pub(crate) fn count(body: impl FnOnce() -> Result<usize>) -> isize {
    match guard(body) {
        // At most the length of a buffer, and those end at PTRDIFF_MAX.
        Ok(count) => count as isize,
        Err(error) => fail(error) as isize,
    }
}

/// Copies all of `bytes` to the beginning of `out`, for [`count`].
pub(crate) fn copy_out(bytes: &[u8], out: &mut [u8]) -> Result<usize> {
    let room = out.len();
    let Some(begin) = out.get_mut(..bytes.len()) else {
        return Err(Error::argument(format!(
            "there is room for {room} bytes, and {} are needed",
            bytes.len()
        )));
    };
    begin.copy_from_slice(bytes);
    Ok(bytes.len())
}

/// For getters: `absent` when the thing is not there. The last error stays as it is.
pub(crate) fn get<T>(absent: T, body: impl FnOnce() -> Option<T>) -> T {
    match catch_unwind(AssertUnwindSafe(body)) {
        Ok(value) => value.unwrap_or(absent),
        Err(_) => absent,
    }
}

/// A caught panic leaves no broken state behind: sockets are poisoned by their own guard, and
/// everything else that C can reach is immutable or replaced in one step.
fn guard<T>(body: impl FnOnce() -> Result<T>) -> Result<T> {
    catch_unwind(AssertUnwindSafe(body)).unwrap_or_else(|panic| Err(panicked(&*panic)))
}

fn panicked(panic: &(dyn std::any::Any + Send)) -> Error {
    let what = panic
        .downcast_ref::<&str>()
        .copied()
        .or_else(|| panic.downcast_ref::<String>().map(String::as_str))
        .unwrap_or("no message");
    Error::new(
        Code::Internal,
        c"INTERNAL_ERROR",
        format!("a bug in librssl, please report it: {what}"),
    )
}

/// Borrows what a handle points to; NULL is an error that names the parameter.
///
/// # Safety
/// `handle` is NULL or came from this library and was not freed; it stays so during `'a`.
pub(crate) unsafe fn handle<'a, T>(handle: *const T, parameter: &str) -> Result<&'a T> {
    // SAFETY: not NULL, and by this function's contract a live object of ours.
    unsafe { handle.as_ref() }.ok_or_else(|| null(parameter))
}

/// Borrows a C buffer. NULL is allowed where the length is 0.
///
/// # Safety
/// `data` is NULL or has `len` readable bytes that nobody changes during `'a`.
pub(crate) unsafe fn buffer<'a>(
    data: *const c_void,
    len: usize,
    parameter: &str,
) -> Result<&'a [u8]> {
    match len {
        0 => Ok(&[]),
        _ if data.is_null() => Err(null(parameter)),
        _ if len > isize::MAX as usize => Err(too_long(parameter)),
        // SAFETY: not NULL, not over PTRDIFF_MAX, and by contract readable.
        _ => Ok(unsafe { std::slice::from_raw_parts(data.cast(), len) }),
    }
}

/// Borrows a C buffer to write to. NULL is allowed where the length is 0.
///
/// # Safety
/// `data` is NULL or has `len` writable bytes that nobody else uses during `'a`.
pub(crate) unsafe fn buffer_mut<'a>(
    data: *mut c_void,
    len: usize,
    parameter: &str,
) -> Result<&'a mut [u8]> {
    match len {
        0 => Ok(&mut []),
        _ if data.is_null() => Err(null(parameter)),
        _ if len > isize::MAX as usize => Err(too_long(parameter)),
        // SAFETY: not NULL, not over PTRDIFF_MAX, and by contract writable. Callers only
        // write to it, so that it does not matter whether C has initialized it.
        _ => Ok(unsafe { std::slice::from_raw_parts_mut(data.cast(), len) }),
    }
}

/// Borrows a NUL-terminated string that must be UTF-8.
///
/// # Safety
/// `text` is NULL or NUL-terminated, and nobody changes it during `'a`.
pub(crate) unsafe fn string<'a>(text: *const c_char, parameter: &str) -> Result<&'a str> {
    // SAFETY: by this function's contract.
    let text = unsafe { c_string(text, parameter) }?;
    text.to_str()
        .map_err(|_| Error::argument(format!("{parameter} is not UTF-8")))
}

/// Borrows a NUL-terminated string of any bytes (paths).
///
/// # Safety
/// As for [`string`].
pub(crate) unsafe fn c_string<'a>(text: *const c_char, parameter: &str) -> Result<&'a CStr> {
    if text.is_null() {
        return Err(null(parameter));
    }
    // SAFETY: not NULL, and by contract NUL-terminated.
    Ok(unsafe { CStr::from_ptr(text) })
}

/// Borrows a path.
///
/// # Safety
/// As for [`string`].
pub(crate) unsafe fn path<'a>(text: *const c_char, parameter: &str) -> Result<&'a Path> {
    // SAFETY: by this function's contract.
    let text = unsafe { c_string(text, parameter) }?;
    if text.is_empty() {
        return Err(Error::argument(format!("{parameter} is empty")));
    }
    Ok(Path::new(OsStr::from_bytes(text.to_bytes())))
}

/// Borrows a C array. NULL is allowed where the length is 0.
///
/// # Safety
/// `items` is NULL or has `n` elements that nobody changes during `'a`.
pub(crate) unsafe fn items<'a, T>(items: *const T, n: usize, parameter: &str) -> Result<&'a [T]> {
    match n {
        0 => Ok(&[]),
        _ if items.is_null() => Err(null(parameter)),
        _ if n > isize::MAX as usize / size_of::<T>() => Err(too_long(parameter)),
        // SAFETY: not NULL, not over PTRDIFF_MAX bytes, and by contract readable.
        _ => Ok(unsafe { std::slice::from_raw_parts(items, n) }),
    }
}

/// Borrows a struct that begins with its own size, as the caller's version of the header has it.
/// What this version does not know must be zero.
///
/// # Safety
/// `given` is NULL or points to as many readable bytes as the size that they begin with says, and
/// nobody changes them during `'a`.
pub(crate) unsafe fn sized<'a, T>(given: *const T, parameter: &str) -> Result<&'a T> {
    // No later version of a struct is as large: a size over it was never set.
    const LARGEST: usize = 4096;
    // SAFETY: every version of such a struct begins with its size.
    let size = *unsafe { handle(given.cast::<usize>(), parameter) }?;
    if !(size_of::<T>()..=LARGEST).contains(&size) {
        return Err(Error::argument(format!(
            "{parameter}->size is {size}; this version of the struct has {} bytes",
            size_of::<T>()
        )));
    }
    // SAFETY: `size` says that the bytes beyond this version's are readable too.
    let unknown =
        unsafe { std::slice::from_raw_parts(given.add(1).cast::<u8>(), size - size_of::<T>()) };
    if unknown.iter().any(|&byte| byte != 0) {
        return Err(Error::argument(format!(
            "{parameter} has members that this version of the library does not know"
        )));
    }
    // SAFETY: not NULL, and as large as this version's struct.
    Ok(unsafe { &*given })
}

/// Checks an out-parameter and clears it, so that it is NULL if the call fails.
///
/// # Safety
/// `out` is NULL or points to a writable pointer that nobody else uses during `'a`.
pub(crate) unsafe fn out<'a, T>(out: *mut *mut T, parameter: &str) -> Result<&'a mut *mut T> {
    // SAFETY: not NULL, and by contract writable.
    let out = unsafe { out.as_mut() }.ok_or_else(|| null(parameter))?;
    *out = std::ptr::null_mut();
    Ok(out)
}

fn null(parameter: &str) -> Error {
    Error::argument(format!("{parameter} is NULL"))
}

fn too_long(parameter: &str) -> Error {
    Error::argument(format!("the length of {parameter} is over PTRDIFF_MAX"))
}
