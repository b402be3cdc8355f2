#!/bin/sh
# openssl_files.sh DIRECTORY: writes keys under passwords and PKCS#12 files beside the certificates in
# DIRECTORY, as openssl makes them, and a chain out of order. Their password is "rssl-test", unless
# the name says another.
set -eu
cd "$1"

cat intermediate.pem server-leaf.pem > out-of-order.pem

# Iterations: as many as openssl makes of its own accord, or few, for tests under valgrind.
few=

# export NAME OPTION...: NAME.p12 of server.pem with its intermediate and its root.
export_as() {
  name=$1
  shift
  openssl pkcs12 -export -out "$name.p12" -in server.pem -inkey server.key -certfile ca.pem \
    -name "of $name" -passout pass:rssl-test $few "$@"
}

# What openssl 3 writes, and what openssl 1, Windows and Java used to.
export_as modern
export_as legacy -legacy
few="-iter 10"
export_as triple-des -keypbe PBE-SHA1-3DES -certpbe PBE-SHA1-3DES -macalg sha1
export_as two-keys -keypbe PBE-SHA1-2DES -certpbe PBE-SHA1-2DES -macalg sha1
export_as rc2-128 -legacy -keypbe PBE-SHA1-RC2-128 -certpbe PBE-SHA1-RC2-128
export_as aes-128 -keypbe AES-128-CBC -certpbe AES-192-CBC -macalg sha512
export_as des3-pbes2 -keypbe DES-EDE3-CBC -certpbe DES-EDE3-CBC -macalg sha384
export_as no-mac -nomac
export_as mac-only -keypbe NONE -certpbe NONE
export_as plain -keypbe NONE -certpbe NONE -nomac
export_as one-iteration -iter 1
export_as two-parts-clear -certpbe NONE
export_as empty-password -passout pass:
export_as utf8-password -passout pass:pässwörd€
export_as rc4 -legacy -keypbe PBE-SHA1-RC4-128

export_as no-key -nokeys
openssl pkcs12 -export $few -out no-certificate.p12 -inkey server.key -nocerts -passout pass:rssl-test
openssl pkcs12 -export $few -out other-key.p12 -in second.pem -inkey second.key -certfile server.pem \
  -passout pass:rssl-test
for kind in rsa p384 p521 ed25519; do
  openssl pkcs12 -export $few -out "$kind.p12" -in $kind-server.pem -inkey $kind-server.key \
    -passout pass:rssl-test
done

# encrypted NAME OPTION...: server.key as encrypted-NAME.key
encrypted() {
  name=$1
  shift
  openssl pkcs8 -topk8 -in server.key -out "encrypted-$name.key" -passout pass:rssl-test $few "$@"
}

for cipher in aes-128-cbc aes-192-cbc aes-256-cbc des3 camellia-256-cbc; do
  encrypted "$cipher" -v2 $cipher
done
for prf in SHA1 SHA224 SHA256 SHA384 SHA512; do
  encrypted "$prf" -v2 aes-256-cbc -v2prf hmacWith$prf
done
encrypted scrypt -scrypt -scrypt_N 1024
encrypted der -v2 aes-256-cbc -outform DER
encrypted PBE-SHA1-3DES -v1 PBE-SHA1-3DES
encrypted PBE-SHA1-RC2-40 -v1 PBE-SHA1-RC2-40 -provider legacy -provider default
encrypted PBE-MD5-DES -v1 PBE-MD5-DES -provider legacy -provider default
openssl ec -in server.key -out encrypted-proc-type.key -aes256 -passout pass:rssl-test 2>/dev/null
