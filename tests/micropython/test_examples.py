"""The example programs for MicroPython, against each other and other programs."""

import getpass
import socket
import ssl
import struct
import subprocess
import unittest

from micropython_ends import EXAMPLES, MicroPythonCase
from programs import TIMEOUT, certificate, program, temporary_directory

RESET_AT_CLOSE = struct.pack("ii", 1, 0)


class Https(MicroPythonCase):
    def fetch(self, server, ca="ca.pem"):
        return self.micropython(
            EXAMPLES / "https_get.py", "localhost", server.port, "/", certificate(ca)
        )

    def test_client_and_server(self):
        server = self.micropython_server(EXAMPLES / "https_server.py")
        client = self.fetch(server)
        self.succeeds(client)
        self.assertIn("200 OK", client.output.text())
        self.assertIn("Hello from MicroPython", client.output.text())

    def test_the_client_refuses_a_stranger(self):
        server = self.micropython_server(EXAMPLES / "https_server.py")
        client = self.fetch(server, "other-ca.pem")
        self.assertEqual(client.finish(), 1)
        self.assertIn("OSError: ", client.errors.text())
        self.succeeds(self.fetch(server))

    def test_the_server_outlives_a_client_that_breaks_off(self):
        server = self.micropython_server(EXAMPLES / "https_server.py")
        context = ssl.create_default_context(cafile=certificate("ca.pem"))
        context.maximum_version = ssl.TLSVersion.TLSv1_2  # where the server ends the handshake
        with socket.create_connection(("127.0.0.1", server.port), TIMEOUT) as plain:
            plain.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, RESET_AT_CLOSE)
            with context.wrap_socket(plain, server_hostname="localhost") as stream:
                stream.send(b"GET")
        self.succeeds(self.fetch(server))
        self.assertIn("connection failed", server.output.text())

    def test_the_server_serves_curl(self):
        server = self.micropython_server(EXAMPLES / "https_server.py")
        page = subprocess.run(
            [program("curl"), "-sS", "--cacert", certificate("ca.pem"), "--tlsv1.3",
             f"https://localhost:{server.port}/"],
            stdout=subprocess.PIPE, timeout=TIMEOUT, check=True,
        ).stdout
        self.assertEqual(page, b"Hello from MicroPython\n")


class Asyncio(MicroPythonCase):
    def test_clients_and_server(self):
        server = self.micropython_server(EXAMPLES / "asyncio_server.py")
        clients = [
            self.micropython(
                EXAMPLES / "asyncio_client.py", "localhost", server.port, certificate("ca.pem")
            )
            for _ in range(3)
        ]
        for client in clients:
            self.says(client, "FIRST\nSECOND\n")


class Mqtt(MicroPythonCase):
    def broker(self, *options):
        """mosquitto on a free port. It cannot choose one, so somebody may be faster: try again."""
        for _ in range(5):
            with socket.create_server(("127.0.0.1", 0)) as free:
                port = free.getsockname()[1]
            configuration = temporary_directory() / "mosquitto.conf"
            configuration.write_text("\n".join([
                "allow_anonymous true",
                f"user {getpass.getuser()}",
                f"listener {port} 127.0.0.1",
                f"certfile {certificate('server.pem')}",
                f"keyfile {certificate('server.key')}",
                *options,
            ]) + "\n")
            broker = self.start(program("mosquitto"), "-c", configuration)
            try:
                broker.port = broker.listening_port()
                return broker
            except AssertionError as error:
                failure = error
        raise failure

    def mqtt(self, port, ca):
        return self.micropython(
            EXAMPLES / "mqtt.py", "localhost", port, certificate(ca), "a/topic", "a message"
        )

    def test_publish_and_subscribe(self):
        for version in ("tlsv1.2", "tlsv1.3"):
            with self.subTest(version):
                broker = self.broker(f"tls_version {version}")
                self.says(self.mqtt(broker.port, "ca.pem"), "a/topic: a message\n")

    def test_a_broker_that_is_not_trusted(self):
        client = self.mqtt(self.broker().port, "other-ca.pem")
        self.assertEqual(client.finish(), 1)
        self.assertIn("OSError: ", client.errors.text())


if __name__ == "__main__":
    unittest.main()
