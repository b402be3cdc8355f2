"""Ten thousand connections held open on https_server, half of them stuck in the ClientHello."""

import resource
import time
import unittest

from counterparts import HttpsServer, client_context

CONNECTIONS = 10000
WARM_UP = 1000
MOST_KILOBYTES_EACH = 25


def raise_descriptor_limit(needed):
    _, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    if hard != resource.RLIM_INFINITY and hard < needed:
        hard = needed  # allowed to root only
    resource.setrlimit(resource.RLIMIT_NOFILE, (needed, hard))


class Load(unittest.TestCase):
    def setUp(self):
        raise_descriptor_limit(CONNECTIONS + 500)
        self.server = HttpsServer(options=["--handshake-timeout", 0, "--idle-timeout", 0])
        self.addCleanup(self.server.__exit__)
        self.context = client_context()

    def served(self):
        connection = self.server.connect(self.context)
        connection.sendall(b"GET / HTTP/1.1\r\nHost: localhost\r\n\r\n")
        self.assertTrue(connection.recv(4096).startswith(b"HTTP/1.1 200 OK\r\n"))
        return connection

    def stuck(self):
        connection = self.server.plain()
        connection.sendall(b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03")
        return connection

    def resident(self):
        with open(f"/proc/{self.server.process.pid}/status", encoding="ascii") as status:
            line = next(line for line in status if line.startswith("VmRSS:"))
        return int(line.split()[1])

    def crowd(self, count):
        return [make() for _ in range(count // 2) for make in (self.stuck, self.served)]

    def test_ten_thousand_connections(self):
        # A small crowd takes what any crowd does: pages of code, and those in which malloc keeps
        # chunks for the next.
        for connection in self.crowd(WARM_UP):
            connection.close()
        time.sleep(3)  # in which the server gives memory back
        before = self.resident()

        connections = self.crowd(CONNECTIONS)
        each = (self.resident() - before) / CONNECTIONS
        self.assertLessEqual(each, MOST_KILOBYTES_EACH)

        started = time.monotonic()
        self.served().close()
        self.assertLess(time.monotonic() - started, 5)

        for connection in connections:
            connection.close()
        after = self.resident_when_at_most(before * 1.1)
        print(f"{each:.1f} kB a connection; resident {before} kB before, {after} kB after")
        self.assertLessEqual(after, before * 1.1)
        self.served().close()

    def resident_when_at_most(self, enough):
        """The server gives memory back within seconds, not at once."""
        give_up = time.monotonic() + 15
        while (now := self.resident()) > enough and time.monotonic() < give_up:
            time.sleep(0.2)
        return now


if __name__ == "__main__":
    unittest.main()
