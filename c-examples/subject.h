/* subject.h - a certificate's subject on one line. */
#ifndef SUBJECT_H
#define SUBJECT_H

#include <rssl.h>

/* format_subject writes "countryName=CA, commonName=example.org", cut to fit. What is not
 * printable ASCII becomes '?': the peer chose these bytes. */
void format_subject(const rssl_cert *cert, char *out, size_t cap);

#endif
