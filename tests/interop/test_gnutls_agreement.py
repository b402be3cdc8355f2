"""What librssl agrees on with gnutls-cli and gnutls-serv."""

import unittest

from gnutls_ends import GnutlsCase, gnutls_pair, only, version_priority
from programs import certificate
from rssl_peer import VERSIONS, pair, tls

SUITES = {  # IANA's name: what GnuTLS calls cipher, and key exchange in TLS 1.2
    "TLS_AES_128_GCM_SHA256": ("AES-128-GCM", None),
    "TLS_AES_256_GCM_SHA384": ("AES-256-GCM", None),
    "TLS_CHACHA20_POLY1305_SHA256": ("CHACHA20-POLY1305", None),
    "TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256": ("AES-128-GCM", "ECDHE-ECDSA"),
    "TLS_ECDHE_ECDSA_WITH_AES_256_GCM_SHA384": ("AES-256-GCM", "ECDHE-ECDSA"),
    "TLS_ECDHE_ECDSA_WITH_CHACHA20_POLY1305_SHA256": ("CHACHA20-POLY1305", "ECDHE-ECDSA"),
    "TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256": ("AES-128-GCM", "ECDHE-RSA"),
    "TLS_ECDHE_RSA_WITH_AES_256_GCM_SHA384": ("AES-256-GCM", "ECDHE-RSA"),
    "TLS_ECDHE_RSA_WITH_CHACHA20_POLY1305_SHA256": ("CHACHA20-POLY1305", "ECDHE-RSA"),
}
GROUPS = {"x25519": "GROUP-X25519", "secp256r1": "GROUP-SECP256R1", "secp384r1": "GROUP-SECP384R1"}
KINDS = ("", "rsa-", "p384-", "p521-", "ed25519-")


class Agreement(GnutlsCase):
    def test_suites(self):
        for suite, (cipher, exchange) in SUITES.items():
            with self.subTest(suite):
                version = "1.2" if exchange else "1.3"
                priority = only("CIPHER-ALL", cipher, base=version_priority(version))
                identity = "rsa-server" if exchange == "ECDHE-RSA" else "server"
                expected = {"identity": identity, "cipher": suite, "version": f"TLSv{version}"}
                self.from_gnutls(priority=priority, **expected)
                self.to_gnutls(priority=priority, **expected)
                options = ["--ciphers", suite]
                self.from_gnutls(server_options=options, **expected)
                self.to_gnutls(client_options=options, **expected)

    def test_groups(self):
        for version in VERSIONS:
            for ours, theirs in GROUPS.items():
                with self.subTest(version=version, group=ours):
                    priority = only("GROUP-ALL", theirs, base=version_priority(version))
                    expected = {"identity": "rsa-server", "group": ours}
                    self.from_gnutls(priority=priority, **expected)
                    self.to_gnutls(priority=priority, **expected)

    def test_keys_of_servers_and_clients(self):
        for version in VERSIONS:
            for kind in KINDS:
                server, client = kind + "server", kind + "client"
                with self.subTest(version=version, kind=kind or "p256-"):
                    self.from_gnutls(
                        client_options=gnutls_pair(client), priority=version_priority(version),
                        server_options=["--ca", certificate("ca.pem"), "--require-client-cert"],
                        identity=server, peer="rssl test client",
                    )
                    self.to_gnutls(
                        client_options=[*pair(client), *tls(version)],
                        server_options=["--require-client-cert", "--verify-client-cert"],
                        identity=server,
                    )

    def test_messages_of_many_records(self):
        for version in VERSIONS:
            with self.subTest(version):
                priority = version_priority(version)
                self.from_gnutls(
                    client_options=gnutls_pair("client"), priority=priority,
                    server_options=["--ca", certificate("many-cas.pem"), "--require-client-cert"],
                    identity="large-server", peer="rssl test client",
                )
                self.to_gnutls(
                    client_options=pair("client"), priority=priority,
                    server_options=["--x509cafile", certificate("many-cas.pem"),
                                    "--require-client-cert", "--verify-client-cert"],
                    identity="large-server",
                )

    def test_alpn(self):
        for version in VERSIONS:
            with self.subTest(version):
                priority = version_priority(version)
                self.from_gnutls(
                    client_options=["--alpn", "http/1.1", "--alpn", "h2"], priority=priority,
                    server_options=["--alpn", "h2,http/1.1"], alpn="h2")
                self.to_gnutls(
                    client_options=["--alpn", "h2,http/1.1"], priority=priority,
                    server_options=["--alpn", "http/1.1"], alpn="http/1.1")


class HelloRetryRequest(GnutlsCase):
    RETRY = "HELLO RETRY REQUEST"

    def test_gnutls_cli_guesses_another_group(self):
        server = self.rssl_server("--echo", "--groups", "X25519")
        client = self.gnutls_cli(
            server.port, "--single-key-share", "--debug", "4",
            priority=only("GROUP-ALL", "GROUP-SECP384R1", "GROUP-X25519"))
        self.client_talks(client)
        self.assertIn(self.RETRY, client.errors.text() + client.log.read_text())
        self.ended_well(server, version="TLSv1.3", group="x25519")

    def test_gnutls_serv_wants_another_group(self):
        server = self.gnutls_serv("--debug", "4", priority=only("GROUP-ALL", "GROUP-SECP384R1"))
        client = self.rssl_client(server.port, "--groups", "x25519:secp384r1")
        self.client_talks(client)
        server.end()
        self.assertIn(self.RETRY, server.errors.text() + server.output.text())
        self.ended_well(client, version="TLSv1.3", group="secp384r1")


class Resumption(GnutlsCase):
    def test_gnutls_cli(self):
        for version in VERSIONS:
            with self.subTest(version):
                server = self.rssl_server("--echo", "--connections", "2")
                client = self.gnutls_cli(server.port, "--resume", "--waitresumption",
                                         priority=version_priority(version))
                self.client_talks(client)
                reports = self.reports(server)
                self.assertEqual([report.get("resumed") for report in reports], ["no", "yes"],
                                 server)

    def test_gnutls_serv(self):
        for version in VERSIONS:
            with self.subTest(version):
                server = self.gnutls_serv(priority=version_priority(version))
                client = self.rssl_client(server.port, "--connections", "2")
                client.close_input()
                reports = self.reports(client)
                self.assertEqual([report.get("resumed") for report in reports], ["no", "yes"],
                                 client)


if __name__ == "__main__":
    unittest.main()
