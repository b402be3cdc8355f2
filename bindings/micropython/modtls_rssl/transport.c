/* SPDX-License-Identifier: MIT OR Apache-2.0
 *
 * A MicroPython stream as librssl's transport. librssl asks for one record at a time, so that a
 * stream whose reads wait until all bytes are there works too.
 */
#include "modtls_rssl.h"
#include "py/mperrno.h"
#include "py/objtype.h"
#include "py/stream.h"
#include <errno.h> // mp_is_nonblocking_error compares with the system's numbers

#define NOTHING_MOVED ((mp_uint_t)-2)

// What the stream's error means to librssl. A timeout must not end the connection: the program
// gets it, and may go on.
static ptrdiff_t stream_error(tls_socket_t *self, int error, rssl_result want) {
    if (mp_is_nonblocking_error(error) || error == MP_ETIMEDOUT) {
        self->stream_errno = error;
        self->stream_returns |= error != MP_ETIMEDOUT;
        return want;
    }
    return RSSL_IO_ERROR(error);
}

static bool may_read(tls_socket_t *self, const mp_stream_p_t *stream) {
    if (self->closing_reads == ANY_READS) {
        return true;
    }
    if (self->closing_reads == 0) {
        return false;
    }
    self->closing_reads--;
    int error;
    mp_uint_t ready = stream->ioctl(self->stream, MP_STREAM_POLL, MP_STREAM_POLL_RD, &error);
    return ready != MP_STREAM_ERROR && (ready & MP_STREAM_POLL_RD);
}

// Calls the stream's read (writing is false) or write. What the stream raises is kept, and the
// connection goes on: KeyboardInterrupt for one leaves it intact. Bytes that were moved before it
// came are counted.
static ptrdiff_t stream_call(tls_socket_t *self, void *buf, size_t len, bool writing) {
    rssl_result want = writing ? RSSL_WANT_WRITE : RSSL_WANT_READ;
    self->stream_errno = MP_EWOULDBLOCK;
    if (self->stream == MP_OBJ_NULL) {
        return RSSL_IO_ERROR(MP_EBADF);
    }
    volatile mp_uint_t moved = NOTHING_MOVED;
    int error = MP_EWOULDBLOCK;
    nlr_buf_t nlr;
    if (nlr_push(&nlr) == 0) {
        const mp_stream_p_t *stream = mp_get_stream(self->stream);
        interrupts_release(&self->interrupts);
        if (writing) {
            moved = stream->write(self->stream, buf, len, &error);
        } else if (may_read(self, stream)) {
            moved = stream->read(self->stream, buf, len, &error);
        } else {
            moved = MP_STREAM_ERROR;
        }
        interrupts_hold();
        nlr_pop();
    } else {
        interrupts_hold();
        self->exception = MP_OBJ_FROM_PTR(nlr.ret_val);
        if (moved == NOTHING_MOVED || moved == MP_STREAM_ERROR) {
            return want;
        }
    }
    if (moved == MP_STREAM_ERROR) {
        return stream_error(self, error, want);
    }
    return moved <= len ? (ptrdiff_t)moved : RSSL_IO_ERROR(MP_EIO);
}

static ptrdiff_t transport_read(void *user, void *buf, size_t len) {
    return stream_call(user, buf, len, false);
}

static ptrdiff_t transport_write(void *user, const void *buf, size_t len) {
    return stream_call(user, (void *)buf, len, true);
}

mp_obj_t tls_transport_stream(mp_obj_t stream) {
    const mp_obj_type_t *type = mp_obj_get_type(stream);
    if (mp_obj_is_instance_type(type) && MP_OBJ_TYPE_HAS_SLOT(type, protocol)) {
        mp_obj_instance_t *instance = MP_OBJ_TO_PTR(stream);
        mp_obj_t base = instance->subobj[0];
        if (mp_obj_get_type(base)->name != MP_QSTR_IOBase) { // which calls the methods of the class
            stream = base;
        }
    }
    mp_get_stream_raise(stream, MP_STREAM_OP_READ | MP_STREAM_OP_WRITE | MP_STREAM_OP_IOCTL);
    return stream;
}

rssl_result tls_transport_set(tls_socket_t *self) {
    rssl_io io = {
        .size = sizeof(io),
        .user = self, // which owns self->tls, and so outlives it
        .read = transport_read,
        .write = transport_write,
    };
    return rssl_sock_set_io(self->tls, &io);
}
