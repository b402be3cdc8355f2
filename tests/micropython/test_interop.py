"""MicroPython with OpenSSL, CPython and librssl itself, both ways round, in both versions."""

import socket
import ssl
import threading
import unittest

from micropython_ends import HERE, MicroPythonCase
from openssl_ends import version_option
from programs import TIMEOUT, certificate
from rssl_peer import VERSIONS, tls

TALK = HERE / "talk.py"
MUCH = 1_000_000


class Talk(MicroPythonCase):
    def client(self, port, count=5):
        return self.micropython(TALK, "client", port, certificate("ca.pem"), count)

    def server(self):
        return self.micropython_server(TALK, "server")

    def each_version(self):
        for version in VERSIONS:
            with self.subTest(version):
                yield version, f"TLSv{version}\n"


class OpenSSL(Talk):
    def test_to_s_server(self):
        for version, said in self.each_version():
            server = self.s_server_echo("-naccept", "1", version_option(version))
            self.says(self.client(server.port), said)
            self.assertEqual(server.wait(), 0, server)

    def test_from_s_client(self):
        for version, said in self.each_version():
            server = self.server()
            self.client_talks(self.s_client(server.port, version_option(version)))
            self.says(server, said)


class CPython(Talk):
    VERSIONS = {"1.2": ssl.TLSVersion.TLSv1_2, "1.3": ssl.TLSVersion.TLSv1_3}

    def echo(self, listener, context):
        with listener.accept()[0] as plain:
            plain.settimeout(TIMEOUT)
            with context.wrap_socket(plain, server_side=True) as stream:
                while data := stream.recv(65536):
                    stream.sendall(data)

    def test_to_cpython(self):
        for version, said in self.each_version():
            context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
            context.maximum_version = self.VERSIONS[version]
            context.load_cert_chain(certificate("server.pem"), certificate("server.key"))
            with socket.create_server(("127.0.0.1", 0)) as listener:
                thread = threading.Thread(target=self.echo, args=(listener, context))
                thread.start()
                client = self.client(listener.getsockname()[1], MUCH)
                client.wait()
                thread.join(TIMEOUT)
            self.says(client, said)

    def test_from_cpython(self):
        for version, said in self.each_version():
            context = ssl.create_default_context(cafile=certificate("ca.pem"))
            context.maximum_version = self.VERSIONS[version]
            server = self.server()
            with socket.create_connection(("127.0.0.1", server.port), TIMEOUT) as plain:
                with context.wrap_socket(plain, server_hostname="localhost") as stream:
                    self.exchange(stream, MUCH)
                    stream.unwrap()
            self.says(server, said)

    def exchange(self, stream, count):
        line = b"x" * 9999 + b"\n"
        for _ in range(count // len(line)):
            stream.sendall(line)
            received = b""
            while len(received) < len(line):
                received += stream.recv(len(line))
            self.assertEqual(received, line)


class Librssl(Talk):
    def test_to_librssl(self):
        for version, said in self.each_version():
            server = self.rssl_server("--echo", *tls(version))
            self.says(self.client(server.port), said)
            self.ended_well(server, sni="localhost", received="5")

    def test_from_librssl(self):
        for version, said in self.each_version():
            server = self.server()
            client = self.rssl_client(server.port, *tls(version))
            self.client_talks(client)
            self.ended_well(client, peer="localhost", received="5")
            self.says(server, said)


class MicroPython(Talk):
    def test_to_itself(self):
        server = self.server()
        self.says(self.client(server.port, MUCH), "TLSv1.3\n")
        self.says(server, "TLSv1.3\n")


if __name__ == "__main__":
    unittest.main()
