/* SPDX-License-Identifier: MIT OR Apache-2.0
 *
 * SSLSocket: a stream over another stream.
 */
#include "modtls_rssl.h"
#include "py/mperrno.h"
#include "py/mphal.h"
#include "py/stream.h"
#include <errno.h> // mp_is_nonblocking_error compares with the system's numbers

#define CLOSING_READS 32 // two a record

#define POLL_BOTH (MP_STREAM_POLL_RD | MP_STREAM_POLL_WR)

static void begin(tls_socket_t *self) {
    self->exception = MP_OBJ_NULL;
    self->awaited = 0;
    self->interrupts = interrupts_hold();
}

// Ends what begin() began; raises what a callback has kept.
static void end(tls_socket_t *self) {
    interrupts_t before = self->interrupts;
    mp_obj_t exception = self->exception;
    self->exception = MP_OBJ_NULL;
    tls_verdict_expect(self);
    interrupts_release(&before);
    if (exception != MP_OBJ_NULL) {
        nlr_raise(exception);
    }
}

static void free_connection(tls_socket_t *self) {
    if (self->tls != NULL) {
        interrupts_t before = interrupts_hold();
        rssl_sock_free(self->tls);
        self->tls = NULL;
        handles_freed();
        interrupts_release(&before);
    }
}

// Leaves the stream to whoever gave it, for a socket that never came to be.
static void abandon(tls_socket_t *self) {
    self->stream = MP_OBJ_NULL;
    free_connection(self);
}

// Returns once the handshake is done, also on a stream that does not block.
static rssl_result handshake(tls_socket_t *self) {
    for (;;) {
        begin(self);
        rssl_result rc = rssl_handshake(self->tls);
        end(self);
        if (!RSSL_IS_WANT(rc)) {
            return rc;
        }
        if (!mp_is_nonblocking_error(self->stream_errno)) {
            mp_raise_OSError(self->stream_errno);
        }
        mp_event_wait_ms(1);
    }
}

static void finish_handshake(tls_socket_t *self) {
    nlr_buf_t nlr;
    if (nlr_push(&nlr) == 0) {
        rssl_result rc = handshake(self);
        if (rc != RSSL_OK) {
            tls_raise(rc);
        }
        nlr_pop();
    } else {
        abandon(self);
        nlr_jump(nlr.ret_val);
    }
}

mp_obj_t tls_socket_new(tls_context_t *context, mp_obj_t stream, bool do_handshake, const char *name) {
    stream = tls_transport_stream(stream);
    handles_before_new();
    tls_socket_t *self = mp_obj_malloc_with_finaliser(tls_socket_t, &tls_socket_type);
    self->stream = MP_OBJ_NULL;
    self->tls = NULL;
    self->verify_callback = context->verify_callback;
    self->unreported = 0;
    self->stream_errno = MP_EWOULDBLOCK;
    self->closing_reads = ANY_READS;
    self->stream_returns = false;
    self->verdict_open = false;
    self->verdict_expected = false;

    begin(self);
    rssl_result rc = rssl_sock_new(context->ctx, 0, name, &self->tls);
    if (rc == RSSL_OK) {
        handles_made();
        rssl_sock_set_user(self->tls, self);
        rc = tls_transport_set(self);
    }
    end(self);
    if (rc != RSSL_OK) {
        tls_raise_value_error();
    }
    self->stream = stream;
    if (do_handshake) {
        finish_handshake(self);
    }
    return MP_OBJ_FROM_PTR(self);
}

// Says "not now", or raises. `own` is what the operation itself waits for on the stream.
static mp_uint_t no_result(tls_socket_t *self, rssl_result rc, rssl_result own, int *errcode) {
    if (!RSSL_IS_WANT(rc)) {
        tls_raise(rc);
    }
    if (rc != own) {
        self->awaited = rc == RSSL_WANT_WRITE ? MP_STREAM_POLL_WR : MP_STREAM_POLL_RD;
    }
    *errcode = self->stream_errno;
    return MP_STREAM_ERROR;
}

static mp_uint_t closed(int *errcode) {
    *errcode = MP_EBADF;
    return MP_STREAM_ERROR;
}

