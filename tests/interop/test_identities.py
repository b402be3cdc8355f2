"""Identities that other programs made: PKCS#12 files and OCSP responses."""

import subprocess
import unittest

try:
    from cryptography import x509
    from cryptography.hazmat.primitives import hashes
    from cryptography.hazmat.primitives import serialization
    from cryptography.hazmat.primitives.serialization import pkcs12
except ImportError:
    pkcs12 = None

from openssl_ends import OpensslCase, version_option
from programs import TIMEOUT, certificate, program, temporary_directory
from rssl_peer import VERSIONS

PASSWORD = "rssl-test"


def run(*command):
    subprocess.run([str(word) for word in command], check=True, timeout=TIMEOUT,
                   stdout=subprocess.DEVNULL, stderr=subprocess.PIPE)


def contents(name):
    with open(certificate(name), "rb") as file:
        return file.read()


class Pkcs12(OpensslCase):
    """A server that serves with the file, to a client that verifies it."""

    def serves(self, file, password=PASSWORD):
        self.from_s_client(server_options=["--identity", file, "--password", password])

    def test_gnutls(self):
        for cipher in ("aes-128", "aes-256", "3des", "3des-pkcs12", "rc2-40"):
            with self.subTest(cipher):
                file = temporary_directory() / "server.p12"
                run(program("certtool"), "--to-p12", "--outder", "--p12-name", "server",
                    "--load-privkey", certificate("server.key"),
                    "--load-certificate", certificate("server.pem"),
                    "--load-ca-certificate", certificate("ca.pem"),
                    "--password", PASSWORD, "--pkcs-cipher", cipher, "--outfile", file)
                self.serves(file)

    @unittest.skipIf(pkcs12 is None, "Python has no module cryptography")
    def test_cryptography(self):
        key = serialization.load_pem_private_key(contents("server.key"), None)
        leaf, *issuers = x509.load_pem_x509_certificates(contents("server.pem"))
        issuers.reverse()
        issuers.insert(0, x509.load_pem_x509_certificate(contents("ca.pem")))
        for scheme in (pkcs12.PBES.PBESv1SHA1And3KeyTripleDESCBC,
                       pkcs12.PBES.PBESv2SHA256AndAES256CBC):
            for mac in (hashes.SHA1(), hashes.SHA256()):
                with self.subTest(scheme=scheme, mac=mac.name):
                    builder = serialization.PrivateFormat.PKCS12.encryption_builder()
                    encryption = (builder.kdf_rounds(2000).key_cert_algorithm(scheme)
                                  .hmac_hash(mac).build("pässwörd".encode()))
                    file = temporary_directory() / "server.p12"
                    file.write_bytes(pkcs12.serialize_key_and_certificates(
                        "sërver".encode(), key, leaf, issuers, encryption))
                    self.serves(file, "pässwörd")


class Staples(OpensslCase):
    """The response is about the server's certificate, and signed by the root."""

    @classmethod
    def setUpClass(cls):
        directory = temporary_directory()
        serial = subprocess.run(
            [program("openssl"), "x509", "-noout", "-serial", "-in", certificate("server.pem")],
            check=True, timeout=TIMEOUT, stdout=subprocess.PIPE, text=True).stdout
        index = directory / "index.txt"
        index.write_text(f"V\t491231235959Z\t\t{serial.strip().split('=')[1]}\tunknown\t/CN=x\n")
        issuer, request = certificate("intermediate.pem"), directory / "request"
        cls.response = directory / "response"
        run(program("openssl"), "ocsp", "-issuer", issuer, "-cert", certificate("server-leaf.pem"),
            "-no_nonce", "-reqout", request)
        run(program("openssl"), "ocsp", "-index", index, "-CA", issuer, "-ndays", "1",
            "-rsigner", certificate("ca.pem"), "-rkey", certificate("ca.key"),
            "-reqin", request, "-respout", cls.response)

    def client_sees(self, version, options, *patterns):
        server = self.rssl_server("--echo", *options)
        client = self.s_client(server.port, version_option(version), "-status", quiet=False)
        for pattern in patterns:
            client.output.wait_for(pattern)
        self.client_talks(client)
        self.ended_well(server)

    def test_s_client(self):
        both = ["--identity", certificate("server-both.pem")]
        for version in VERSIONS:
            with self.subTest(version):
                self.client_sees(version, [*both, "--ocsp", self.response],
                                 "OCSP Response Status: successful", "Cert Status: good")
                self.client_sees(version, both, "OCSP response: no response sent")


if __name__ == "__main__":
    unittest.main(verbosity=2)
