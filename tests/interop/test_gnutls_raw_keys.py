"""Raw public keys (RFC 7250) between librssl and gnutls-cli and gnutls-serv."""

import functools
import subprocess
import unittest

from gnutls_ends import GnutlsCase
from programs import TIMEOUT, certificate, program, temporary_directory

PRIORITY = "NORMAL:-CTYPE-ALL:+CTYPE-CLI-RAWPK:+CTYPE-SRV-RAWPK:+CTYPE-CLI-X509"
KINDS = ("", "rsa-", "p384-")


@functools.lru_cache(maxsize=None)
def public_key(name, form):
    path = temporary_directory() / f"{name}.{form}"
    subprocess.run([program("openssl"), "pkey", "-in", certificate(name + ".key"), "-pubout",
                    "-outform", form, "-out", path], check=True, timeout=TIMEOUT)
    return str(path)


def gnutls_raw(name):
    return ["--rawpkkeyfile", certificate(name + ".key"),
            "--rawpkfile", public_key(name, "pem")]


class RawKeys(GnutlsCase):
    def test_of_gnutls_serv(self):
        for kind in KINDS:
            with self.subTest(kind or "p256-"):
                server = self.gnutls_serv(*gnutls_raw(kind + "server"), priority=PRIORITY)
                client = self.rssl_client(
                    server.port, "--pin", public_key(kind + "server", "der"))
                self.client_talks(client)
                self.ended_well(client, **{"raw key": self.length(kind + "server")})

    def test_another_of_gnutls_serv(self):
        server = self.gnutls_serv(*gnutls_raw("server"), priority=PRIORITY)
        client = self.rssl_client(server.port, "--pin", public_key("second", "der"))
        self.report(client, result="RSSL_ERR_VERIFY", verify="95")

    def test_of_gnutls_cli(self):
        for kind in KINDS:
            with self.subTest(kind or "p256-"):
                server = self.rssl_server(
                    "--echo", "--raw-key", certificate(kind + "server.key"),
                    "--require-client-cert", "--pin", public_key(kind + "client", "der"),
                    identity=None)
                client = self.gnutls_cli(server.port, *gnutls_raw(kind + "client"),
                                         "--no-ca-verification", priority=PRIORITY)
                self.client_talks(client)
                self.ended_well(server, **{"raw key": self.length(kind + "client")})

    def test_another_of_gnutls_cli(self):
        server = self.rssl_server(
            "--echo", "--raw-key", certificate("server.key"), "--require-client-cert",
            "--pin", public_key("second", "der"), identity=None)
        self.gnutls_cli(server.port, *gnutls_raw("client"), "--no-ca-verification",
                        priority=PRIORITY)
        self.report(server, result="RSSL_ERR_VERIFY", verify="95")

    def length(self, name):
        with open(public_key(name, "der"), "rb") as file:
            return f"{len(file.read())} bytes"


if __name__ == "__main__":
    unittest.main()