static mp_uint_t socket_read(mp_obj_t self_in, void *buf, mp_uint_t size, int *errcode) {
    tls_socket_t *self = MP_OBJ_TO_PTR(self_in);
    if (self->tls == NULL) {
        return closed(errcode);
    }
    if (size == 0) {
        return 0;
    }
    begin(self);
    ptrdiff_t n = rssl_read(self->tls, buf, size);
    // MicroPython's own close() says nothing: the end of the stream is the end.
    if (n == RSSL_ERR_EOF && rssl_sock_is_connected(self->tls)) {
        n = 0;
    }
    end(self);
    if (n >= 0) {
        return (mp_uint_t)n;
    }
    return no_result(self, (rssl_result)n, RSSL_WANT_READ, errcode);
}

// Bytes count as written when their record has left: a program that waits for the answer then
// waits for the peer alone. Until then it is told to call again, as it would for bytes not taken.
static ptrdiff_t write_through(tls_socket_t *self, const void *buf, size_t size) {
    if (self->unreported == 0) {
        ptrdiff_t taken = rssl_write(self->tls, buf, size);
        if (taken <= 0) {
            return taken;
        }
        self->unreported = (size_t)taken;
    }
    rssl_result rc = rssl_flush(self->tls);
    if (rc == RSSL_OK) {
        rc = tls_verdict(self);
    }
    if (rc != RSSL_OK) {
        return rc;
    }
    size_t n = self->unreported;
    self->unreported = 0;
    return (ptrdiff_t)n;
}

static mp_uint_t socket_write(mp_obj_t self_in, const void *buf, mp_uint_t size, int *errcode) {
    tls_socket_t *self = MP_OBJ_TO_PTR(self_in);
    if (self->tls == NULL) {
        return closed(errcode);
    }
    if (size < self->unreported) { // not the repeated call: more is on its way than this one has
        *errcode = MP_EINVAL;
        return MP_STREAM_ERROR;
    }
    begin(self);
    ptrdiff_t n = write_through(self, buf, size);
    if (self->exception != MP_OBJ_NULL || !mp_is_nonblocking_error(self->stream_errno)) {
        self->unreported = 0; // what is raised ends this write: the next call is another one
    }
    end(self);
    if (n >= 0) {
        return (mp_uint_t)n;
    }
    return no_result(self, (rssl_result)n, RSSL_WANT_WRITE, errcode);
}

// Takes in what the peer has said so far, a server's tickets above all: a socket that is closed over
// unread bytes drops what it has not delivered. It is a courtesy: it never waits, it is over after some
// records, and it hides what the stream raises unless that ends the program.
static void take_in(tls_socket_t *self) {
    char first;
    self->closing_reads = CLOSING_READS;
    ptrdiff_t n = rssl_peek(self->tls, &first, 1);
    (void)n; // whatever came, the connection is over
    if (self->exception != MP_OBJ_NULL
        && mp_obj_exception_match(self->exception, MP_OBJ_FROM_PTR(&mp_type_Exception))) {
        self->exception = MP_OBJ_NULL;
    }
}

// The end is said to the peer if the stream takes it now; what it raises is raised after all is
// closed.
static mp_uint_t socket_close(tls_socket_t *self, bool say_so, int *errcode) {
    mp_obj_t stream = self->stream;
    if (stream == MP_OBJ_NULL) {
        return 0;
    }
    begin(self);
    if (say_so && rssl_sock_error(self->tls) == NULL && rssl_sock_is_connected(self->tls)) {
        rssl_result rc = rssl_shutdown(self->tls, RSSL_SHUT_WR);
        if (rc == RSSL_OK && self->exception == MP_OBJ_NULL) {
            take_in(self);
        }
    }
    self->stream = MP_OBJ_NULL;
    free_connection(self);
    mp_obj_t exception = self->exception;
    self->exception = MP_OBJ_NULL;
    end(self);
    mp_uint_t result = mp_get_stream(stream)->ioctl(stream, MP_STREAM_CLOSE, 0, errcode);
    if (exception != MP_OBJ_NULL) {
        nlr_raise(exception);
    }
    return result;
}

