/* SPDX-License-Identifier: MIT OR Apache-2.0 */
#ifndef RSSL_PYTHON_OID_H
#define RSSL_PYTHON_OID_H

/* OpenSSL's long name of a dotted identifier, or the identifier itself. */
const char *oid_long_name(const char *dotted);

/* The short name that goes with a long one, or the long one itself. */
const char *oid_short_name(const char *long_name);

#endif
