"""Two https_server processes that share the sessions of TLS in one Redis."""

import shutil
import signal
import ssl
import subprocess
import time
import unittest

from counterparts import TIMEOUT, HttpsServer, certificate, client_context, temporary_directory

REQUEST = b"GET / HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n"

VERSIONS = (ssl.TLSVersion.TLSv1_2, ssl.TLSVersion.TLSv1_3)


class Redis:
    """A Redis on a Unix socket, which keeps nothing on disk."""

    def __init__(self):
        directory = temporary_directory()
        self.path = directory / "redis.sock"
        self.process = subprocess.Popen(
            [shutil.which("redis-server"), "--port", "0", "--unixsocket", self.path,
             "--save", "", "--appendonly", "no", "--dir", directory],
            stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL)
        deadline = time.monotonic() + TIMEOUT
        while not self.path.exists():
            if self.process.poll() is not None or time.monotonic() > deadline:
                raise RuntimeError("redis-server does not start")
            time.sleep(0.01)

    def stop(self):
        self.process.send_signal(signal.SIGCONT)
        self.process.kill()
        self.process.wait(TIMEOUT)


def only(version):
    context = client_context()
    context.minimum_version = context.maximum_version = version
    return context


class SessionStore(unittest.TestCase):
    def setUp(self):
        self.redis = Redis()
        self.addCleanup(self.redis.stop)

    def server(self, *arguments):
        server = HttpsServer("--session-store", self.redis.path, *arguments)
        self.addCleanup(server.__exit__)
        return server

    def visit(self, server, context, session=None):
        """One request; the session that the client has then, and whether it resumed one."""
        with server.connect(context, session=session) as connection:
            connection.sendall(REQUEST)
            reply = b""
            while part := connection.recv(65536):
                reply += part
            self.assertTrue(reply.startswith(b"HTTP/1.1 200 OK"), reply[:100])
            return connection.session, connection.session_reused

    def test_what_began_on_one_is_resumed_on_the_other(self):
        first, second = self.server(), self.server()
        for version in VERSIONS:
            with self.subTest(version):
                context = only(version)
                session, resumed = self.visit(first, context)
                self.assertFalse(resumed)
                self.assertTrue(self.visit(second, context, session)[1])
                # In TLS 1.3 it is used up, in TLS 1.2 it is not.
                again = version == ssl.TLSVersion.TLSv1_2
                self.assertEqual(self.visit(second, context, session)[1], again)
                self.assertEqual(self.visit(first, context, session)[1], again)

    def test_a_server_that_requires_certificates_takes_up_none_that_it_did_not_see(self):
        lax = self.server()
        strict = self.server("--client-ca", certificate("ca.pem"), "--require-client-cert")
        for version in VERSIONS:
            with self.subTest(version):
                context = only(version)
                session, _ = self.visit(lax, context)
                with self.assertRaises(OSError):
                    self.visit(strict, context, session)
                shown = only(version)
                shown.load_cert_chain(certificate("client.pem"), certificate("client.key"))
                session, _ = self.visit(lax, shown)
                session, resumed = self.visit(strict, shown, session)
                self.assertFalse(resumed)
                self.assertTrue(self.visit(strict, shown, session)[1])
                self.assertFalse(self.visit(lax, shown, session)[1])

    def check_costs_a_full_handshake(self, server, context, session):
        started = time.monotonic()
        self.assertFalse(self.visit(server, context, session)[1])
        self.assertFalse(self.visit(server, context)[1])
        self.assertLess(time.monotonic() - started, 5)

    def test_a_store_that_is_gone_costs_a_full_handshake_and_nothing_else(self):
        server = self.server()
        contexts = [only(version) for version in VERSIONS]
        sessions = [self.visit(server, context)[0] for context in contexts]
        self.redis.stop()
        for context, session in zip(contexts, sessions):
            with self.subTest(context.minimum_version):
                self.check_costs_a_full_handshake(server, context, session)
        status, _ = server.stop()
        self.assertEqual(status, 0)

    def test_so_does_one_that_hangs_until_it_goes_on(self):
        server = self.server()
        for version in VERSIONS:
            with self.subTest(version):
                context = only(version)
                session, _ = self.visit(server, context)
                self.redis.process.send_signal(signal.SIGSTOP)
                self.check_costs_a_full_handshake(server, context, session)
                self.redis.process.send_signal(signal.SIGCONT)
                deadline = time.monotonic() + TIMEOUT
                resumed = False
                while not resumed and time.monotonic() < deadline:
                    session, _ = self.visit(server, context)
                    _, resumed = self.visit(server, context, session)
                    time.sleep(0.1)
                self.assertTrue(resumed)

    def test_a_server_starts_without_its_store(self):
        self.redis.stop()
        server = self.server()
        self.assertFalse(self.visit(server, client_context())[1])


if __name__ == "__main__":
    unittest.main()
