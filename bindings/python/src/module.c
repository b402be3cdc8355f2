/* SPDX-License-Identifier: MIT OR Apache-2.0 */
#include "module.h"

#include <string.h>

static struct PyModuleDef module_def;

#if PY_VERSION_HEX >= 0x03090000

/* A Python class derived from one of ours has no module of its own: its base has. */
module_state *state_of_type(PyTypeObject *type)
{
    for (; type != NULL; type = PyType_GetSlot(type, Py_tp_base)) {
        PyObject *module = PyType_GetModule(type);
        if (module != NULL && PyModule_GetDef(module) == &module_def)
            return PyModule_GetState(module);
        PyErr_Clear();
        if (!PyType_HasFeature(type, Py_TPFLAGS_HEAPTYPE))
            break;
    }
    PyErr_SetString(PyExc_SystemError, "not a type of rssl._ssl");
    return NULL;
}

static PyObject *new_type(PyObject *module, PyType_Spec *spec)
{
    return PyType_FromModuleAndSpec(module, spec, NULL);
}

#else /* Python 3.8 cannot find a module by a type: it has one state for the process */

static module_state *only_state;

module_state *state_of_type(PyTypeObject *type)
{
    (void)type;
    return only_state;
}

static PyObject *new_type(PyObject *module, PyType_Spec *spec)
{
    only_state = PyModule_GetState(module);
    return PyType_FromSpec(spec);
}

#endif

#if PY_VERSION_HEX < 0x030a0000
PyObject *refuse_new(PyTypeObject *type, PyObject *args, PyObject *kwargs)
{
    (void)args;
    (void)kwargs;
    return PyErr_Format(PyExc_TypeError, "cannot create '%s' instances", type->tp_name);
}
#endif

static int add_type(PyObject *module, PyType_Spec *spec, const char *name, PyTypeObject **slot)
{
    PyObject *type = new_type(module, spec);
    if (type == NULL)
        return -1;
    *slot = (PyTypeObject *)type;
    Py_INCREF(type);
    if (PyModule_AddObject(module, name, type) < 0) {
        Py_DECREF(type);
        return -1;
    }
    return 0;
}

static int import_socket(module_state *state)
{
    PyObject *socket = PyImport_ImportModule("_socket");
    if (socket == NULL)
        return -1;
    state->python_socket = PyObject_GetAttrString(socket, "socket");
    state->timeout_error = PyObject_GetAttrString(socket, "timeout");
    Py_DECREF(socket);
    return state->python_socket != NULL && state->timeout_error != NULL ? 0 : -1;
}

static int module_exec(PyObject *module)
{
    module_state *state = PyModule_GetState(module);
    state->str_fileno = PyUnicode_InternFromString("fileno");
    state->str_gettimeout = PyUnicode_InternFromString("gettimeout");
    if (state->str_fileno == NULL || state->str_gettimeout == NULL || import_socket(state) < 0
        || add_type(module, &context_spec, "_SSLContext", &state->context_type) < 0
        || add_type(module, &socket_spec, "_SSLSocket", &state->socket_type) < 0
        || add_type(module, &bio_spec, "MemoryBIO", &state->bio_type) < 0
        || add_type(module, &session_spec, "SSLSession", &state->session_type) < 0
        || add_type(module, &certificate_spec, "Certificate", &state->certificate_type) < 0
        || add_exceptions(module, state) < 0
        || PyModule_AddFunctions(module, oid_functions) < 0
        || PyModule_AddFunctions(module, random_functions) < 0
        || PyModule_AddFunctions(module, certificate_functions) < 0
        || PyModule_AddFunctions(module, path_functions) < 0)
        return -1;
    return add_constants(module);
}

/* The objects that the state holds, in one list for the three functions below. */
#define STATE_OBJECTS(X) \
    X(context_type) X(socket_type) X(bio_type) X(session_type) X(certificate_type) X(ssl_error) \
    X(zero_return_error) X(want_read_error) X(want_write_error) X(syscall_error) X(eof_error) \
    X(verification_error) X(python_socket) X(timeout_error) X(str_fileno) X(str_gettimeout)

static int module_traverse(PyObject *module, visitproc visit, void *arg)
{
    module_state *state = PyModule_GetState(module);
    if (state == NULL)
        return 0;
#define VISIT(member) Py_VISIT(state->member);
    STATE_OBJECTS(VISIT)
#undef VISIT
    return 0;
}

static int module_clear(PyObject *module)
{
    module_state *state = PyModule_GetState(module);
    if (state == NULL)
        return 0;
#define CLEAR(member) Py_CLEAR(state->member);
    STATE_OBJECTS(CLEAR)
#undef CLEAR
    return 0;
}

static void module_free(void *module)
{
    module_clear(module);
}

static PyModuleDef_Slot module_slots[] = {
    {Py_mod_exec, module_exec},
    {0, NULL},
};

static struct PyModuleDef module_def = {
    PyModuleDef_HEAD_INIT,
    .m_name = "rssl._ssl",
    .m_doc = "TLS over librssl, with the names of CPython's _ssl.",
    .m_size = sizeof(module_state),
    .m_slots = module_slots,
    .m_traverse = module_traverse,
    .m_clear = module_clear,
    .m_free = module_free,
};

#if PY_VERSION_HEX < 0x03090000 /* whose macro leaves the function to -fvisibility */
__attribute__((visibility("default")))
#endif
PyMODINIT_FUNC PyInit__ssl(void)
{
    return PyModuleDef_Init(&module_def);
}
