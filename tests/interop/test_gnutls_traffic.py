"""Bytes between librssl and gnutls-cli and gnutls-serv: many, across key updates, to the end."""

import signal
import unittest

from bulk import SIZE, bounce, chunk
from gnutls_ends import GnutlsCase, version_priority
from rssl_peer import VERSIONS, tls

MODES = ([], ["--poll"])


class Traffic(GnutlsCase):
    def bounces(self, client, size=SIZE):
        sent, received = bounce(client.write, client.output.take, size)
        self.assertEqual(sent, received)
        self.assertEqual(client.finish(), 0, client)

    def test_100_mib_from_gnutls_cli(self):
        # It reads its input byte by byte, which takes most of a minute: hence once.
        for version, mode, size in (("1.2", [], SIZE >> 4), ("1.3", ["--poll"], SIZE)):
            with self.subTest(version=version, mode=mode):
                server = self.rssl_server("--echo", "--time-limit", "500", *mode)
                client = self.gnutls_cli(server.port, priority=version_priority(version))
                self.bounces(client, size)
                self.ended_well(server, received=str(size))

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
                self.assertEqual(client.log.read_text().count("Rekey was completed"), 3)
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
                    # It goes without an answer.
                    self.report(server, result="RSSL_ERR_EOF")

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


if __name__ == "__main__":
    unittest.main()
