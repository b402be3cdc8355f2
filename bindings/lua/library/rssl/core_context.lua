---@meta _
-- For editors: contexts of rssl.core.

---Settings that connections share.
---@class rssl.Context
local Context = {}

function Context:close() end

---@return integer
function Context:role() end

---@param mode integer one of the CERT_ numbers
---@return true? done
---@return rssl.Status? status
---@return rssl.Error? error
function Context:set_verify(mode) end

---@return integer
function Context:verify() end

---@param on boolean
---@return true? done
---@return rssl.Status? status
---@return rssl.Error? error
function Context:set_check_hostname(on) end

---@return boolean
function Context:check_hostname() end

---@param cert string
---@param key? string
---@param password? string
---@return true? done
---@return rssl.Status? status
---@return rssl.Error? error
function Context:load_cert_file(cert, key, password) end

---@param cert string
---@param key? string
---@param password? string
---@return true? done
---@return rssl.Status? status
---@return rssl.Error? error
function Context:load_cert_mem(cert, key, password) end

---@param identities rssl.Identity[]
---@return true? done
---@return rssl.Status? status
---@return rssl.Error? error
function Context:set_identities(identities) end

---@param min? integer
---@param max? integer
---@return true? done
---@return rssl.Status? status
---@return rssl.Error? error
function Context:set_versions(min, max) end

---@return integer min
---@return integer max
function Context:versions() end

---@param names string
---@return true? done
---@return rssl.Status? status
---@return rssl.Error? error
function Context:set_ciphers(names) end

---@param openssl string
---@return true? done
---@return rssl.Status? status
---@return rssl.Error? error
function Context:set_cipher_string(openssl) end

---@return integer[]
function Context:ciphers() end

---@param names string
---@return true? done
---@return rssl.Status? status
---@return rssl.Error? error
function Context:set_groups(names) end

---@param protocols string[]
---@return true? done
---@return rssl.Status? status
---@return rssl.Error? error
function Context:set_alpn(protocols) end

---@param set integer
---@param clear? integer
---@return true? done
---@return rssl.Status? status
---@return rssl.Error? error
function Context:set_options(set, clear) end

---@return integer
function Context:options() end

---@param path string
---@return true? done
---@return rssl.Status? status
---@return rssl.Error? error
function Context:load_verify_file(path) end

---@param path string
---@return true? done
---@return rssl.Status? status
---@return rssl.Error? error
function Context:load_verify_dir(path) end

---@param data string
---@return true? done
---@return rssl.Status? status
---@return rssl.Error? error
function Context:load_verify_mem(data) end

---@return true? done
---@return rssl.Status? status
---@return rssl.Error? error
function Context:load_verify_system() end

---@return true? done
---@return rssl.Status? status
---@return rssl.Error? error
function Context:load_verify_bundled() end

---@return rssl.Certificate[]
function Context:roots() end

---@return integer
function Context:root_count() end

---@return true? done
---@return rssl.Status? status
---@return rssl.Error? error
function Context:clear_roots() end

---@param plaintext integer
---@return true? done
---@return rssl.Status? status
---@return rssl.Error? error
function Context:set_max_fragment(plaintext) end

---@param n integer
---@return true? done
---@return rssl.Status? status
---@return rssl.Error? error
function Context:set_session_cache(n) end

---@param n integer
---@return true? done
---@return rssl.Status? status
---@return rssl.Error? error
function Context:set_ticket_count(n) end

---@param keys? string of 48 bytes each
---@return true? done
---@return rssl.Status? status
---@return rssl.Error? error
function Context:set_ticket_keys(keys) end

---@param path string
---@return true? done
---@return rssl.Status? status
---@return rssl.Error? error
function Context:load_crl_file(path) end

---@param data string
---@return true? done
---@return rssl.Status? status
---@return rssl.Error? error
function Context:load_crl_mem(data) end

---@param flags integer
---@return true? done
---@return rssl.Status? status
---@return rssl.Error? error
function Context:set_crl_flags(flags) end

---@return true? done
---@return rssl.Status? status
---@return rssl.Error? error
function Context:clear_crls() end

---@param schemes integer[]
---@return true? done
---@return rssl.Status? status
---@return rssl.Error? error
function Context:set_verify_schemes(schemes) end

---@param names string[]
---@return true? done
---@return rssl.Status? status
---@return rssl.Error? error
function Context:set_client_ca_names(names) end

---true accepts, false and a V_ number refuse, nil leaves the verdict.
---@param callback? fun(socket: rssl.Socket, verify: integer, chain: rssl.Certificate[]): boolean|integer|nil
---@return true? done
---@return rssl.Status? status
---@return rssl.Error? error
function Context:set_verify_callback(callback) end

---false refuses, "want_hello" decides later.
---@param callback? fun(socket: rssl.Socket, hello: rssl.Hello): false|"want_hello"|nil
---@return true? done
---@return rssl.Status? status
---@return rssl.Error? error
function Context:set_hello_callback(callback) end

---@param callback? fun(socket: rssl.Socket, names: string[], schemes: integer[]): rssl.Identity?
---@return true? done
---@return rssl.Status? status
---@return rssl.Error? error
function Context:set_client_cert_callback(callback) end

---@param callback? fun(line: string)
---@return true? done
---@return rssl.Status? status
---@return rssl.Error? error
function Context:set_keylog_callback(callback) end

---@param callback? fun(): integer
---@return true? done
---@return rssl.Status? status
---@return rssl.Error? error
function Context:set_time_callback(callback) end

---@param store? rssl.SessionStore
---@return true? done
---@return rssl.Status? status
---@return rssl.Error? error
function Context:set_session_store(store) end

---@class rssl.SessionStore
---@field put fun(id: string, session: string, lifetime: integer)
---@field get fun(id: string, remove: boolean): string?
