/* SPDX-License-Identifier: MIT OR Apache-2.0
 *
 * Errors of librssl as OSError.
 *
 * Programs and MicroPython's own tests know TLS errors by mbedTLS's numbers and names. They are
 * kept: args is (number, name, facts), and str() is what they expect. facts is librssl's message,
 * and what a traceback shows.
 */
#include "modtls_rssl.h"
#include "py/mperrno.h"
#include "py/objexcept.h"
#include "py/objtuple.h"
#include <stdlib.h>
#include <string.h>

#define NUMBER_GENERIC (-0x0001)
#define NUMBER_CERT_VERIFY_FAILED (-0x2700)
#define NUMBER_BAD_CONFIG (-0x5e80)

typedef struct {
    rssl_result code;
    int number;
    const char *name; // NULL: the facts
} known_t;

static const known_t known_errors[] = {
    { RSSL_ERR_ALERT, -0x7780, "MBEDTLS_ERR_SSL_FATAL_ALERT_MESSAGE" },
    { RSSL_ERR_EOF, -0x7280, "MBEDTLS_ERR_SSL_CONN_EOF" },
    { RSSL_ERR_NO_CERT, -0x7480, "MBEDTLS_ERR_SSL_NO_CLIENT_CERTIFICATE" },
    { RSSL_ERR_NOT_TLS, -0x7200, "MBEDTLS_ERR_SSL_INVALID_RECORD" },
    { RSSL_ERR_PROTOCOL, -0x7700, NULL },
    { RSSL_ERR_NO_SHARED, -0x6e00, NULL },
    { RSSL_ERR_NO_ALPN, -0x7580, NULL },
    { RSSL_ERR_INTERNAL, -0x6c00, NULL },
    { RSSL_ERR_ARGUMENT, MP_EINVAL, NULL },
    { RSSL_ERR_STATE, MP_EBUSY, NULL },
    { RSSL_ERR_UNSUPPORTED, MP_EOPNOTSUPP, NULL },
    { RSSL_ERR_CLOSED, MP_EPIPE, NULL },
};

static const known_t refused_by_program = {
    RSSL_ERR_VERIFY, NUMBER_GENERIC, "MBEDTLS_ERR_ERROR_GENERIC_ERROR"
};

static void error_print(const mp_print_t *print, mp_obj_t self_in, mp_print_kind_t kind) {
    mp_obj_exception_t *self = MP_OBJ_TO_PTR(self_in);
    mp_print_kind_t how = kind & ~PRINT_EXC_SUBCLASS;
    if (self->args->len != 3 || how == PRINT_REPR) {
        mp_obj_exception_print(print, self_in, kind);
    } else if (how == PRINT_EXC) {
        mp_printf(print, "%q: ", (qstr)MP_QSTR_OSError);
        mp_obj_print_helper(print, self->args->items[2], PRINT_STR);
    } else if (self->args->items[0] == MP_OBJ_NEW_SMALL_INT(NUMBER_CERT_VERIFY_FAILED)) {
        mp_obj_print_helper(print, self->args->items[1], PRINT_STR);
    } else {
        mp_obj_print_helper(print, mp_obj_new_tuple(2, self->args->items), PRINT_REPR);
    }
}

// Programs see, and catch, OSError: this is it with another way of printing.
static MP_DEFINE_CONST_OBJ_TYPE(
    error_type,
    MP_QSTR_OSError,
    MP_TYPE_FLAG_NONE,
    make_new, mp_obj_exception_make_new,
    print, error_print,
    attr, mp_obj_exception_attr,
    parent, &mp_type_OSError
    );

// The message of the last error, or MP_OBJ_NULL where there is no memory. It is copied first: the
// allocation may collect garbage, and what that closes may replace the error.
static mp_obj_t last_facts(void) {
    mp_obj_t facts = MP_OBJ_NULL;
    char *copy = strdup(rssl_error_message(rssl_last_error()));
    if (copy != NULL) {
        nlr_buf_t nlr;
        if (nlr_push(&nlr) == 0) {
            facts = mp_obj_new_str_from_cstr(copy);
            nlr_pop();
        }
        free(copy);
    }
    return facts;
}

// MP_OBJ_NULL where there is no memory. name may be NULL.
static mp_obj_t new_error(int number, const char *name) {
    mp_obj_t facts = last_facts();
    mp_obj_t error = MP_OBJ_NULL;
    nlr_buf_t nlr;
    if (facts == MP_OBJ_NULL) {
        return error;
    }
    if (nlr_push(&nlr) == 0) {
        mp_obj_t args[3] = {
            MP_OBJ_NEW_SMALL_INT(number), name ? mp_obj_new_str_from_cstr(name) : facts, facts,
        };
        error = mp_obj_exception_make_new(&error_type, 3, 0, args);
        nlr_pop();
    }
    return error;
}

// The number alone is raised where there was no memory for the rest, as with a locked heap.
static MP_NORETURN void raise_error(mp_obj_t error, int number) {
    if (error == MP_OBJ_NULL) {
        mp_raise_OSError(number);
    }
    nlr_raise(error);
}

// What MicroPython's tests expect to be told about a refused certificate; NULL: the facts.
static const char *verify_text(int32_t verify) {
    switch (verify) {
        case RSSL_V_HOSTNAME:
        case RSSL_V_IP_ADDRESS:
            return "\nThe certificate Common Name (CN) does not match with the expected CN\n";
        case RSSL_V_CERT_EXPIRED:
            return "\nThe certificate validity has expired\n";
        default:
            return NULL;
    }
}

// What rc is to programs; false: a number of the system's, which says all.
static bool describe(rssl_result rc, const rssl_error *error, known_t *known) {
    *known = (known_t) { rc, MP_EIO, NULL };
    int32_t verify = rssl_error_verify(error);
    if (verify == RSSL_V_APPLICATION) {
        *known = refused_by_program;
    } else if (rc == RSSL_ERR_VERIFY) {
        *known = (known_t) { rc, NUMBER_CERT_VERIFY_FAILED, verify_text(verify) };
    } else if (rc == RSSL_ERR_IO && rssl_error_errno(error) != 0) {
        known->number = rssl_error_errno(error);
        return false;
    }
    for (size_t i = 0; i < MP_ARRAY_SIZE(known_errors); i++) {
        if (known_errors[i].code == rc) {
            *known = known_errors[i];
        }
    }
    return true;
}

MP_NORETURN void tls_raise(rssl_result rc) {
    known_t known;
    mp_obj_t error = MP_OBJ_NULL;
    interrupts_t interrupts = interrupts_hold();
    if (describe(rc, rssl_last_error(), &known)) {
        error = new_error(known.number, known.name);
    }
    interrupts_release(&interrupts);
    raise_error(error, known.number);
}

MP_NORETURN void tls_raise_value_error(void) {
    interrupts_t interrupts = interrupts_hold();
    mp_obj_t facts = last_facts();
    interrupts_release(&interrupts);
    if (facts == MP_OBJ_NULL) {
        mp_raise_type(&mp_type_MemoryError);
    }
    nlr_raise(mp_obj_new_exception_arg1(&mp_type_ValueError, facts));
}

MP_NORETURN void tls_raise_bad_config(void) {
    interrupts_t interrupts = interrupts_hold();
    mp_obj_t error = new_error(NUMBER_BAD_CONFIG, "MBEDTLS_ERR_SSL_BAD_CONFIG");
    interrupts_release(&interrupts);
    raise_error(error, NUMBER_BAD_CONFIG);
}
