"""The programs of bindings/python/examples, against each other and against the standard ssl."""

import ast
import contextlib
import pathlib
import socket
import ssl
import unittest

from ends import Server, certificate, certificates, pair, run, serving, temporary_directory

EXAMPLES = pathlib.Path(__file__).resolve().parents[2] / "bindings" / "python" / "examples"


def example(name, *arguments, **options):
    return run(EXAMPLES / name, *arguments, **options)


def server(name, *arguments, **options):
    return Server(EXAMPLES / name, *arguments, **options)


class ExampleCase(unittest.TestCase):
    def prints(self, done, text):
        self.assertEqual((done.returncode, done.stdout.strip()), (0, text), done.stderr)

    def refuses(self, done, *texts):
        self.assertEqual(done.returncode, 1, done.stdout)
        for text in texts:
            self.assertIn(text, done.stderr)


class Clients(ExampleCase):
    """Against a server of the standard library."""

    def https(self, identity="server", protocols=(), **listener):
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(*pair(identity))
        if protocols:
            context.set_alpn_protocols(protocols)

        def answer(connection):
            with context.wrap_socket(connection, server_side=True) as tls:
                if tls.recv(4096):
                    tls.sendall(b"HTTP/1.1 200 OK\r\nConnection: close\r\n\r\n")

        return serving(answer, **listener)

    def test_default_context(self):
        with self.https() as port:
            self.prints(example("client_default_context.py", "localhost", port), "TLSv1.3")
            self.refuses(example("client_default_context.py", "localhost", port, ca="other-ca.pem"),
                         "SSLCertVerificationError", "CERTIFICATE_VERIFY_FAILED",
                         "unable to get local issuer certificate")

    def test_default_context_over_ipv6(self):
        try:
            socket.create_server(("::1", 0), family=socket.AF_INET6).close()
        except OSError as error:
            self.skipTest(f"no IPv6 on loopback: {error}")
        with self.https(host="::1", family=socket.AF_INET6) as port:
            self.prints(example("client_default_context.py", "::1", port), "TLSv1.3")

    def test_custom_context(self):
        with self.https() as port:
            self.prints(example("client_custom_context.py", "localhost", port,
                                certificate("ca.pem")), "TLSv1.3")
            self.refuses(example("client_custom_context.py", "localhost", port,
                                 certificate("other-ca.pem")), "CERTIFICATE_VERIFY_FAILED")
            self.refuses(example("client_custom_context.py", "localhost", port, "missing.pem"),
                         "FileNotFoundError")

    def test_by_hand(self):
        with self.https() as port:
            done = example("client_by_hand.py", "localhost", port)
            self.prints(done, "TLSv1.3 " + done.stdout.split()[1])
        with self.https("wrong-name") as port:
            self.refuses(example("client_by_hand.py", "localhost", port),
                         "Hostname mismatch, certificate is not valid for 'localhost'")
        with self.https("expired") as port:
            self.refuses(example("client_by_hand.py", "localhost", port),
                         "certificate has expired")

    def test_print_certificate(self):
        with self.https() as port:
            done = example("print_certificate.py", "localhost", port, certificate("ca.pem"))
        self.assertEqual(done.returncode, 0, done.stderr)
        shown, _, head = done.stdout.partition("\n[")
        self.assertEqual(ast.literal_eval(shown),
                         ssl._ssl._test_decode_cert(certificate("server.pem")))
        self.assertIn("b'HTTP/1.1 200 OK'", head)

    def test_smart_client(self):
        for protocols, answer in ((["h2", "http/1.1"], "yes"), (["http/1.1"], "no"), ([], "no")):
            with self.subTest(protocols), self.https(protocols=protocols) as port:
                self.prints(example("smart_client.py", "localhost", port),
                            f"HTTP/2: {answer}\npassword asked for: no")


