"""What librssl agrees on with openssl s_client and s_server."""

import unittest

from openssl_ends import OpensslCase, openssl_pair, require, version_option
from programs import certificate, temporary_directory
from rssl_peer import VERSIONS, pair, tls

TLS12_SUITES = {
    "ECDHE-RSA-AES128-GCM-SHA256": "TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256",
    "ECDHE-RSA-AES256-GCM-SHA384": "TLS_ECDHE_RSA_WITH_AES_256_GCM_SHA384",
    "ECDHE-RSA-CHACHA20-POLY1305": "TLS_ECDHE_RSA_WITH_CHACHA20_POLY1305_SHA256",
    "ECDHE-ECDSA-AES128-GCM-SHA256": "TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256",
    "ECDHE-ECDSA-AES256-GCM-SHA384": "TLS_ECDHE_ECDSA_WITH_AES_256_GCM_SHA384",
    "ECDHE-ECDSA-CHACHA20-POLY1305": "TLS_ECDHE_ECDSA_WITH_CHACHA20_POLY1305_SHA256",
}
TLS13_SUITES = ("TLS_AES_128_GCM_SHA256", "TLS_AES_256_GCM_SHA384", "TLS_CHACHA20_POLY1305_SHA256")
GROUPS = {"x25519": "X25519", "secp256r1": "P-256", "secp384r1": "P-384"}
KINDS = ("", "rsa-", "p384-", "p521-", "ed25519-")


class Agreement(OpensslCase):
    def test_versions(self):
        for version in VERSIONS:
            with self.subTest(version):
                option = version_option(version)
                self.from_s_client(client_options=[option], version=f"TLSv{version}")
                self.to_s_server(server_options=[option], version=f"TLSv{version}")

    def test_tls13_suites(self):
        for suite in TLS13_SUITES:
            with self.subTest(suite):
                theirs = ["-ciphersuites", suite]
                self.from_s_client(client_options=theirs, cipher=suite)
                self.from_s_client(server_options=["--ciphers", suite], cipher=suite)
                self.to_s_server(server_options=theirs, cipher=suite)
                self.to_s_server(client_options=["--ciphers", suite], cipher=suite)

    def test_tls12_suites(self):
        for theirs, name in TLS12_SUITES.items():
            identity = "rsa-server" if "RSA-" in theirs.replace("ECDSA", "") else "server"
            with self.subTest(name):
                expected = {"identity": identity, "cipher": name, "version": "TLSv1.2"}
                options = ["-tls1_2", "-cipher", theirs]
                self.from_s_client(client_options=options, **expected)
                self.from_s_client(server_options=["--ciphers", theirs], **expected)
                self.to_s_server(server_options=options, **expected)
                self.to_s_server(client_options=["--ciphers", name], **expected)

    def test_groups(self):
        # In TLS 1.2 the groups also limit the curves of certificates: hence RSA.
        for version in VERSIONS:
            for ours, theirs in GROUPS.items():
                with self.subTest(version=version, group=ours):
                    expected = {"identity": "rsa-server", "group": ours}
                    options = [version_option(version), "-groups", theirs]
                    self.from_s_client(client_options=options, **expected)
                    self.to_s_server(server_options=options, **expected)
                    options = [*tls(version), "--groups", theirs]
                    self.from_s_client(server_options=options, **expected)
                    self.to_s_server(client_options=options, **expected)

    def test_keys_of_servers_and_clients(self):
        for version in VERSIONS:
            for kind in KINDS:
                server, client = kind + "server", kind + "client"
                with self.subTest(version=version, kind=kind or "p256-"):
                    self.from_s_client(
                        client_options=[version_option(version), *openssl_pair(client, False)],
                        server_options=["--ca", certificate("ca.pem"), "--require-client-cert"],
                        identity=server, peer="rssl test client",
                    )
                    if (version, kind) == ("1.2", "p521-"):
                        continue  # test_p521_server_of_tls12
                    self.to_s_server(
                        client_options=[*tls(version), *pair(client)],
                        server_options=require("ca.pem"), identity=server,
                    )

    def test_p521_server_of_tls12(self):
        """It must be on a curve that the client offers for key exchange, and ours has no P-521."""
        server = self.s_server("-tls1_2", "-naccept", "1", identity="p521-server")
        client = self.rssl_client(server.port)
        self.report(client, result="RSSL_ERR_ALERT", alert="received handshake_failure")

    def test_messages_of_many_records(self):
        """A certificate message and a list of authorities of over 16 KiB."""
        many = certificate("many-cas.pem")
        for version in VERSIONS:
            with self.subTest(version):
                option = version_option(version)
                self.from_s_client(
                    client_options=[option, *openssl_pair("client", False)],
                    server_options=["--ca", many, "--require-client-cert"],
                    identity="large-server", peer="rssl test client",
                )
                self.to_s_server(
                    client_options=pair("client"), version=f"TLSv{version}",
                    server_options=[option, *require("many-cas.pem")], identity="large-server",
                )

    def test_without_names_of_authorities(self):
        server = self.rssl_server("--ca", certificate("ca.pem"), "--require-client-cert",
                                  "--no-ca-names", "--echo")
        client = self.s_client(server.port, *openssl_pair("client", False), quiet=False)
        client.output.wait_for("No client certificate CA names sent")
        self.succeeds(client)
        self.ended_well(server, peer="rssl test client")

    def test_authorities_choose_the_certificate(self):
        for version in VERSIONS:
            with self.subTest(version):
                self.to_s_server(
                    client_options=[*pair("client"), *pair("client-other"), *tls(version)],
                    server_options=require("ca.pem"))

    def test_sni_chooses_the_certificate(self):
        server = self.rssl_server("--echo", *pair("second"))
        client = self.s_client(server.port, "-servername", "second.rssl.test",
                               "-verify_hostname", "second.rssl.test")
        self.client_talks(client)
        self.ended_well(server, sni="second.rssl.test")
        server = self.s_server_echo(
            "-naccept", "1", "-servername", "second.rssl.test",
            "-cert2", certificate("second.pem"), "-key2", certificate("second.key"))
        client = self.rssl_client(server.port, "--name", "second.rssl.test",
                                  "--ca", certificate("intermediate.pem"))
        self.client_talks(client)
        self.ended_well(client, peer="second.rssl.test")

    def test_alpn(self):
        for version in VERSIONS:
            with self.subTest(version):
                self.from_s_client(
                    client_options=[version_option(version), "-alpn", "http/1.1,h2"],
                    server_options=["--alpn", "h2,http/1.1"], alpn="h2")
                self.to_s_server(
                    client_options=[*tls(version), "--alpn", "h2,http/1.1"],
                    server_options=["-alpn", "http/1.1,h2"], alpn="http/1.1")


