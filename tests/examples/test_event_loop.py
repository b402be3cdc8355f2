"""event_loop against several servers at once."""

import contextlib
import socket
import threading
import unittest

from counterparts import (
    TIMEOUT, Listener, TlsListener, answering, certificate, read_head, reply, run, server_context,
)


class Nobody(contextlib.nullcontext):
    """A port at which no one listens."""

    def __init__(self):
        super().__init__()
        with socket.create_server(("127.0.0.1", 0)) as closed:
            self.port = closed.getsockname()[1]


class EventLoop(unittest.TestCase):
    def fetch(self, *servers):
        with contextlib.ExitStack() as stack:
            for server in servers:
                stack.enter_context(server)
            places = [f"localhost:{server.port}" for server in servers]
            return run("event_loop", "--cafile", certificate("ca.pem"), *places)

    def test_all_at_once(self):
        """Each server answers only when all of them have been asked."""
        everybody = threading.Barrier(8)

        def handle(connection):
            read_head(connection)
            everybody.wait(TIMEOUT)
            connection.sendall(reply(bytes(1 << 20)))

        servers = [TlsListener(handle) for _ in range(8)]
        size = len(reply(bytes(1 << 20)))
        result = self.fetch(*servers)
        self.assertEqual(result.returncode, 0, result.stderr.decode())
        lines = result.stdout.decode().splitlines()
        self.assertEqual(len(lines), 8)
        for server in servers:
            self.assertIn(f"localhost:{server.port}: HTTP/1.1 200 OK, {size} bytes", lines)

    def test_failures_do_not_stop_the_others(self):
        def hang_up(connection):
            read_head(connection)
            connection.shutdown(2)

        servers = [TlsListener(answering(reply(b"page"))),
                   TlsListener(answering(reply(b"page")), server_context("expired")),
                   Listener(lambda connection: connection.sendall(b"SSH-2.0-nonsense\r\n")),
                   TlsListener(hang_up), Nobody()]
        result = self.fetch(*servers)
        self.assertEqual(result.returncode, 1)
        self.assertIn(f"localhost:{servers[0].port}: HTTP/1.1 200 OK", result.stdout.decode())
        errors = result.stderr.decode().splitlines()
        self.assertEqual(len(errors), 4, errors)
        for server, fact in zip(servers[1:], ("expired", "TLS", "close_notify", "refused")):
            line = [error for error in errors if f":{server.port}:" in error][0]
            self.assertIn(fact, line)

    def test_wrong_arguments(self):
        self.assertEqual(run("event_loop").returncode, 2)
        self.assertEqual(run("event_loop", "no-port:", "also:no:port").returncode, 1)


if __name__ == "__main__":
    unittest.main()
