---@meta rssl.core
-- For editors: rssl.core, all of rssl.h. What is not said here is in the header, under the same name
-- with its prefix: Context:set_alpn is rssl_ctx_set_alpn.

---@class rssl.core
---@field V_OK integer
---@field V_UNSPECIFIED integer
---@field V_CRL_UNAVAILABLE integer
---@field V_CERT_SIGNATURE integer
---@field V_CERT_NOT_YET_VALID integer
---@field V_CERT_EXPIRED integer
---@field V_CRL_EXPIRED integer
---@field V_SELF_SIGNED integer
---@field V_UNKNOWN_ISSUER integer
---@field V_REVOKED integer
---@field V_INVALID_CA integer
---@field V_INVALID_PURPOSE integer
---@field V_UNHANDLED_CRITICAL integer
---@field V_APPLICATION integer
---@field V_HOSTNAME integer
---@field V_IP_ADDRESS integer
---@field V_UNSUPPORTED_SIGNATURE integer
---@field V_OCSP_INVALID integer
---@field TLS1_2 integer
---@field TLS1_3 integer
---@field OPT_ALPN_OPTIONAL integer
---@field OPT_SERVER_ORDER integer
---@field OPT_NO_TICKETS integer
---@field OPT_NO_SNI integer
---@field OPT_RETURN_EINTR integer
---@field OPT_X509_STRICT integer
---@field OPT_INSECURE_MATCH_CN integer
---@field OPT_NO_CA_NAMES integer
---@field OPT_REQUIRE_EMS integer
---@field CRL_LEAF_ONLY integer
---@field CRL_ALLOW_UNKNOWN integer
---@field CRL_ENFORCE_EXPIRY integer
---@field CRL_OFF integer
---@field CRL_REQUIRED integer
---@field POLL_IN integer
---@field POLL_OUT integer
---@field POLL_READY integer
---@field SHUT_WR integer
---@field SHUT_RDWR integer
---@field HANDSHAKE_FULL integer
---@field HANDSHAKE_RETRIED integer
---@field HANDSHAKE_RESUMED integer
---@field HANDSHAKE_RESUMED_RETRIED integer
---@field OK integer
---@field WANT_READ integer
---@field WANT_WRITE integer
---@field WANT_HELLO integer
---@field WANT_CONSUME integer
---@field ERR_ARGUMENT integer
---@field ERR_STATE integer
---@field ERR_UNSUPPORTED integer
---@field ERR_CALLBACK integer
---@field ERR_INTERNAL integer
---@field ERR_IO integer
---@field ERR_EOF integer
---@field ERR_CLOSED integer
---@field ERR_INTERRUPTED integer
---@field ERR_FILE integer
---@field ERR_FORMAT integer
---@field ERR_PASSWORD integer
---@field ERR_KEY integer
---@field ERR_MISMATCH integer
---@field ERR_NAME integer
---@field ERR_VERIFY integer
---@field ERR_NO_CERT integer
---@field ERR_ALERT integer
---@field ERR_PROTOCOL integer
---@field ERR_NO_SHARED integer
---@field ERR_NO_ALPN integer
---@field ERR_NOT_TLS integer
---@field CLIENT integer
---@field SERVER integer
---@field EITHER integer
---@field CERT_NONE integer
---@field CERT_OPTIONAL integer
---@field CERT_REQUIRED integer
---@field SUBJECT integer
---@field ISSUER integer
---@field SAN_DNS integer
---@field SAN_IP integer
---@field SAN_EMAIL integer
---@field SAN_URI integer
---@field SAN_DIRNAME integer
---@field SAN_RID integer
---@field SAN_OTHER integer
---@field URI_OCSP integer
---@field URI_CA_ISSUERS integer
---@field URI_CRL integer
local core = {}

---What failed: tostring gives the message.
---@class rssl.Error
---@field code integer one of the ERR_ numbers
---@field name string such as "RSSL_ERR_VERIFY"
---@field message string
---@field reason string such as "CERTIFICATE_VERIFY_FAILED"
---@field detail string
---@field errno integer
---@field verify integer one of the V_ numbers
---@field depth integer
---@field alert? integer
---@field alert_received? boolean

---"want_read", "want_write", "want_hello", "want_consume", "closed", or the name of an error.
---@alias rssl.Status string

---A context with secure settings and no trust roots.
---@param role integer CLIENT, SERVER or EITHER
---@return rssl.Context? ctx
---@return rssl.Status? status
---@return rssl.Error? error
function core.ctx_new(role) end

---The same with the system's trust roots.
---@param role integer
---@return rssl.Context? ctx
---@return rssl.Status? status
---@return rssl.Error? error
function core.ctx_new_default(role) end

---A connection on memory: feed and drain.
---@param ctx rssl.Context
---@param role? integer
---@param name? string the server's name or address
---@return rssl.Socket? socket
---@return rssl.Status? status
---@return rssl.Error? error
function core.sock_new(ctx, role, name) end

---A connection on a descriptor, or on memory without one.
---@param ctx rssl.Context
---@param fd? integer
---@param role? integer
---@param name? string
---@return rssl.Socket? socket
---@return rssl.Status? status
---@return rssl.Error? error
function core.wrap(ctx, fd, role, name) end

---@param data string PEM or DER
---@return rssl.Certificate? certificate
---@return rssl.Status? status
---@return rssl.Error? error
function core.cert_new_mem(data) end

---@param path string
---@return rssl.Certificate? certificate
---@return rssl.Status? status
---@return rssl.Error? error
function core.cert_new_file(path) end

---@param cert string
---@param key? string
---@param password? string|fun():string?
---@return rssl.Identity? identity
---@return rssl.Status? status
---@return rssl.Error? error
function core.identity_new_mem(cert, key, password) end

---@param cert string
---@param key? string
---@param password? string|fun():string?
---@return rssl.Identity? identity
---@return rssl.Status? status
---@return rssl.Error? error
function core.identity_new_file(cert, key, password) end

---An identity whose key is elsewhere.
---@param cert string
---@param schemes integer[]
---@param sign fun(scheme: integer, message: string): string?
---@return rssl.Identity? identity
---@return rssl.Status? status
---@return rssl.Error? error
function core.identity_new_signer(cert, schemes, sign) end

---@param hash string "sha1", "sha256", "sha384" or "sha512"
---@param data string
---@return string? digest
---@return rssl.Status? status
---@return rssl.Error? error
function core.digest(hash, data) end

---@return string version
---@return integer number
function core.version() end

---@return string
function core.build_info() end

---@param feature string
---@return boolean
function core.has(feature) end

---@param code integer
---@return string
function core.strerror(code) end

---@param alert integer
---@return string
function core.alert_name(alert) end

---@param verify integer
---@return string
function core.verify_string(verify) end

---@param version integer
---@return string?
function core.version_name(version) end

---@param cipher integer
---@return string? openssl
---@return string? iana
---@return integer bits
function core.cipher_name(cipher) end

---@param group integer
---@return string?
function core.group_name(group) end

return core
