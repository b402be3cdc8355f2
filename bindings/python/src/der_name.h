/* SPDX-License-Identifier: MIT OR Apache-2.0
 *
 * A distinguished name as Python has it: a tuple of sets, each a tuple of (key, value).
 */
#ifndef RSSL_PYTHON_DER_NAME_H
#define RSSL_PYTHON_DER_NAME_H

#include "module.h"

typedef struct {
    PyObject *sets, *set; /* lists; set is the one being filled */
    size_t rdn;
    bool failed;
} name_builder;

void name_begin(name_builder *b);
/* Adds an attribute of set number rdn, which does not go down. Takes value over; NULL fails. */
void name_add(name_builder *b, size_t rdn, const char *key, PyObject *value);
/* The tuple, or NULL with an exception set. */
PyObject *name_end(name_builder *b);

/* The name in a DER Name, such as rssl_cert_san_at gives for RSSL_SAN_DIRNAME. */
PyObject *name_from_der(const unsigned char *der, size_t len);

#endif
