"""The hello callback under clients of OpenSSL, GnuTLS and curl."""

import os
import pathlib
import unittest

from gnutls_ends import GnutlsCase, only
from openssl_ends import OpensslCase, version_option
from programs import Case, certificate, program, temporary_directory
from rssl_peer import VERSIONS

WAYS = ([], ["--hello-later"])


class Openssl(OpensslCase):
    def offered(self, *options, **expected):
        server = self.rssl_server("--echo", "--hello")
        self.client_talks(self.s_client(server.port, *options))
        return self.ended_well(server, **expected)

    def test_what_is_offered(self):
        for version in VERSIONS:
            with self.subTest(version):
                seen = self.offered(version_option(version), "-alpn", "h2,http/1.1",
                                    **{"hello-sni": "localhost", "hello-alpn": "h2 http/1.1",
                                       "hello-authorities": None})
                self.assertIn("0403", seen["hello-schemes"].split())
        seen = self.offered("-tls1_3", "-ciphersuites", "TLS_AES_256_GCM_SHA384")
        self.assertEqual(seen["hello-ciphers"], "1302 00ff")
        seen = self.offered("-sigalgs", "ECDSA+SHA256:ECDSA+SHA384")
        self.assertEqual(seen["hello-schemes"], "0403 0503")

    def test_authorities(self):
        both = temporary_directory() / "both.pem"
        both.write_bytes(b"".join(pathlib.Path(certificate(ca)).read_bytes()
                                  for ca in ("ca.pem", "other-ca.pem")))
        seen = self.offered("-tls1_3", "-requestCAfile", both)
        authorities = sorted(map(bytes.fromhex, seen["hello-authorities"].split()))
        self.assertEqual(len(authorities), 2)
        for name, common_name in zip(authorities, (b"rssl test root", b"rssl other root")):
            self.assertEqual(name[:2], bytes([0x30, len(name) - 2]))
            self.assertTrue(name.endswith(common_name), name)

    def test_protocol_chosen(self):
        for version in VERSIONS:
            for way in WAYS:
                with self.subTest(version=version, way=way):
                    server = self.rssl_server("--hello-alpn", "http/1.1", "--echo", *way)
                    client = self.s_client(server.port, version_option(version), "-alpn",
                                           "h2,http/1.1", quiet=False)
                    client.output.wait_for("ALPN protocol: http/1.1")
                    client.write_command(b"Q\n")
                    client.finish()
                    self.report(server, alpn="http/1.1", version=f"TLSv{version}")

    def test_refusal(self):
        for version in VERSIONS:
            for way in WAYS:
                for poll in ([], ["--poll"]):
                    with self.subTest(version=version, way=way, poll=poll):
                        server = self.rssl_server("--hello-alert", "112", *way, *poll)
                        client = self.s_client(server.port, version_option(version))
                        self.assertEqual(client.wait(), 1, client)
                        self.assertRegex(client.errors.text(), "(?i)unrecognized name")
                        self.report(server, result="RSSL_ERR_CALLBACK",
                                    alert="sent unrecognized_name")

    def test_second_hello(self):
        """After a HelloRetryRequest the callback is not asked again."""
        for way in WAYS:
            server = self.rssl_server("--hello", "--groups", "P-384", "--echo", *way,
                                      identity="rsa-server")
            self.client_talks(self.s_client(server.port, "-tls1_3", "-groups", "X25519:P-384"))
            self.ended_well(server, group="secp384r1")
            self.assertEqual(server.errors.text().count("hello-sni"), 1)


class Gnutls(GnutlsCase):
    def test_protocol_chosen(self):
        for version in VERSIONS:
            for way in WAYS:
                with self.subTest(version=version, way=way):
                    self.from_gnutls(
                        ["--alpn", "h2", "--alpn", "http/1.1"], ["--hello-alpn", "http/1.1", *way],
                        priority=only("VERS-ALL", f"VERS-TLS{version}"), alpn="http/1.1",
                        **{"hello-alpn": "h2 http/1.1", "hello-sni": "localhost"})

    def test_refusal(self):
        for way in WAYS:
            with self.subTest(way):
                server = self.rssl_server("--hello-alert", "112", *way)
                client = self.gnutls_cli(server.port)
                self.assertEqual(client.wait(), 1, client)
                self.assertRegex(client.errors.text() + client.log.read_text(),
                                 "(?i)server name .*not recognized|unrecognized")
                self.report(server, result="RSSL_ERR_CALLBACK")


class VirtualHosts(Case):
    """The example of that name: a certificate for each name."""

    HOSTS = {"server.rssl.test": "server", "second.rssl.test": "second"}

    def setUp(self):
        self.directory = temporary_directory()
        for host, name in self.HOSTS.items():
            pem = b"".join(pathlib.Path(certificate(f"{name}.{kind}")).read_bytes()
                           for kind in ("pem", "key"))
            (self.directory / f"{host}.pem").write_bytes(pem)
        self.server = self.start(pathlib.Path(os.environ["RSSL_EXAMPLES"], "virtual_hosts"),
                                 "--delay", "50", "0", self.directory)
        self.port = int(self.server.output.wait_for(r"listening on 127\.0\.0\.1:(\d+)\n")[1])

    def s_client(self, name):
        client = self.start(
            program("openssl"), "s_client", "-connect", f"127.0.0.1:{self.port}", "-quiet",
            "-servername", name, "-verify_hostname", name, "-CAfile", certificate("ca.pem"),
            "-verify_return_error", "-no_ign_eof", "-nocommands")
        client.write(f"GET / HTTP/1.1\r\nHost: {name}\r\n\r\n".encode())
        return client

    def curl(self, name, *options):
        curl = self.start(
            program("curl"), "--silent", "--show-error", "--cacert", certificate("ca.pem"),
            "--noproxy", "*", "--resolve", f"{name}:{self.port}:127.0.0.1", *options,
            f"https://{name}:{self.port}/", env={"PATH": os.environ["PATH"]})
        curl.status = curl.finish()
        return curl

    def test_each_name_gets_its_certificate(self):
        for _ in "looked up", "known":
            for name in self.HOSTS:
                self.s_client(name).output.wait_for(f"This is {name}.\n")
                for version in VERSIONS:
                    with self.subTest(name=name, version=version):
                        curl = self.curl(name, f"--tlsv{version}", "--tls-max", version)
                        self.assertEqual(curl.status, 0, curl)
                        self.assertEqual(curl.output.text(), f"This is {name}.\n")

    def test_other_names_are_refused(self):
        client = self.s_client("unknown.rssl.test")
        self.assertEqual(client.wait(), 1, client)
        self.assertRegex(client.errors.text(), "(?i)unrecognized name")
        curl = self.curl("unknown.rssl.test")
        self.assertEqual(curl.status, 35, curl)
        self.assertEqual(self.curl("second.rssl.test").status, 0)


if __name__ == "__main__":
    unittest.main()
