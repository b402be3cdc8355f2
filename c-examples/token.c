#include "token.h"

#include <dlfcn.h>
#include <p11-kit/pkcs11.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct token {
  void *module;
  CK_FUNCTION_LIST *f;
  CK_SESSION_HANDLE session;
  CK_OBJECT_HANDLE key;
};

static const struct scheme {
  CK_MECHANISM_TYPE mechanism, hash;
  CK_ULONG mgf, salt; /* mgf 0: PKCS#1 */
} schemes[] = {
    {CKM_SHA256_RSA_PKCS_PSS, CKM_SHA256, CKG_MGF1_SHA256, 32},
    {CKM_SHA384_RSA_PKCS_PSS, CKM_SHA384, CKG_MGF1_SHA384, 48},
    {CKM_SHA512_RSA_PKCS_PSS, CKM_SHA512, CKG_MGF1_SHA512, 64},
    {CKM_SHA256_RSA_PKCS, 0, 0, 0},
};

/* rsa_pss_rsae_sha256, _sha384, _sha512, rsa_pkcs1_sha256 */
const uint16_t token_schemes[] = {0x0804, 0x0805, 0x0806, 0x0401};
const size_t token_schemes_len = sizeof token_schemes / sizeof token_schemes[0];

static bool failed(const char *what, CK_RV rv) {
  fprintf(stderr, "token: %s: PKCS#11 error 0x%lx\n", what, (unsigned long)rv);
  return false;
}

static bool load(struct token *t, const char *module) {
  CK_RV (*list)(CK_FUNCTION_LIST **);
  void *symbol;
  t->module = dlopen(module, RTLD_NOW);
  symbol = t->module != NULL ? dlsym(t->module, "C_GetFunctionList") : NULL;
  if (symbol == NULL) {
    fprintf(stderr, "token: %s\n", dlerror());
    return false;
  }
  memcpy(&list, &symbol, sizeof list); /* as POSIX has it */
  CK_RV rv = list(&t->f);
  if (rv != CKR_OK) {
    t->f = NULL;
    return failed("C_GetFunctionList", rv);
  }
  rv = t->f->C_Initialize(NULL);
  return rv == CKR_OK || failed("C_Initialize", rv);
}

/* A token's label is 32 bytes, filled up with blanks. */
static bool has_label(const CK_TOKEN_INFO *info, const char *label) {
  char padded[sizeof info->label + 1];
  if (strlen(label) >= sizeof padded) return false;
  snprintf(padded, sizeof padded, "%-*s", (int)sizeof info->label, label);
  return memcmp(info->label, padded, sizeof info->label) == 0;
}

static bool log_in(struct token *t, const char *label, const char *pin) {
  CK_SLOT_ID slots[64];
  CK_ULONG n = sizeof slots / sizeof slots[0];
  CK_RV rv = t->f->C_GetSlotList(CK_TRUE, slots, &n);
  if (rv != CKR_OK) return failed("C_GetSlotList", rv);
  for (CK_ULONG i = 0; i < n; i++) {
    CK_TOKEN_INFO info;
    if (t->f->C_GetTokenInfo(slots[i], &info) != CKR_OK || !has_label(&info, label)) continue;
    rv = t->f->C_OpenSession(slots[i], CKF_SERIAL_SESSION, NULL, NULL, &t->session);
    if (rv != CKR_OK) return failed("C_OpenSession", rv);
    rv = t->f->C_Login(t->session, CKU_USER, (CK_UTF8CHAR *)pin, strlen(pin));
    return rv == CKR_OK || failed("C_Login", rv);
  }
  fprintf(stderr, "token: no token has the label %s\n", label);
  return false;
}

static bool find_key(struct token *t, const char *label) {
  CK_OBJECT_CLASS kind = CKO_PRIVATE_KEY;
  CK_ATTRIBUTE wanted[] = {{CKA_CLASS, &kind, sizeof kind},
                           {CKA_LABEL, (void *)label, strlen(label)}};
  CK_ULONG found = 0;
  CK_RV rv = t->f->C_FindObjectsInit(t->session, wanted, 2);
  if (rv == CKR_OK) rv = t->f->C_FindObjects(t->session, &t->key, 1, &found);
  if (rv == CKR_OK) rv = t->f->C_FindObjectsFinal(t->session);
  if (rv != CKR_OK) return failed("C_FindObjects", rv);
  if (found == 0) fprintf(stderr, "token: no private key has the label %s\n", label);
  return found == 1;
}

struct token *token_open(const char *module, const char *label, const char *pin, const char *key) {
  struct token *t = calloc(1, sizeof *t);
  if (t == NULL) return NULL;
  if (load(t, module) && log_in(t, label, pin) && find_key(t, key)) return t;
  token_close(t);
  return NULL;
}

void token_close(struct token *t) {
  if (t == NULL) return;
  if (t->f != NULL) t->f->C_Finalize(NULL); /* closes sessions too */
  if (t->module != NULL) dlclose(t->module);
  free(t);
}

ptrdiff_t token_sign(void *token, uint16_t scheme, const void *msg, size_t len, void *sig,
                     size_t cap) {
  const struct token *t = token;
  size_t i = 0;
  while (token_schemes[i] != scheme) i++; /* librssl asks for no others */
  CK_RSA_PKCS_PSS_PARAMS pss = {schemes[i].hash, schemes[i].mgf, schemes[i].salt};
  CK_MECHANISM mechanism = {schemes[i].mechanism, NULL, 0};
  CK_ULONG made = cap;
  if (schemes[i].mgf != 0) {
    mechanism.pParameter = &pss;
    mechanism.ulParameterLen = sizeof pss;
  }
  CK_RV rv = t->f->C_SignInit(t->session, &mechanism, t->key);
  if (rv == CKR_OK) rv = t->f->C_Sign(t->session, (CK_BYTE *)msg, len, sig, &made);
  if (rv != CKR_OK) {
    failed("C_Sign", rv);
    return -1;
  }
  return (ptrdiff_t)made;
}