static mp_uint_t socket_poll(tls_socket_t *self, uintptr_t asked, int *errcode) {
    interrupts_t interrupts = interrupts_hold();
    bool over = self->stream == MP_OBJ_NULL || rssl_sock_error(self->tls) != NULL;
    bool data_inside = rssl_events(self->tls) & RSSL_POLL_READY;
    interrupts_release(&interrupts);
    if (over) {
        return MP_STREAM_POLL_NVAL;
    }
    uintptr_t directions = asked & POLL_BOTH;
    uintptr_t arg = asked;
    if (self->awaited && directions) {
        arg = (asked & ~(uintptr_t)POLL_BOTH) | self->awaited;
    }
    if (tls_verdict_overdue(self)) {
        return directions;
    }
    mp_uint_t ready = 0;
    if ((arg & MP_STREAM_POLL_RD) && data_inside) {
        ready = MP_STREAM_POLL_RD;
        if (arg == MP_STREAM_POLL_RD) {
            return ready;
        }
    }
    mp_uint_t below = mp_get_stream(self->stream)->ioctl(self->stream, MP_STREAM_POLL, arg, errcode);
    if (below == MP_STREAM_ERROR) {
        return below;
    }
    ready |= below;
    // The program is sent back into the call that it asked about, which then gets on.
    if (ready & self->awaited) {
        ready = (ready & ~(mp_uint_t)POLL_BOTH) | directions;
    }
    return ready;
}

static mp_uint_t socket_ioctl(mp_obj_t self_in, mp_uint_t request, uintptr_t arg, int *errcode) {
    tls_socket_t *self = MP_OBJ_TO_PTR(self_in);
    switch (request) {
        case MP_STREAM_CLOSE:
            return socket_close(self, true, errcode);
        case MP_STREAM_POLL:
            return socket_poll(self, arg, errcode);
        default:
            *errcode = MP_EINVAL;
            return MP_STREAM_ERROR;
    }
}

// The collector's: what was dropped is closed as files are, and nothing is sent.
static mp_obj_t socket_del(mp_obj_t self_in) {
    int error;
    socket_close(MP_OBJ_TO_PTR(self_in), false, &error);
    return mp_const_none;
}
static MP_DEFINE_CONST_FUN_OBJ_1(socket_del_obj, socket_del);

static mp_obj_t socket_setblocking(mp_obj_t self_in, mp_obj_t flag) {
    tls_socket_t *self = MP_OBJ_TO_PTR(self_in);
    if (self->stream == MP_OBJ_NULL) {
        mp_raise_OSError(MP_EBADF);
    }
    mp_obj_t method[3];
    mp_load_method(self->stream, MP_QSTR_setblocking, method);
    method[2] = flag;
    mp_obj_t result = mp_call_method_n_kw(1, 0, method);
    self->stream_returns = !mp_obj_is_true(flag);
    return result;
}
static MP_DEFINE_CONST_FUN_OBJ_2(socket_setblocking_obj, socket_setblocking);

static mp_obj_t socket_getpeercert(mp_obj_t self_in, mp_obj_t binary_form) {
    tls_socket_t *self = MP_OBJ_TO_PTR(self_in);
    if (!mp_obj_is_true(binary_form)) {
        mp_raise_NotImplementedError(MP_ERROR_TEXT("only getpeercert(True)"));
    }
    interrupts_t interrupts = interrupts_hold();
    rssl_cert *cert = rssl_sock_peer_cert_new(self->tls, 0);
    mp_obj_t bytes = mp_const_none;
    mp_obj_t exception = MP_OBJ_NULL;
    if (cert != NULL) {
        rssl_bytes der = rssl_cert_der(cert);
        nlr_buf_t nlr;
        if (nlr_push(&nlr) == 0) {
            bytes = mp_obj_new_bytes(der.data, der.len);
            nlr_pop();
        } else {
            exception = MP_OBJ_FROM_PTR(nlr.ret_val);
        }
        rssl_cert_free(cert);
    }
    interrupts_release(&interrupts);
    if (exception != MP_OBJ_NULL) {
        nlr_raise(exception);
    }
    return bytes;
}
static MP_DEFINE_CONST_FUN_OBJ_2(socket_getpeercert_obj, socket_getpeercert);

