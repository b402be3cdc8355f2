/* SPDX-License-Identifier: MIT OR Apache-2.0
 *
 * Where the operating system keeps its trust roots.
 */
#include "module.h"

#include <unistd.h>

static const char *first_there(const char *const *paths)
{
    for (size_t i = 0; paths[i] != NULL; i++)
        if (access(paths[i], R_OK) == 0)
            return paths[i];
    return paths[0];
}

static PyObject *get_default_verify_paths(PyObject *module, PyObject *unused)
{
    static const char *const files[] = {
        "/etc/ssl/cert.pem",                                 /* BSD, macOS, Alpine */
        "/etc/ssl/certs/ca-certificates.crt",                /* Debian, Arch */
        "/etc/pki/ca-trust/extracted/pem/tls-ca-bundle.pem", /* Fedora */
        "/etc/ssl/ca-bundle.pem",                            /* SUSE */
        NULL,
    };
    static const char *const directories[] = {"/etc/ssl/certs", "/etc/pki/tls/certs", NULL};
    (void)module;
    (void)unused;
    return Py_BuildValue("(ssss)", "SSL_CERT_FILE", first_there(files), "SSL_CERT_DIR",
                         first_there(directories));
}

PyMethodDef path_functions[] = {
    {"get_default_verify_paths", get_default_verify_paths, METH_NOARGS,
     "The variables that name trust roots, and the paths without them."},
    {NULL, NULL, 0, NULL},
};
