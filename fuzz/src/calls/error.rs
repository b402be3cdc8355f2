use rssl::ffi::error::*;

use super::calls;
use super::world::World;
use crate::input::Input;

/// NULL, the thread's last error or that of a socket.
fn error(world: &World, input: &mut Input<'_>) -> *const rssl_error {
    match input.byte() % 3 {
        0 => rssl_last_error(),
        // SAFETY: NULL or a live handle.
        1 => unsafe { rssl::ffi::sock::rssl_sock_error(world.socket(input)) },
        _ => std::ptr::null(),
    }
}

calls! {
    rssl_last_error => |w, i| rssl_last_error(),
    rssl_error_code => |w, i| rssl_error_code(error(w, i)),
    rssl_error_message => |w, i| assert!(!rssl_error_message(error(w, i)).is_null()),
    rssl_error_errno => |w, i| rssl_error_errno(error(w, i)),
    rssl_error_alert => |w, i| rssl_error_alert(error(w, i)),
    rssl_error_alert_received => |w, i| rssl_error_alert_received(error(w, i)),
    rssl_error_verify => |w, i| rssl_error_verify(error(w, i)),
    rssl_error_depth => |w, i| rssl_error_depth(error(w, i)),
    rssl_error_reason => |w, i| rssl_error_reason(error(w, i)),
    rssl_error_detail => |w, i| assert!(!rssl_error_detail(error(w, i)).is_null()),
    rssl_strerror => |w, i| assert!(!rssl_strerror(-i32::from(i.byte())).is_null()),
    rssl_result_name => |w, i| assert!(!rssl_result_name(-i32::from(i.byte())).is_null()),
    rssl_alert_name => |w, i| assert!(!rssl_alert_name(i32::from(i.byte())).is_null()),
    rssl_verify_string => |w, i| assert!(!rssl_verify_string(i32::from(i.byte())).is_null()),
}