static mp_obj_t text_or_none(const char *text) {
    return text ? mp_obj_new_str_from_cstr(text) : mp_const_none;
}

static mp_obj_t socket_version(mp_obj_t self_in) {
    tls_socket_t *self = MP_OBJ_TO_PTR(self_in);
    interrupts_t interrupts = interrupts_hold();
    const char *version = rssl_version_name(rssl_sock_version(self->tls));
    interrupts_release(&interrupts);
    return text_or_none(version);
}
static MP_DEFINE_CONST_FUN_OBJ_1(socket_version_obj, socket_version);

static mp_obj_t socket_cipher(mp_obj_t self_in) {
    tls_socket_t *self = MP_OBJ_TO_PTR(self_in);
    interrupts_t interrupts = interrupts_hold();
    bool connected = rssl_sock_is_connected(self->tls);
    const char *cipher = rssl_cipher_name(rssl_sock_cipher(self->tls));
    interrupts_release(&interrupts);
    if (!connected) {
        return mp_const_none;
    }
    mp_obj_t pair[2] = { text_or_none(cipher), socket_version(self_in) };
    return mp_obj_new_tuple(2, pair);
}
static MP_DEFINE_CONST_FUN_OBJ_1(socket_cipher_obj, socket_cipher);

static mp_obj_t socket_selected_alpn_protocol(mp_obj_t self_in) {
    tls_socket_t *self = MP_OBJ_TO_PTR(self_in);
    interrupts_t interrupts = interrupts_hold();
    const char *protocol = (const char *)rssl_sock_alpn(self->tls).data;
    interrupts_release(&interrupts);
    return text_or_none(protocol);
}
static MP_DEFINE_CONST_FUN_OBJ_1(socket_selected_alpn_protocol_obj, socket_selected_alpn_protocol);

static const mp_rom_map_elem_t socket_locals_table[] = {
    { MP_ROM_QSTR(MP_QSTR_read), MP_ROM_PTR(&mp_stream_read_obj) },
    { MP_ROM_QSTR(MP_QSTR_readinto), MP_ROM_PTR(&mp_stream_readinto_obj) },
    { MP_ROM_QSTR(MP_QSTR_readline), MP_ROM_PTR(&mp_stream_unbuffered_readline_obj) },
    { MP_ROM_QSTR(MP_QSTR_write), MP_ROM_PTR(&mp_stream_write_obj) },
    { MP_ROM_QSTR(MP_QSTR_close), MP_ROM_PTR(&mp_stream_close_obj) },
    { MP_ROM_QSTR(MP_QSTR___del__), MP_ROM_PTR(&socket_del_obj) },
    { MP_ROM_QSTR(MP_QSTR_setblocking), MP_ROM_PTR(&socket_setblocking_obj) },
    { MP_ROM_QSTR(MP_QSTR_getpeercert), MP_ROM_PTR(&socket_getpeercert_obj) },
    { MP_ROM_QSTR(MP_QSTR_cipher), MP_ROM_PTR(&socket_cipher_obj) },
    { MP_ROM_QSTR(MP_QSTR_version), MP_ROM_PTR(&socket_version_obj) },
    { MP_ROM_QSTR(MP_QSTR_selected_alpn_protocol), MP_ROM_PTR(&socket_selected_alpn_protocol_obj) },
    #if MICROPY_UNIX_COVERAGE
    { MP_ROM_QSTR(MP_QSTR_ioctl), MP_ROM_PTR(&mp_stream_ioctl_obj) },
    #endif
};
static MP_DEFINE_CONST_DICT(socket_locals, socket_locals_table);

static const mp_stream_p_t socket_stream_p = {
    .read = socket_read,
    .write = socket_write,
    .ioctl = socket_ioctl,
};

MP_DEFINE_CONST_OBJ_TYPE(
    tls_socket_type,
    MP_QSTR_SSLSocket,
    MP_TYPE_FLAG_NONE,
    protocol, &socket_stream_p,
    locals_dict, &socket_locals
    );
