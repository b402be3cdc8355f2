"""The programs that hold both ends of a connection: mutual_tls, memory_transport, custom_io."""

import unittest

from counterparts import certificate, run


def pair(name):
    return certificate(name + ".pem"), certificate(name + ".key")


class BothEnds(unittest.TestCase):
    def succeeds(self, result, *lines):
        self.assertEqual(result.returncode, 0, result.stderr.decode())
        self.assertEqual(result.stderr, b"")
        for line in lines:
            self.assertIn(line + "\n", result.stdout.decode())

    def fails(self, result, fact):
        self.assertEqual(result.returncode, 1)
        self.assertIn(fact, result.stderr.decode())


class MutualTls(BothEnds):
    def run_with(self, server="server", client="client", name="localhost"):
        return run("mutual_tls", certificate("ca.pem"), *pair(server), *pair(client), name)

    def test_each_sees_the_other(self):
        result = self.run_with()
        self.succeeds(result, 'server: received "hello from the client"',
                      'client: received "hello from the server"')
        self.assertIn(b"server: TLSv1.3, the peer is commonName=rssl test client\n", result.stdout)
        self.assertIn(b"client: TLSv1.3, the peer is ", result.stdout)

    def test_the_client_is_refused(self):
        result = self.run_with(client="client-other")
        self.fails(result, "server: ")
        self.fails(result, "client: ")
        self.assertIn(b"alert", result.stderr)

    def test_the_server_is_refused(self):
        self.fails(self.run_with(name="evil.rssl.test"), "evil.rssl.test")


class OneProcess(BothEnds):
    def run_with(self, program, name="localhost", identity="server"):
        return run(program, certificate("ca.pem"), *pair(identity), name)

    def test_memory_transport(self):
        self.succeeds(self.run_with("memory_transport"), 'client said "hello from the client"',
                      'server said "hello from the server"', "client closed", "server closed")

    def test_custom_io(self):
        self.succeeds(self.run_with("custom_io"), 'server: received "hello from the client"',
                      'client: received "hello from the server"', "client: done", "server: done")

    def test_wrong_name(self):
        for program in ("memory_transport", "custom_io"):
            with self.subTest(program):
                self.fails(self.run_with(program, name="evil.rssl.test"), "evil.rssl.test")

    def test_expired(self):
        for program in ("memory_transport", "custom_io"):
            with self.subTest(program):
                self.fails(self.run_with(program, identity="expired"), "expired")

    def test_wrong_arguments(self):
        for program in ("memory_transport", "custom_io", "mutual_tls"):
            with self.subTest(program):
                self.assertEqual(run(program).returncode, 2)
                nowhere = ["/nonexistent"] * (5 if program == "mutual_tls" else 3)
                self.fails(run(program, *nowhere), "/nonexistent")


if __name__ == "__main__":
    unittest.main()
