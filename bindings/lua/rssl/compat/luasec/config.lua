--- `ssl.config`: what this build has, by LuaSec's names.
-- @module rssl.compat.luasec.config

local core = require "rssl.core"

local function set(names)
  local all = {}
  for name in names:gmatch "%S+" do all[name] = true end
  return all
end

-- OpenSSL's names of the groups that librssl knows, if this build has them.
local function groups()
  local found = {}
  local probe = assert(core.ctx_new(core.CLIENT))
  for name in ("X25519 prime256v1 secp384r1 secp521r1 X25519MLKEM768"):gmatch "%S+" do
    if probe:set_groups(name) then found[name] = true end
  end
  return found
end

return {
  protocols = set "any tlsv1_2 tlsv1_3",
  -- no_tlsv1_2, no_tlsv1_3, no_ticket and cipher_server_preference do something. The others are
  -- about what librssl does not have.
  options = set [[
    all allow_no_dhe_kex allow_unsafe_legacy_renegotiation cipher_server_preference cisco_anyconnect
    cleanse_plaintext cookie_exchange cryptopro_tlsext_bug disable_tlsext_ca_names
    dont_insert_empty_fragments enable_ktls enable_middlebox_compat ephemeral_rsa ignore_unexpected_eof
    legacy_server_connect microsoft_big_sslv3_buffer microsoft_sess_id_bug msie_sslv2_rsa_padding
    netscape_ca_dn_bug netscape_challenge_bug netscape_demo_cipher_change_bug
    netscape_reuse_cipher_change_bug no_anti_replay no_client_renegotiation no_compression no_dtls_mask
    no_dtlsv1 no_dtlsv1_2 no_encrypt_then_mac no_extended_master_secret no_query_mtu no_renegotiation
    no_session_resumption_on_renegotiation no_ssl_mask no_sslv2 no_sslv3 no_ticket no_tlsv1 no_tlsv1_1
    no_tlsv1_2 no_tlsv1_3 pkcs1_check_1 pkcs1_check_2 prioritize_chacha safari_ecdhe_ecdsa_bug
    single_dh_use single_ecdh_use ssleay_080_client_dh_bug sslref2_reuse_cert_type_bug
    tls_block_padding_bug tls_d5_bug tls_rollback_bug tlsext_padding]],
  algorithms = { ec = true },
  capabilities = {
    alpn = true,
    curves_list = true,
    dane = false,
    ecdh_auto = true,
    psk = false,
    tlsv1_3 = true,
  },
  curves = groups(),
}
