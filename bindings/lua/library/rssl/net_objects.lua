---@meta _
-- For editors: what connections of rssl.net are made with.

---@class rssl.net.SslConfiguration
---@field VERIFY_NONE integer 0
---@field QUERY_PEER integer 1
---@field VERIFY_PEER integer 2
---@field AUTO_VERIFY_PEER integer 3
---@field local_certificate? rssl.net.SslCertificate
---@field local_certificate_chain rssl.net.SslCertificate[]
---@field private_key? rssl.net.SslKey
---@field peer_verify_mode integer
---@field ca_certificates? rssl.net.SslCertificate[] trusted in place of the system's
---@field add_ca_certificate fun(certificate: rssl.net.SslCertificate) with "." or ":"
---@field allowed_next_protocols? string[]
---@field min_protocol? "TLSv1.2"|"TLSv1.3"
---@field ciphers? string
local SslConfiguration = {}

---@return rssl.net.SslConfiguration
function SslConfiguration.new() end

---@param path string
---@return boolean done
---@return string? error
function SslConfiguration:add_ca_certificates(path) end

---@class rssl.net.SslCertificate
---@field null boolean
---@field subject_info? table<string, string>
---@field issuer_info? table<string, string>
---@field effective_date? integer
---@field expiry_date? integer
---@field subject_alternative_names? table<string, string[]> by "DNS", "IP", "email" and "URI"
---@field serial_number string
---@field is_self_signed boolean
local SslCertificate = {}

---@param encoded string
---@param format? integer of SslEncoding
---@return rssl.net.SslCertificate
function SslCertificate.new(encoded, format) end

---@param encoded string
---@param format? integer of SslEncoding
---@return rssl.net.SslCertificate[]
function SslCertificate.from_data(encoded, format) end

---@param algorithm? "sha1"|"sha256"|"sha384"|"sha512"
---@return string
function SslCertificate:digest(algorithm) end

---@return string
function SslCertificate:to_pem() end

---@return string
function SslCertificate:to_der() end

---@return string
function SslCertificate:to_text() end

---@class rssl.net.SslKey
---@field PUBLIC integer 0
---@field PRIVATE integer 1
---@field RSA integer 0
---@field DSA integer 1
---@field EC integer 2
---@field ED25519 integer 3
---@field null boolean
---@field type integer
---@field algorithm integer
local SslKey = {}

---@param encoded string
---@param algorithm integer
---@param format? integer of SslEncoding
---@param kind? integer PUBLIC or PRIVATE
---@param passphrase? string
---@return rssl.net.SslKey
function SslKey.new(encoded, algorithm, format, kind, passphrase) end

---@class rssl.net.SslEncoding
---@field PEM integer 0
---@field DER integer 1

---@class rssl.net.SslError
---@field error integer one of rssl.core's V_ numbers
---@field error_string string
---@field certificate rssl.net.SslCertificate
local SslError = {}

---@param fault integer
---@param certificate rssl.net.SslCertificate
---@return rssl.net.SslError
function SslError.new(fault, certificate) end
