"""Early data (0-RTT) between librssl and openssl s_client and s_server."""

import unittest

from openssl_ends import OpensslCase
from programs import temporary_directory

ON = ["--early-data", "1000"]


class FromSClient(OpensslCase):
    def setUp(self):
        directory = temporary_directory()
        self.session, self.early = directory / "session", directory / "early"
        self.early.write_text("early")

    def s_client_talks(self, port, *options):
        """What s_client says of the connection."""
        client = self.s_client(port, "-tls1_3", *options, quiet=False)
        client.write(b"ping\n")
        client.output.wait_for("\nping\n")
        client.write(b"Q\n")
        client.finish()
        return client.output.text()

    def connect_twice(self, *server_options, between=()):
        server = self.rssl_server("--echo", "--connections", "2", *server_options)
        self.s_client_talks(server.port, "-sess_out", self.session)
        said = self.s_client_talks(
            server.port, "-sess_in", self.session, "-early_data", self.early)
        return said, self.reports(server)

    def test_is_accepted(self):
        said, (first, second) = self.connect_twice(*ON)
        self.assertIn("Early data was accepted", said)
        self.assertEqual((first["early"], first["early data"]), ("", "none"))
        self.assertEqual((second["early"], second["early data"]), ("early", "accepted"))
        self.assertEqual((second["resumed"], second["received"]), ("yes", "5"))

    def test_is_rejected_from_a_session_used_up(self):
        server = self.rssl_server("--echo", "--connections", "3", *ON)
        self.s_client_talks(server.port, "-sess_out", self.session)
        for answer in ("accepted", "rejected"):
            said = self.s_client_talks(
                server.port, "-sess_in", self.session, "-early_data", self.early)
            self.assertIn(f"Early data was {answer}", said)
        self.assertEqual([report["early"] for report in self.reports(server)], ["", "early", ""])

    def test_is_not_offered_by_default(self):
        said, (_, second) = self.connect_twice()
        self.assertIn("Early data was not sent", said)
        self.assertEqual(second["resumed"], "yes")


class ToSServer(OpensslCase):
    def connect_twice(self, *server_options):
        server = self.s_server("-tls1_3", "-naccept", "2", *server_options, quiet=False)
        client = self.rssl_client(
            server.port, "--connections", "2", "--early", "early", *ON)
        client.close_input()
        return server, self.reports(client)

    def test_is_accepted(self):
        server, (first, second) = self.connect_twice("-early_data")
        server.output.wait_for("early")
        self.assertEqual((first["early data"], first["resumed"]), ("none", "no"))
        self.assertEqual((second["early data"], second["resumed"]), ("accepted", "yes"))

    def test_is_not_sent_where_the_server_allows_none(self):
        _, (_, second) = self.connect_twice()
        self.assertEqual((second["early data"], second["resumed"]), ("none", "yes"))


if __name__ == "__main__":
    unittest.main()
