"""Bytes between librssl and openssl s_client and s_server: many, across key updates, to the end."""

import hashlib
import re
import signal
import unittest

from bulk import bounce, chunk
from openssl_ends import OpensslCase, version_option
from rssl_peer import VERSIONS, tls

MODES = ([], ["--poll"])


class Bulk(OpensslCase):
    def bounces(self, client):
        sent, received = bounce(client.write, client.output.take)
        self.assertEqual(sent, received)
        self.assertEqual(client.finish(), 0, client)

    def test_s_client(self):
        for version, mode in (("1.2", ["--poll"]), ("1.3", []), ("1.3", ["--poll"])):
            with self.subTest(version=version, mode=mode):
                server = self.rssl_server("--echo", *mode)
                self.bounces(self.s_client(server.port, version_option(version)))
                self.ended_well(server, received=str(100 << 20))

    def test_s_server(self):
        for version, mode in (("1.2", []), ("1.3", ["--poll"]), ("1.3", [])):
            with self.subTest(version=version, mode=mode):
                server = self.s_server_echo("-naccept", "1", version_option(version))
                client = self.rssl_client(server.port, *mode)
                self.bounces(client)
                self.ended_well(client, received=str(100 << 20))


class KeyUpdate(OpensslCase):
    """K asks for an update of both directions, k updates the sender's only."""

    def test_s_client_in_mid_stream(self):
        for mode in MODES:
            with self.subTest(mode):
                server = self.rssl_server("--no-tickets", *mode)
                client = self.s_client(server.port, quiet=False)
                self.updates(openssl=client, rssl=server)
                self.succeeds(client)
                server.close_input()
                self.ended_well(server)
                self.assertEqual(client.errors.text().count("KEYUPDATE"), 10)

    def test_s_server_in_mid_stream(self):
        for mode in MODES:
            with self.subTest(mode):
                server = self.s_server("-naccept", "1", quiet=False)
                client = self.rssl_client(server.port, *mode)
                self.updates(openssl=server, rssl=client)
                client.close_input()
                self.assertEqual(server.wait(), 0, server)
                self.ended_well(client)
                self.assertEqual(server.output.text().count("SSL_do_handshake -> 1"), 10)

    def updates(self, openssl, rssl):
        """librssl sends without a pause; OpenSSL updates its keys and says a line, many times."""
        chunks = [b"first line\n", *map(chunk, range(200))]
        for number, data in enumerate(chunks):
            rssl.write(data)
            if number % 20 == 10:
                openssl.write_command(b"K\n" if number % 40 == 10 else b"k\n")
                openssl.write_command(b"line %d\n" % number)
                rssl.output.wait_for(b"line %d\n" % number)
        openssl.output.wait_until(lambda: stream(openssl).endswith(chunks[-1]), "the last chunk")
        sent, received = hashlib.sha256(b"".join(chunks)), hashlib.sha256(stream(openssl))
        self.assertEqual(sent.hexdigest(), received.hexdigest())


def stream(openssl):
    """What the peer sent, without what s_client and s_server say between."""
    said = rb"read R BLOCK\n|Read BLOCK\n|SSL_do_handshake -> 1\n"
    data = re.sub(said, b"", bytes(openssl.output.data))
    return data[data.find(b"first line\n"):]


class CloseNotify(OpensslCase):
    def test_librssl_server_first(self):
        for version in VERSIONS:
            for mode in MODES:
                with self.subTest(version=version, mode=mode):
                    server = self.rssl_server(*tls(version), *mode)
                    client = self.s_client(server.port, "-ign_eof", quiet=False)
                    server.write(b"goodbye\n")
                    server.close_input()
                    self.assertEqual(client.wait(), 0, client)
                    self.assertIn("goodbye\n", client.output.text())
                    self.assertIn("closed\n", client.output.text())
                    self.ended_well(server)

    def test_librssl_client_first(self):
        for version in VERSIONS:
            for mode in MODES:
                with self.subTest(version=version, mode=mode):
                    server = self.s_server("-naccept", "1", version_option(version), quiet=False)
                    client = self.rssl_client(server.port, *mode)
                    self.succeeds(client)
                    server.wait()
                    self.assertIn("CONNECTION CLOSED", server.output.text())
                    self.assertNotIn("ERROR", server.output.text() + server.errors.text())
                    self.ended_well(client)

    def test_s_client_first(self):
        for version in VERSIONS:
            for mode in MODES:
                with self.subTest(version=version, mode=mode):
                    server = self.rssl_server("--echo", *tls(version), *mode)
                    self.succeeds(self.s_client(server.port))
                    self.ended_well(server, received="0")

    def test_s_server_first(self):
        """-rev sends lines back in reverse and says close_notify after the line CLOSE."""
        for version in VERSIONS:
            for mode in MODES:
                with self.subTest(version=version, mode=mode):
                    server = self.s_server("-naccept", "1", "-rev", version_option(version))
                    client = self.rssl_client(server.port, *mode)
                    client.write(b"drawer\n")
                    client.output.wait_for("reward\n")
                    client.write(b"CLOSE\n")
                    client.errors.wait_for("close_notify: received\n")
                    self.succeeds(client)
                    self.assertEqual(server.wait(), 0, server)
                    self.ended_well(client, received="7")

    def test_without_it(self):
        """A program that is killed says nothing: this must not pass for the end."""
        for version in VERSIONS:
            for mode in MODES:
                with self.subTest(version=version, mode=mode):
                    server = self.rssl_server("--echo", *tls(version), *mode)
                    client = self.s_client(server.port)
                    client.write(b"ping\n")
                    client.output.wait_for("ping\n")
                    client.process.send_signal(signal.SIGKILL)
                    self.report(server, result="RSSL_ERR_EOF", received="5")


if __name__ == "__main__":
    unittest.main()