class HelloRetryRequest(OpensslCase):
    def was_retried(self, process):
        process.wait()
        hellos = process.output.text().count(", ClientHello")
        self.assertEqual(hellos, 2, process)

    def test_s_client_guesses_another_group(self):
        server = self.rssl_server("--echo", "--groups", "X25519")
        client = self.s_client(server.port, "-groups", "P-384:X25519", "-msg", quiet=False)
        self.client_talks(client)
        self.was_retried(client)
        self.ended_well(server, version="TLSv1.3", group="x25519")

    def test_s_server_wants_another_group(self):
        server = self.s_server("-groups", "P-384", "-naccept", "1", "-msg", quiet=False)
        client = self.rssl_client(server.port, "--groups", "x25519:secp384r1")
        client.write(b"ping\n")
        server.output.wait_for("ping\n")
        self.succeeds(client)
        self.was_retried(server)
        self.ended_well(client, version="TLSv1.3", group="secp384r1")

    def test_with_a_client_certificate(self):
        server = self.rssl_server("--groups", "P-256", "--ca", certificate("ca.pem"),
                                  "--require-client-cert", "--echo", "--poll")
        client = self.s_client(server.port, "-groups", "X25519:P-256", "-msg",
                               *openssl_pair("client", False), quiet=False)
        self.client_talks(client)
        self.was_retried(client)
        self.ended_well(server, group="secp256r1", peer="rssl test client")


class Resumption(OpensslCase):
    def test_s_client(self):
        for version in VERSIONS:
            for option in ([], ["--no-tickets"]):
                if option and version == "1.3":
                    continue
                with self.subTest(version=version, option=option):
                    self.resumes(version, option)

    def resumes(self, version, option):
        session = temporary_directory() / "session"
        server = self.rssl_server("--echo", "--connections", "2", *option)
        for which, said in (("-sess_out", "New, "), ("-sess_in", "Reused, ")):
            client = self.s_client(server.port, version_option(version), which, session,
                                   quiet=False)
            client.output.wait_for(said)
            self.client_talks(client)
        reports = self.reports(server)
        self.assertEqual([report.get("resumed") for report in reports], ["no", "yes"], server)
        self.assertEqual([report["result"] for report in reports], ["RSSL_OK"] * 2, server)

    def test_a_resumed_client_is_known(self):
        """The certificate shown in the first handshake belongs to the second as well."""
        for version in VERSIONS:
            with self.subTest(version):
                session = temporary_directory() / "session"
                server = self.rssl_server("--echo", "--connections", "2", "--require-client-cert",
                                          "--ca", certificate("ca.pem"))
                options = [version_option(version), *openssl_pair("client", False)]
                self.client_talks(self.s_client(server.port, *options, "-sess_out", session))
                self.client_talks(self.s_client(server.port, *options, "-sess_in", session))
                reports = self.reports(server)
                self.assertEqual(
                    [(report.get("resumed"), report.get("peer")) for report in reports],
                    [("no", "rssl test client"), ("yes", "rssl test client")], server)

    def test_s_server(self):
        for version in VERSIONS:
            for option in ([], ["-no_ticket"]):
                with self.subTest(version=version, option=option):
                    server = self.s_server("-naccept", "2", version_option(version), *option)
                    client = self.rssl_client(server.port, "--connections", "2")
                    client.close_input()
                    reports = self.reports(client)
                    self.assertEqual([report.get("resumed") for report in reports],
                                     ["no", "yes"], client)
                    self.assertEqual([report["result"] for report in reports],
                                     ["RSSL_OK"] * 2, client)


if __name__ == "__main__":
    unittest.main()
