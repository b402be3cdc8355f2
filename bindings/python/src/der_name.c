/* SPDX-License-Identifier: MIT OR Apache-2.0 */
#include "der_name.h"

#include <stdio.h>
#include <string.h>

#include "oid.h"

void name_begin(name_builder *b)
{
    b->sets = PyList_New(0);
    b->set = NULL;
    b->rdn = 0;
    b->failed = b->sets == NULL;
}

static void close_set(name_builder *b)
{
    if (b->set == NULL)
        return;
    PyObject *tuple = PyList_AsTuple(b->set);
    if (tuple == NULL || PyList_Append(b->sets, tuple) < 0)
        b->failed = true;
    Py_XDECREF(tuple);
    Py_CLEAR(b->set);
}

void name_add(name_builder *b, size_t rdn, const char *key, PyObject *value)
{
    if (value == NULL)
        b->failed = true;
    if (!b->failed) {
        if (b->set != NULL && rdn != b->rdn)
            close_set(b);
        if (b->set == NULL)
            b->set = PyList_New(0);
        b->rdn = rdn;
        PyObject *pair = b->set != NULL ? Py_BuildValue("(sO)", key, value) : NULL;
        if (pair == NULL || PyList_Append(b->set, pair) < 0)
            b->failed = true;
        Py_XDECREF(pair);
    }
    Py_XDECREF(value);
}

PyObject *name_end(name_builder *b)
{
    if (!b->failed)
        close_set(b);
    PyObject *name = b->failed ? NULL : PyList_AsTuple(b->sets);
    Py_XDECREF(b->set);
    Py_XDECREF(b->sets);
    return name;
}

typedef struct {
    const unsigned char *data;
    size_t len;
} span;

/* Takes one element off *in. Its tag, or -1 if there is none or it is malformed. */
static int take(span *in, span *contents)
{
    if (in->len < 2)
        return -1;
    size_t len = in->data[1], head = 2;
    if (len & 0x80) {
        size_t n = len & 0x7f;
        if (n == 0 || n > 4 || in->len < 2 + n)
            return -1;
        for (len = 0; n > 0; n--)
            len = len << 8 | in->data[head++];
    }
    if (len > in->len - head)
        return -1;
    int tag = in->data[0];
    contents->data = in->data + head;
    contents->len = len;
    in->data += head + len;
    in->len -= head + len;
    return tag;
}

static PyObject *decode_string(int tag, span s)
{
    const char *bytes = (const char *)s.data;
    int big_endian = 1;
    switch (tag) {
    case 0x1e: /* BMPString */
        return PyUnicode_DecodeUTF16(bytes, (Py_ssize_t)s.len, "backslashreplace", &big_endian);
    case 0x1c: /* UniversalString */
        return PyUnicode_DecodeUTF32(bytes, (Py_ssize_t)s.len, "backslashreplace", &big_endian);
    case 0x14: /* TeletexString, in practice Latin-1 */
        return PyUnicode_DecodeLatin1(bytes, (Py_ssize_t)s.len, NULL);
    default:
        return PyUnicode_DecodeUTF8(bytes, (Py_ssize_t)s.len, "backslashreplace");
    }
}

/* Writes the dotted form of an OBJECT IDENTIFIER's contents, cut to cap. */
static void dotted(span s, char *out, size_t cap)
{
    size_t at = 0;
    unsigned long arc = 0;
    bool first = true;
    for (size_t i = 0; i < s.len && at < cap; i++) {
        arc = arc << 7 | (s.data[i] & 0x7f);
        if (s.data[i] & 0x80)
            continue;
        unsigned long top = arc < 40 ? 0 : arc < 80 ? 1 : 2;
        if (first)
            at += (size_t)snprintf(out + at, cap - at, "%lu.%lu", top, arc - 40 * top);
        else
            at += (size_t)snprintf(out + at, cap - at, ".%lu", arc);
        first = false;
        arc = 0;
    }
    if (first)
        *out = '\0';
}

PyObject *name_from_der(const unsigned char *der, size_t len)
{
    span in = {der, len}, sets, set, pair, oid, value;
    name_builder b;
    name_begin(&b);
    bool good = take(&in, &sets) == 0x30;
    for (size_t rdn = 0; good && sets.len > 0; rdn++) {
        good = take(&sets, &set) == 0x31;
        while (good && set.len > 0) {
            int tag = -1;
            good = take(&set, &pair) == 0x30 && take(&pair, &oid) == 0x06
                && (tag = take(&pair, &value)) >= 0;
            if (!good)
                break;
            char digits[128];
            dotted(oid, digits, sizeof digits);
            name_add(&b, rdn, oid_long_name(digits), decode_string(tag, value));
        }
    }
    if (!good && !b.failed) {
        PyErr_SetString(PyExc_ValueError, "a malformed directory name");
        b.failed = true;
    }
    return name_end(&b);
}