class Servers(ExampleCase):
    """Against clients of the standard library, and each other."""

    def connect(self, port, identity=None, hostname="localhost"):
        context = ssl.create_default_context(cafile=certificate("ca.pem"))
        if identity:
            context.load_cert_chain(*pair(identity))
        sock = socket.create_connection(("127.0.0.1", port), 20)
        return context.wrap_socket(sock, server_hostname=hostname)

    def test_listening_socket(self):
        with server("server_listening_socket.py", *pair("server")) as running:
            with self.connect(running.port) as tls:
                tls.sendall(b"hello")
                self.assertEqual(tls.recv(1024), b"HELLO")
                self.assertEqual(tls.recv(1024), b"")
                tls.unwrap().close()
            self.assertEqual(running.process.wait(20), 0)

    def test_accept_loop(self):
        with server("server_accept_loop.py", *pair("server")) as running:
            for _ in range(2):
                with self.connect(running.port) as tls:
                    for word in (b"hello", b"x" * 1024, b"quit"):
                        tls.sendall(word)
                        self.assertEqual(tls.recv(2048), word)
                    self.assertEqual(tls.recv(1024), b"")
            with socket.create_connection(("127.0.0.1", running.port), 20) as plain:
                plain.sendall(b"GET / HTTP/1.0\r\n\r\n")
                with contextlib.suppress(ConnectionResetError):
                    while plain.recv(1024):
                        pass
            with self.connect(running.port) as tls:
                tls.sendall(b"quit")
                self.assertEqual(tls.recv(2048), b"quit")
            self.assertIn("HTTP_REQUEST", running.stop())

    def test_password(self):
        site = temporary_directory()
        with server("password_server.py", *pair("server"), cwd=site) as running:
            for credentials, asked in ((["admin", "password"], "no"), (["admin", "wrong"], "yes"),
                                       ([], "yes")):
                self.prints(example("smart_client.py", "localhost", running.port, *credentials),
                            f"HTTP/2: no\npassword asked for: {asked}")

    def test_mutual(self):
        with server("mutual_server.py", *pair("server"), certificate("ca.pem")) as running:
            client = ("mutual_client.py", "localhost", running.port)
            self.prints(example(*client, *pair("client"), certificate("ca.pem")),
                        "rssl test client")
            self.refuses(example(*client, *pair("client"), certificate("other-ca.pem")),
                         "CERTIFICATE_VERIFY_FAILED")
            self.refuses(example(*client, *pair("client-other"), certificate("ca.pem")),
                         "Error")
            with self.assertRaises(OSError), self.connect(running.port) as tls:
                tls.recv(1024)
            # The server has said why it refused one client before it answers the next.
            with self.connect(running.port, "client") as tls:
                tls.sendall(b"who am I?")
                self.assertEqual(tls.recv(1024), b"rssl test client")
            output = running.stop()
        self.assertIn("Failed: ", output)
        self.assertIn("PEER_DID_NOT_RETURN_A_CERTIFICATE", output)

    def test_xmlrpc(self):
        with server("xmlrpc_server.py", *pair("server"), certificate("ca.pem")) as running:
            client = ("xmlrpc_client.py", "localhost", running.port)
            self.refuses(example(*client, *pair("client-other"), certificate("ca.pem"), 2, 3),
                         "SSLError")
            self.refuses(example(*client, *pair("client"), certificate("other-ca.pem"), 2, 3),
                         "CERTIFICATE_VERIFY_FAILED")
            self.prints(example(*client, *pair("client"), certificate("ca.pem"), 2, 3), "5")

    def test_urllib_client_certificate(self):
        context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH, cafile=certificate("ca.pem"))
        context.verify_mode = ssl.CERT_REQUIRED
        context.load_cert_chain(*pair("server"))

        def answer(connection):
            with context.wrap_socket(connection, server_side=True) as tls:
                tls.recv(4096)
                name = tls.getpeercert()["subject"][0][0][1].encode()
                tls.sendall(b"HTTP/1.0 200 OK\r\nContent-Length: %d\r\n\r\n%s" % (len(name), name))

        with serving(answer) as port:
            client = ("urllib_client_certificate.py", f"https://localhost:{port}/index.html")
            self.prints(example(*client, *pair("client"), certificate("ca.pem")),
                        "rssl test client")
            self.refuses(example(*client, *pair("client-other"), certificate("ca.pem")), "Error")
            self.refuses(example(*client, *pair("client"), certificate("other-ca.pem")),
                         "CERTIFICATE_VERIFY_FAILED")


class Listed(unittest.TestCase):
    def test_every_example_is_run(self):
        text = pathlib.Path(__file__).read_text()
        for program in EXAMPLES.glob("*.py"):
            self.assertIn(f'"{program.name}"', text)


if __name__ == "__main__":
    certificates()
    unittest.main(verbosity=2)
