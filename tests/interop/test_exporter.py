"""Exported key material, channel bindings and signatures: both ends of a connection have the same."""

import hashlib
import re
import socket
import ssl
import unittest

from gnutls_ends import GnutlsCase, version_priority
from openssl_ends import OpensslCase, openssl_pair, version_option
from programs import certificate
from rssl_peer import VERSIONS, tls

LABEL = "EXPORTER-rssl-test"
KEYMAT = ["-keymatexport", LABEL, "-keymatexportlen", "32"]

# What each kind of key signs with, and what s_client calls that. In TLS 1.2 a key of P-256 may
# sign with SHA-384 too, which our client prefers.
SIGNATURES = {
    "": ({"1.2": "0x0503", "1.3": "0x0403"}, "ECDSA", "SHA256"),
    "p384-": ({"1.2": "0x0503", "1.3": "0x0503"}, "ECDSA", "SHA384"),
    "ed25519-": ({"1.2": "0x0807", "1.3": "0x0807"}, "ed25519", None),
}


def leaf_hash(name):
    with open(certificate(name + ".pem")) as file:
        first = file.read().partition("-----END CERTIFICATE-----")
    return hashlib.sha256(ssl.PEM_cert_to_DER_cert(first[0] + first[1] + "\n")).hexdigest()


class OfOpenssl(OpensslCase):
    def exported_by(self, process):
        return process.output.wait_for(r"Keying material: ([0-9A-F]{64})")[1].decode().lower()

    def test_s_client(self):
        for version in VERSIONS:
            with self.subTest(version):
                server = self.rssl_server("--export", LABEL, "--echo")
                client = self.s_client(server.port, version_option(version), *KEYMAT, quiet=False)
                theirs = self.exported_by(client)
                self.succeeds(client)
                self.ended_well(server, exported=theirs, version=f"TLSv{version}",
                                **{"tls-server-end-point": leaf_hash("server")})

    def test_s_server(self):
        for version in VERSIONS:
            with self.subTest(version):
                server = self.s_server(version_option(version), "-naccept", "1", *KEYMAT,
                                       quiet=False)
                client = self.rssl_client(server.port, "--export", LABEL)
                theirs = self.exported_by(server)
                self.succeeds(client)
                self.ended_well(client, exported=theirs, version=f"TLSv{version}",
                                **{"tls-server-end-point": leaf_hash("server")})

    def test_the_exporters_binding(self):
        keymat = ["-keymatexport", "EXPORTER-Channel-Binding", "-keymatexportlen", "32"]
        server = self.rssl_server("--echo", *tls("1.3"))
        client = self.s_client(server.port, *keymat, quiet=False)
        theirs = self.exported_by(client)
        self.succeeds(client)
        self.ended_well(server, **{"tls-exporter": theirs})

    def test_signatures(self):
        for version in VERSIONS:
            for key, (schemes, kind, digest) in SIGNATURES.items():
                identity = key + "server"
                with self.subTest(version=version, identity=identity):
                    self.to_s_server(server_options=[version_option(version)],
                                     identity=identity, signature=schemes[version])
                    server = self.rssl_server("--echo", *tls(version), identity=identity)
                    client = self.s_client(server.port, quiet=False)
                    client.output.wait_for(f"Peer signature type: {kind}\n")
                    if digest:
                        client.output.wait_for(f"Peer signing digest: {digest}\n")
                    self.succeeds(client)
                    # It showed nothing, and hence signed nothing.
                    self.ended_well(server, signature="0x0000")

    def test_signatures_of_clients(self):
        for version in VERSIONS:
            for key, (schemes, _, _) in SIGNATURES.items():
                with self.subTest(version=version, key=key):
                    self.from_s_client(
                        client_options=[version_option(version),
                                        *openssl_pair(key + "client", False)],
                        server_options=["--ca", certificate("ca.pem"), "--require-client-cert"],
                        signature=schemes[version],
                    )


class OfGnutls(GnutlsCase):
    def test_gnutls_cli(self):
        for version in VERSIONS:
            with self.subTest(version):
                server = self.rssl_server("--export", LABEL, "--echo")
                client = self.gnutls_cli(server.port, f"--keymatexport={LABEL}",
                                         "--keymatexportsize=32",
                                         priority=version_priority(version))
                self.client_talks(client)
                theirs = re.search("[kK]ey material: ([0-9a-f]{64})", client.log.read_text())
                self.ended_well(server, exported=theirs[1], version=f"TLSv{version}")


class OfCpython(OpensslCase):
    def test_the_end_points_binding(self):
        """What a client like psycopg or slixmpp makes of getpeercert."""
        for key in SIGNATURES:
            identity = key + "server"
            with self.subTest(identity):
                server = self.rssl_server("--echo", identity=identity)
                context = ssl.create_default_context(cafile=certificate("ca.pem"))
                with socket.create_connection(("127.0.0.1", server.port)) as tcp:
                    with context.wrap_socket(tcp, server_hostname="localhost") as s:
                        theirs = hashlib.sha256(s.getpeercert(binary_form=True)).hexdigest()
                        s.unwrap().close()
                self.ended_well(server, **{"tls-server-end-point": theirs})


if __name__ == "__main__":
    unittest.main()
