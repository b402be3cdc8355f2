"""virtual_hosts under clients of Python's ssl module."""

import pathlib
import signal
import socket
import ssl
import subprocess
import threading
import time
import unittest

from counterparts import (
    RUN_UNDER, TIMEOUT, certificate, certificates, client_context, command, read_head, run,
    temporary_directory,
)

DELAY = 1.0  # seconds, of a lookup that something else overtakes
HOSTS = {"server.rssl.test": "server", "localhost": "rsa-server", "second.rssl.test": "second"}


def add_host(directory, host, name):
    pem = b"".join(pathlib.Path(certificate(f"{name}.{kind}")).read_bytes()
                   for kind in ("pem", "key"))
    (directory / f"{host}.pem").write_bytes(pem)


class VirtualHosts(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        certificates()

    def start(self, delay=0.0):
        self.directory = temporary_directory()
        for host, name in HOSTS.items():
            add_host(self.directory, host, name)
        self.process = subprocess.Popen(
            command("virtual_hosts", "--delay", int(delay * 1000), 0, self.directory),
            stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
        self.addCleanup(self.stop)
        line = self.process.stdout.readline().decode()
        self.assertTrue(line.startswith("listening on 127.0.0.1:"), line)
        self.port = int(line.rpartition(":")[2])

    def stop(self):
        """Ends the server, once; returns what it reported."""
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGTERM)
        _, errors = self.process.communicate(timeout=TIMEOUT)
        self.assertEqual(self.process.returncode, 0, errors)
        return errors.decode()

    def connect(self, name, context=None):
        connection = socket.create_connection(("127.0.0.1", self.port), TIMEOUT)
        try:
            return (context or client_context()).wrap_socket(connection, server_hostname=name,
                                                             suppress_ragged_eofs=False)
        except BaseException:
            connection.close()
            raise

    def fetch(self, name, context=None):
        with self.connect(name, context) as connection:
            connection.sendall(b"GET / HTTP/1.1\r\nHost: " + name.encode() + b"\r\n\r\n")
            head = read_head(connection)
            self.assertTrue(head.startswith(b"HTTP/1.1 200 OK\r\n"), head)
            body = b""
            while part := connection.recv(1000):
                body += part
            return body.decode()

    def test_each_name_has_its_certificate(self):
        self.start(delay=0.02)
        for version in ssl.TLSVersion.TLSv1_2, ssl.TLSVersion.TLSv1_3:
            context = client_context()
            context.minimum_version = context.maximum_version = version
            context.set_alpn_protocols(["h2", "http/1.1"])
            for name in HOSTS:
                with self.subTest(version=version, name=name):
                    self.assertEqual(self.fetch(name, context), f"This is {name}.\n")

    def test_a_lookup_holds_nobody_else_up(self):
        self.start(DELAY)
        self.assertEqual(self.fetch("localhost"), "This is localhost.\n")
        ends = {}

        def fetch(name):
            ends[name] = self.fetch(name), time.monotonic()

        waits = threading.Thread(target=fetch, args=["second.rssl.test"])
        waits.start()
        for _ in range(3):
            fetch("localhost")
        waits.join(TIMEOUT)
        self.assertEqual(ends["second.rssl.test"][0], "This is second.rssl.test.\n")
        if not RUN_UNDER:
            self.assertLess(ends["localhost"][1], ends["second.rssl.test"][1])

    def test_many_wait_for_the_same_lookup(self):
        self.start(DELAY)
        pages = []
        threads = [threading.Thread(target=lambda: pages.append(self.fetch("second.rssl.test")))
                   for _ in range(30)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join(TIMEOUT)
        self.assertEqual(pages, ["This is second.rssl.test.\n"] * 30)

    def test_a_host_that_is_not_there(self):
        self.start(delay=0.02)
        for _ in range(2):
            with self.assertRaisesRegex(ssl.SSLError, "(?i)unrecognized.name"):
                self.fetch("third.rssl.test")
        # It is asked for again once it may be there.
        add_host(self.directory, "a.wild.rssl.test", "server")
        self.assertEqual(self.fetch("a.wild.rssl.test"), "This is a.wild.rssl.test.\n")
        self.assertEqual(self.stop().count("third.rssl.test.pem"), 2)

    def test_a_client_that_names_none(self):
        self.start()
        context = client_context()
        context.check_hostname = False
        with self.assertRaisesRegex(ssl.SSLError, "(?i)unrecognized.name"):
            self.connect(None, context)
        add_host(self.directory, "default", "server")
        with self.connect(None, context) as connection:
            connection.sendall(b"GET / HTTP/1.0\r\n\r\n")
            self.assertIn(b"200 OK", read_head(connection))

    def say_hello(self, name):
        """A connection that waits for the server's answer."""
        connection = socket.create_connection(("127.0.0.1", self.port), TIMEOUT)
        tls = client_context().wrap_socket(connection, server_hostname=name,
                                           do_handshake_on_connect=False)
        self.addCleanup(tls.close)
        tls.setblocking(False)
        with self.assertRaises(ssl.SSLWantReadError):
            tls.do_handshake()
        return tls

    def test_clients_that_do_not_wait(self):
        """They leave while their names are looked up, and so does the server."""
        self.start(DELAY)
        for name in "localhost", "third.rssl.test":
            self.say_hello(name).close()
        self.assertEqual(self.fetch("localhost"), "This is localhost.\n")
        self.say_hello("second.rssl.test")
        self.stop()

    def test_wrong_arguments(self):
        for arguments in [], ["0"], ["--delay", "0"], ["--nonsense", "1", "0", "."]:
            self.assertEqual(run("virtual_hosts", *arguments).returncode, 2)


if __name__ == "__main__":
    unittest.main()
