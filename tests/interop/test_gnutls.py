"""librssl against gnutls-cli and gnutls-serv."""

import signal
import unittest

from bulk import SIZE, bounce, chunk
from gnutls_ends import NORMAL, GnutlsCase, gnutls_pair, only, version_priority
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
MODES = ([], ["--poll"])


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


class Traffic(GnutlsCase):
    def bounces(self, client):
        sent, received = bounce(client.write, client.output.take)
        self.assertEqual(sent, received)
        self.assertEqual(client.finish(), 0, client)

    def test_100_mib_from_gnutls_cli(self):
        for version, mode in (("1.2", []), ("1.3", ["--poll"])):
            with self.subTest(version=version, mode=mode):
                server = self.rssl_server("--echo", *mode)
                self.bounces(self.gnutls_cli(server.port, priority=version_priority(version)))
                self.ended_well(server, received=str(SIZE))

    def test_100_mib_to_gnutls_serv(self):
        for version, mode in (("1.2", ["--poll"]), ("1.3", [])):
            with self.subTest(version=version, mode=mode):
                server = self.gnutls_serv("--quiet", "--crlf", priority=version_priority(version))
                client = self.rssl_client(server.port, *mode)
                self.bounces(client)
                self.ended_well(client, received=str(SIZE))

    def test_key_update_by_gnutls_cli(self):
        for mode in MODES:
            with self.subTest(mode):
                server = self.rssl_server("--echo", *mode)
                client = self.gnutls_cli(server.port, "--inline-commands")
                lines = [chunk(number)[:1000] + b"\n" for number in range(30)]
                for number, line in enumerate(lines):
                    client.write(line)
                    self.assertEqual(client.output.take(len(line)), line)
                    if number % 10 == 5:
                        client.write_command(b"^rekey^\n")
                self.succeeds(client)
                self.assertNotIn("rekey failed", client.log.read_text().lower())
                self.ended_well(server, received=str(30 * 1001))

    def test_close_notify_by_librssl(self):
        for version in VERSIONS:
            for mode in MODES:
                with self.subTest(version=version, mode=mode):
                    server = self.rssl_server(*tls(version), *mode)
                    client = self.gnutls_cli(server.port)
                    server.write(b"goodbye\n")
                    client.output.wait_for("goodbye\n")
                    server.close_input()
                    self.assertEqual(client.wait(), 0, client)
                    self.assertIn("Peer has closed the GnuTLS connection", client.log.read_text())
                    self.ended_well(server)

    def test_no_close_notify(self):
        for version in VERSIONS:
            for mode in MODES:
                with self.subTest(version=version, mode=mode):
                    server = self.rssl_server("--echo", *tls(version), *mode)
                    client = self.gnutls_cli(server.port)
                    client.write(b"ping\n")
                    client.output.wait_for("ping\n")
                    client.process.send_signal(signal.SIGKILL)
                    self.report(server, result="RSSL_ERR_EOF", received="5")


class Refusals(GnutlsCase):
    def librssl_refused(self, peer, result, alert):
        self.report(peer, result=result, alert=f"sent {alert}")

    def gnutls_refused(self, peer, alert):
        self.report(peer, result="RSSL_ERR_ALERT", alert=f"received {alert}")

    def says(self, client, fact):
        self.assertEqual(client.wait(), 1, client)
        self.assertIn(fact, client.errors.text() + client.log.read_text())

    def test_client_certificates_by_librssl(self):
        for version in VERSIONS:
            for identity, result, alert, fact in (
                ([], "RSSL_ERR_NO_CERT", "certificate_required", "Certificate is required"),
                (gnutls_pair("client-other"), "RSSL_ERR_VERIFY", "unknown_ca", "CA is unknown"),
            ):
                with self.subTest(version=version, result=result):
                    server = self.rssl_server("--ca", certificate("ca.pem"), "--no-ca-names",
                                              "--require-client-cert", "--echo", *tls(version))
                    self.says(self.gnutls_cli(server.port, *identity), fact)
                    self.librssl_refused(server, result, alert)

    def test_client_certificates_by_gnutls(self):
        for version in VERSIONS:
            with self.subTest(version):
                server = self.gnutls_serv("--require-client-cert", "--verify-client-cert",
                                          priority=version_priority(version))
                missing = {"1.2": "handshake_failure", "1.3": "certificate_required"}[version]
                self.gnutls_refused(self.rssl_client(server.port), missing)
                self.gnutls_refused(self.rssl_client(server.port, *pair("client-other")),
                                    "unknown_ca")

    def test_versions(self):
        old = NORMAL + ":-VERS-ALL:+VERS-TLS1.1"
        server = self.rssl_server()
        self.says(self.gnutls_cli(server.port, priority=old), "protocol version")
        self.librssl_refused(server, "RSSL_ERR_NO_SHARED", "protocol_version")
        server = self.gnutls_serv(priority=old)
        for version in VERSIONS:
            self.gnutls_refused(self.rssl_client(server.port, *tls(version)), "protocol_version")

    def test_groups(self):
        server = self.rssl_server("--groups", "X25519")
        client = self.gnutls_cli(server.port, priority=only("GROUP-ALL", "GROUP-SECP384R1"))
        self.says(client, "fatal alert")
        self.librssl_refused(server, "RSSL_ERR_NO_SHARED", "handshake_failure")

    def test_alpn(self):
        for version in VERSIONS:
            with self.subTest(version):
                server = self.rssl_server("--alpn", "h2")
                client = self.gnutls_cli(server.port, "--alpn", "http/1.1",
                                         priority=version_priority(version))
                self.says(client, "application protocol")
                self.librssl_refused(server, "RSSL_ERR_NO_ALPN", "no_application_protocol")
                server = self.gnutls_serv("--alpn", "http/1.1", "--alpn-fatal",
                                          priority=version_priority(version))
                self.gnutls_refused(self.rssl_client(server.port, "--alpn", "h2"),
                                    "no_application_protocol")


if __name__ == "__main__":
    unittest.main()
