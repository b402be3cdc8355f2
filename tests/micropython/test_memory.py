"""What is dropped without close is freed, memory that the collector does not see included."""

import gc
import socket
import unittest
import ssl
import tls

from pipes import End, certificate, connect, contents, contexts, pair


def resident():
    """The process's resident memory in KiB."""
    gc.collect()
    with open("/proc/self/status") as status:
        for line in status:
            if line.startswith("VmRSS:"):
                return int(line.split()[1])


def flat(drop, times):
    """Calls drop so often; how many KiB the process has grown in the second half of them."""
    for _ in range(times // 2):
        drop()
    before = resident()
    for _ in range(times // 2):
        drop()
    return resident() - before


class Dropped(unittest.TestCase):
    def setUp(self):
        self.client = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
        self.client.verify_mode = ssl.CERT_NONE
        self.server = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        self.server.load_cert_chain(certificate("server.pem"), certificate("server.key"))

    def check(self, drop, times):
        grown = flat(drop, times)
        self.assertTrue(grown < 1024)

    def test_sockets_over_streams(self):
        def drop():
            stream, _ = pair()
            self.client.wrap_socket(stream, do_handshake_on_connect=False).write(b"ping")

        self.check(drop, 10000)

    def test_sockets_over_sockets(self):
        def drop():
            self.client.wrap_socket(socket.socket(), do_handshake_on_connect=False)

        self.check(drop, 10000)

    def test_connections(self):
        def drop():
            ours, theirs = pair()
            ours = self.client.wrap_socket(ours, do_handshake_on_connect=False)
            theirs = self.server.wrap_socket(
                theirs, server_side=True, do_handshake_on_connect=False
            )
            connect(ours, theirs)

        self.check(drop, 1000)

    def test_contexts_with_a_callback(self):
        def drop():
            context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
            context.verify_callback = lambda cert, depth: 0
            stream, _ = pair()
            context.wrap_socket(
                stream, do_handshake_on_connect=False, server_hostname="localhost"
            ).read(1)

        self.check(drop, 10000)

    def test_failed_handshakes(self):
        def drop():
            ours, theirs = pair()
            theirs.closed = True
            with self.assertRaises(OSError):
                self.client.wrap_socket(ours)

        self.check(drop, 10000)


class Replaced(unittest.TestCase):
    """What the collector closes may fail, while another error is on its way to the program."""

    def test_an_error_keeps_its_facts(self):
        client, _ = contexts()
        server = tls.SSLContext(tls.PROTOCOL_TLS_SERVER)
        certificate, key = contents("server.pem"), contents("client.key")
        expected = self.refusal(server, certificate, key)
        closed = [0]
        dropped = [
            client.wrap_socket(
                self.failing(closed), do_handshake_on_connect=False, server_hostname="localhost"
            )
            for _ in range(20)
        ]
        gc.disable()
        gc.threshold(1)
        dropped.clear()
        facts = self.refusal(server, certificate, key)
        gc.threshold(-1)
        self.assertEqual(facts, expected)
        self.assertTrue(closed[0] > 0)

    def refusal(self, server, certificate, key):
        """The next allocation is the one for the error."""
        gc.enable()
        try:
            server.load_cert_chain(certificate, key)
        except ValueError as error:
            return error.args[0]

    def failing(self, closed):
        """A stream whose closing fails in librssl."""
        gone = tls.SSLContext(tls.PROTOCOL_TLS_CLIENT)
        gone.__del__()

        class Failing(End):
            def ioctl(self, request, arg):
                closed[0] += 1
                try:
                    gone.load_default_certs()
                except OSError:
                    pass
                return 0

        return Failing()


if __name__ == "__main__":
    unittest.main()
