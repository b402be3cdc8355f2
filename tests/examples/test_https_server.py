"""https_server under clients of Python's ssl module, good ones and bad ones."""

import hashlib
import http.client
import os
import shutil
import signal
import socket
import ssl
import time
import unittest

from counterparts import (
    TIMEOUT, HttpsServer, certificate, client_context, read_head, reset, run, temporary_directory,
)


def ask(connection, request):
    """Sends a request and returns the status line, the fields and the body."""
    connection.sendall(request)
    return receive(connection)


def receive(connection, has_body=True):
    lines = read_head(connection).decode().split("\r\n")
    pairs = [line.partition(": ") for line in lines[1:]]
    fields = {name.lower(): value for name, _, value in pairs}
    body = b""
    while has_body and len(body) < int(fields.get("content-length", 0)):
        part = connection.recv(65536)
        if not part:
            raise EOFError(f"{len(body)} bytes, then close_notify")
        body += part
    return lines[0], fields, body


def get(target, *fields, method="GET"):
    return "\r\n".join([f"{method} {target} HTTP/1.1", "Host: localhost", *fields, "", ""]).encode()


class Files(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        outside = temporary_directory()
        cls.directory = outside / "site"
        (cls.directory / "sub").mkdir(parents=True)
        (outside / "secret.txt").write_text("secret")
        (cls.directory / ".hidden").write_text("secret")
        (cls.directory / "index.html").write_text("<p>home</p>")
        (cls.directory / "a b.txt").write_text("spaces")
        (cls.directory / "empty.css").write_text("")
        (cls.directory / "sub" / "index.html").write_text("<p>sub</p>")
        cls.large = os.urandom(1 << 20) * 8
        (cls.directory / "large.bin").write_bytes(cls.large)
        os.mkfifo(cls.directory / "fifo")
        cls.server = HttpsServer(directory=cls.directory)

    @classmethod
    def tearDownClass(cls):
        status, _ = cls.server.stop()
        assert status == 0, status

    def ask(self, request):
        with self.server.connect() as connection:
            return ask(connection, request)

    def test_types(self):
        for path, kind, body in (("/", "text/html; charset=utf-8", b"<p>home</p>"),
                                 ("/sub/?query", "text/html; charset=utf-8", b"<p>sub</p>"),
                                 ("/a%20b.txt", "text/plain; charset=utf-8", b"spaces"),
                                 ("/empty.css", "text/css; charset=utf-8", b""),
                                 ("https://localhost/index.html", "text/html; charset=utf-8",
                                  b"<p>home</p>")):
            with self.subTest(path):
                status, fields, got = self.ask(get(path))
                self.assertEqual(status, "HTTP/1.1 200 OK")
                self.assertEqual((fields["content-type"], got), (kind, body))

    def test_not_found(self):
        for path in ("/missing", "/missing/", "/sub", "/fifo", "/a%2", "/index.html%00",
                     "/" + "x" * 5000):
            with self.subTest(path):
                self.assertEqual(self.ask(get(path))[0], "HTTP/1.1 404 Not Found")

    def test_nothing_outside_the_directory(self):
        for path in ("/../secret.txt", "/%2e%2e/secret.txt", "/sub/../../secret.txt",
                     "/..%2fsecret.txt", "//etc/passwd", "/%2fetc/passwd", "/.hidden",
                     "/sub/..%2f..%2fsecret.txt"):
            with self.subTest(path):
                status, _, body = self.ask(get(path))
                self.assertEqual(status, "HTTP/1.1 404 Not Found")
                self.assertNotIn(b"secret", body)

    def test_head(self):
        with self.server.connect() as connection:
            connection.sendall(get("/large.bin", method="HEAD"))
            status, fields, _ = receive(connection, has_body=False)
            self.assertEqual(status, "HTTP/1.1 200 OK")
            self.assertEqual(fields["content-length"], str(len(self.large)))
            self.assertEqual(ask(connection, get("/"))[2], b"<p>home</p>")

    def test_large_file(self):
        _, _, body = self.ask(get("/large.bin"))
        self.assertEqual(hashlib.sha256(body).digest(), hashlib.sha256(self.large).digest())

    def test_large_file_to_a_slow_client(self):
        connection = socket.socket()
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        connection.settimeout(TIMEOUT)
        connection.connect(("127.0.0.1", self.server.port))
        with client_context().wrap_socket(connection, server_hostname="localhost") as tls:
            tls.sendall(get("/large.bin"))
            time.sleep(0.2)
            _, _, body = receive(tls)
        self.assertEqual(body, self.large)

    def test_keep_alive(self):
        client = http.client.HTTPSConnection("localhost", self.server.port, timeout=TIMEOUT,
                                             context=client_context())
        client.connect()
        used = client.sock
        for path, body in (("/", b"<p>home</p>"), ("/missing", b"404 Not Found\n"),
                           ("/", b"<p>home</p>")):
            client.request("GET", path)
            self.assertEqual(client.getresponse().read(), body)
            self.assertIs(client.sock, used)
        client.close()

    def test_requests_in_one_record(self):
        with self.server.connect() as connection:
            connection.sendall(get("/") + get("/a%20b.txt") + get("/sub/", "Connection: close"))
            self.assertEqual([receive(connection)[2] for _ in range(3)],
                             [b"<p>home</p>", b"spaces", b"<p>sub</p>"])
            self.assertEqual(connection.recv(1), b"")

    def test_request_in_single_bytes(self):
        with self.server.connect() as connection:
            for byte in get("/"):
                connection.sendall(bytes([byte]))
            self.assertEqual(receive(connection)[2], b"<p>home</p>")

    def test_many_requests_before_the_first_reply_is_read(self):
        with self.server.connect() as connection:
            for _ in range(4):
                connection.sendall(get("/large.bin"))
            for _ in range(4):
                self.assertEqual(receive(connection)[2], self.large)

    def test_http_1_0_closes(self):
        with self.server.connect() as connection:
            self.assertEqual(ask(connection, b"GET / HTTP/1.0\n\n")[2], b"<p>home</p>")
            self.assertEqual(connection.recv(1), b"")

    def test_requests_that_are_refused(self):
        for request, status in ((b"nonsense\r\n\r\n", "400 Bad Request"),
                                (b"PRI * HTTP/2.0\r\n\r\n", "505 HTTP Version Not Supported"),
                                (get("/", method="DELETE"), "405 Method Not Allowed"),
                                (get("/", "Content-Length: 5") + b"12345", "413 Content Too Large"),
                                (get("/", "X: " + "x" * 20000),
                                 "431 Request Header Fields Too Large")):
            with self.subTest(status), self.server.connect() as connection:
                self.assertEqual(ask(connection, request)[0], "HTTP/1.1 " + status)
                self.assertEqual(connection.recv(1), b"", "the connection must end")

    def test_close_notify_is_answered(self):
        connection = self.server.connect()
        ask(connection, get("/"))
        connection.unwrap().close()

    def test_request_and_close_notify_at_once(self):
        context = client_context()
        incoming, outgoing = ssl.MemoryBIO(), ssl.MemoryBIO()
        tls = context.wrap_bio(incoming, outgoing, server_hostname="localhost")
        with self.server.plain() as plain:
            while True:
                try:
                    tls.do_handshake()
                    break
                except ssl.SSLWantReadError:
                    plain.sendall(outgoing.read())
                    incoming.write(plain.recv(65536))
            tls.write(get("/"))
            try:
                tls.unwrap()
            except ssl.SSLWantReadError:
                pass
            plain.sendall(outgoing.read())
            received = b""
            while data := plain.recv(65536):
                received += data
        # Three records at least: the reply and close_notify, encrypted as application data.
        self.assertGreater(len(received), len(b"<p>home</p>"))
        self.assertEqual(received[0], 23)


class Page(unittest.TestCase):
    def page(self, *options, context=None, **named):
        with HttpsServer(options=options) as server:
            with server.connect(context, **named) as connection:
                return ask(connection, get("/"))[2].decode()

    def test_tells_what_was_agreed(self):
        context = client_context()
        context.set_alpn_protocols(["h2", "http/1.1"])
        page = self.page(context=context)
        for fact in ("version: TLSv1.3", "cipher: TLS_", "ALPN: http/1.1",
                     "server name: localhost", "resumed: no", "client certificate: none"):
            self.assertIn(fact, page)

    def test_tls_1_2_without_alpn(self):
        context = client_context()
        context.maximum_version = ssl.TLSVersion.TLSv1_2
        page = self.page(context=context)
        self.assertIn("version: TLSv1.2", page)
        self.assertIn("ALPN: none", page)

    def test_resumption(self):
        for version in (ssl.TLSVersion.TLSv1_2, ssl.TLSVersion.TLSv1_3):
            context = client_context()
            context.minimum_version = context.maximum_version = version
            with self.subTest(version), HttpsServer() as server:
                with server.connect(context) as connection:
                    ask(connection, get("/"))
                    session = connection.session
                with server.connect(context, session=session) as connection:
                    self.assertIn("resumed: yes", ask(connection, get("/"))[2].decode())
                    self.assertTrue(connection.session_reused)

    def test_no_common_protocol(self):
        context = client_context()
        context.set_alpn_protocols(["h2"])
        with self.assertRaisesRegex(ssl.SSLError, "(?i)no.application.protocol"):
            self.page(context=context)

    def test_alpn_option(self):
        context = client_context()
        context.set_alpn_protocols(["http/1.1", "h2"])
        with HttpsServer(options=["--alpn", "h2,http/1.1"]) as server:
            with server.connect(context) as connection:
                self.assertEqual(connection.selected_alpn_protocol(), "h2")

    def test_basic_auth(self):
        with HttpsServer(options=["--basic-auth", "Aladdin:open sesame"]) as server:
            for field, status in (("X: y", "401 Unauthorized"),
                                  ("Authorization: Basic QWxhZGRpbjpvcGVuIHNlc2FtZQ==", "200 OK"),
                                  ("authorization: BASIC QWxhZGRpbjpvcGVuIHNlc2FtZQ==", "200 OK"),
                                  ("Authorization: Basic QWxhZGRpbjpvcGVuIHNlc2FtZR==",
                                   "401 Unauthorized"),
                                  ("Authorization: Basic", "401 Unauthorized")):
                with self.subTest(field), server.connect() as connection:
                    line, fields, _ = ask(connection, get("/", field))
                    self.assertEqual(line, "HTTP/1.1 " + status)
                    self.assertEqual("www-authenticate" in fields, status.startswith("401"))

    def test_our_own_client(self):
        with HttpsServer(options=["--basic-auth", "user:secret"]) as server:
            result = run("https_get", "--cafile", certificate("ca.pem"), "--basic-auth",
                         "user:secret", "localhost", server.port)
        self.assertEqual(result.returncode, 0, result.stderr.decode())
        self.assertIn(b"version: TLSv1.3", result.stdout)


class ClientCertificates(unittest.TestCase):
    @staticmethod
    def client(name, version):
        context = client_context()
        context.minimum_version = context.maximum_version = version
        if name:
            context.load_cert_chain(certificate(name + ".pem"), certificate(name + ".key"))
        return context

    def check(self, server, name, expected):
        for version in (ssl.TLSVersion.TLSv1_2, ssl.TLSVersion.TLSv1_3):
            with self.subTest(name=name, version=version):
                try:
                    with server.connect(self.client(name, version)) as connection:
                        page = ask(connection, get("/"))[2].decode()
                    got = page.partition("client certificate: ")[2]
                except ssl.SSLError as error:
                    got = error.reason
                self.assertRegex(got, expected)

    def test_optional(self):
        with HttpsServer(options=["--client-ca", certificate("ca.pem")]) as server:
            self.check(server, None, "none\n")
            self.check(server, "client", "commonName=rssl test client\n")
            self.check(server, "client-other", "UNKNOWN_CA")

    def test_required(self):
        options = ["--client-ca", certificate("ca.pem"), "--require-client-cert"]
        with HttpsServer(options=options) as server:
            # TLS 1.2 has no alert of this name.
            self.check(server, None, "CERTIFICATE_REQUIRED|HANDSHAKE_FAILURE")
            self.check(server, "client", "commonName=rssl test client\n")
            self.check(server, "client-other", "UNKNOWN_CA")


class Reload(unittest.TestCase):
    def setUp(self):
        self.directory = temporary_directory()
        self.cert, self.key = self.directory / "cert.pem", self.directory / "key.pem"
        self.install("server")
        self.server = HttpsServer(cert=self.cert, key=self.key)
        self.addCleanup(self.server.__exit__)

    def install(self, name):
        shutil.copy(certificate(name + ".pem"), self.cert)
        shutil.copy(certificate(name + ".key"), self.key)

    def fingerprint(self):
        with self.server.connect() as connection:
            return hashlib.sha256(connection.getpeercert(binary_form=True)).hexdigest()

    def test_replaces_the_certificate_while_connections_are_open(self):
        before = self.fingerprint()
        with self.server.connect() as old, self.server.plain() as stuck:
            stuck.sendall(b"\x16\x03\x01")
            ask(old, get("/"))
            self.install("rsa-server")
            self.assertIn("loaded again", self.server.reload())
            self.assertNotEqual(self.fingerprint(), before)
            self.assertEqual(ask(old, get("/"))[0], "HTTP/1.1 200 OK")
            self.install("server")
            self.server.reload()
            self.assertEqual(self.fingerprint(), before)

    def test_a_broken_certificate_keeps_the_old_one(self):
        before = self.fingerprint()
        breakages = {
            "key of another certificate":
                lambda: shutil.copy(certificate("rsa-server.key"), self.key),
            "no certificate": lambda: self.cert.write_text("nonsense"),
            "half a certificate": lambda: self.cert.write_text(self.cert.read_text()[:200]),
            "no file": self.cert.unlink,
        }
        for name, break_it in breakages.items():
            with self.subTest(name):
                self.install("server")
                break_it()
                self.assertIn("cannot load the certificate", self.server.reload())
                self.assertEqual(self.fingerprint(), before)


class Life(unittest.TestCase):
    def test_signals_end_it_with_status_0(self):
        for number in (signal.SIGTERM, signal.SIGINT):
            with self.subTest(number), HttpsServer() as server:
                idle = server.connect()
                ask(idle, get("/"))
                with server.plain() as stuck:
                    stuck.sendall(b"\x16\x03\x01")
                    server.connect().close()
                    self.assertEqual(server.stop(number), (0, ""))
                    self.assertEqual(idle.recv(1), b"", "it says close_notify")
                idle.close()

    def test_prints_where_it_listens(self):
        with HttpsServer() as server:
            self.assertEqual(server.address, "127.0.0.1")

    def test_ipv6(self):
        try:
            socket.create_server(("::1", 0), family=socket.AF_INET6).close()
        except OSError:
            self.skipTest("no IPv6 on this machine")
        with HttpsServer(options=["--bind", "::1"]) as server:
            self.assertEqual(server.address, "[::1]")
            result = run("https_get", "--cafile", certificate("ca.pem"), "::1", server.port)
        self.assertEqual(result.returncode, 0, result.stderr.decode())

    def test_wrong_arguments(self):
        for arguments in ([], ["0", "cert"], ["--require-client-cert", "0", "cert", "key"],
                          ["--idle-timeout", "soon", "0", "cert", "key"]):
            with self.subTest(arguments):
                result = run("https_server", *arguments)
                self.assertEqual(result.returncode, 2)
                self.assertIn(b"usage: https_server", result.stderr)

    def test_what_cannot_be_loaded_is_named(self):
        cert, key = certificate("server.pem"), certificate("server.key")
        for arguments in (["0", "/nonexistent", key], ["0", cert, "/nonexistent"],
                          ["0", cert, key, "/nonexistent"],
                          ["--client-ca", "/nonexistent", "0", cert, key]):
            with self.subTest(arguments):
                result = run("https_server", *arguments)
                self.assertEqual(result.returncode, 1)
                self.assertIn(b"/nonexistent", result.stderr)


class BadClients(unittest.TestCase):
    """None of them hurts the others."""

    def setUp(self):
        self.server = HttpsServer()
        self.addCleanup(self.still_serves)

    def still_serves(self):
        with self.server.connect() as connection:
            self.assertEqual(ask(connection, get("/"))[0], "HTTP/1.1 200 OK")
        self.assertEqual(self.server.stop(), (0, ""))

    def client_hello(self):
        outgoing = ssl.MemoryBIO()
        tls = client_context().wrap_bio(ssl.MemoryBIO(), outgoing, server_hostname="localhost")
        with self.assertRaises(ssl.SSLWantReadError):
            tls.do_handshake()
        return outgoing.read()

    def exchange(self, data):
        """Sends data, then reads to the end of the stream."""
        received = b""
        with self.server.plain() as connection:
            connection.sendall(data)
            while True:
                try:
                    part = connection.recv(65536)
                except ConnectionResetError:
                    return received
                if not part:
                    return received
                received += part

    def test_plain_http_gets_an_alert(self):
        received = self.exchange(b"GET / HTTP/1.1\r\nHost: localhost\r\n\r\n")
        self.assertEqual((received[:1], len(received)), (b"\x15", 7), received)

    def test_garbage_gets_an_alert(self):
        for data in (os.urandom(100000), b"\x00" * 1000, b"SSH-2.0-OpenSSH_9.2\r\n",
                     b"\x16\x03\x01\xff\xff" + b"x" * 70000,
                     b"\x16\x03\x01\x00\x08\x01\x00\x00\x04nonsense" * 100):
            with self.subTest(data[:20]):
                self.assertEqual(self.exchange(data)[:1], b"\x15")

    def test_client_hello_cut_anywhere(self):
        hello = self.client_hello()
        for length in range(0, len(hello), 7):
            with self.server.plain() as connection:
                connection.sendall(hello[:length])
                if length % 2:
                    reset(connection)

    def test_silence_after_the_client_hello(self):
        hello = self.client_hello()
        connections = [self.server.plain() for _ in range(50)]
        for connection in connections:
            connection.sendall(hello)
        with self.server.connect() as connection:
            self.assertEqual(ask(connection, get("/"))[0], "HTTP/1.1 200 OK")
        for connection in connections:
            reset(connection)

    def test_garbage_after_the_handshake(self):
        with self.server.connect() as connection:
            ask(connection, get("/"))
            with socket.socket(fileno=os.dup(connection.fileno())) as plain:
                plain.sendall(b"\x17\x03\x03\x00\x20" + b"x" * 32)
            with self.assertRaisesRegex(ssl.SSLError, "BAD_RECORD_MAC"):
                connection.recv(1)

    def test_reset_instead_of_the_reply(self):
        for _ in range(20):
            connection = self.server.connect()
            connection.sendall(get("/"))
            reset(connection)


class Limits(unittest.TestCase):
    def test_stuck_handshake_is_ended(self):
        with HttpsServer(options=["--handshake-timeout", 1]) as server:
            with server.plain() as stuck, server.connect() as connection:
                stuck.sendall(b"\x16\x03\x01")
                ask(connection, get("/"))
                self.assertEqual(stuck.recv(1), b"")
                self.assertEqual(ask(connection, get("/"))[0], "HTTP/1.1 200 OK")

    def test_idle_connection_is_ended_by_close_notify(self):
        with HttpsServer(options=["--idle-timeout", 1]) as server:
            with server.connect() as connection:
                ask(connection, get("/"))
                self.assertEqual(connection.recv(1), b"")

    def test_client_that_takes_no_reply_is_ended(self):
        directory = temporary_directory()
        (directory / "large.bin").write_bytes(bytes(1 << 25))
        with HttpsServer(options=["--idle-timeout", 1], directory=directory) as server:
            with server.connect() as connection:
                connection.sendall(get("/large.bin"))
                time.sleep(3)
                with self.assertRaises(OSError):
                    receive(connection)

    def test_most_connections(self):
        with HttpsServer(options=["--max-connections", 2]) as server:
            first, second = server.connect(), server.connect()
            third = server.plain()
            third.settimeout(0.5)
            with self.assertRaises(socket.timeout):
                client_context().wrap_socket(third, server_hostname="localhost")
            third.close()
            first.close()
            with server.connect() as connection:
                self.assertEqual(ask(connection, get("/"))[0], "HTTP/1.1 200 OK")
            second.close()

    def test_many_connections(self):
        with HttpsServer() as server:
            stuck = [server.plain() for _ in range(200)]
            for connection in stuck:
                connection.sendall(b"\x16\x03\x01\x02\x00\x01")
            idle = [server.connect() for _ in range(200)]
            for connection in idle:
                self.assertEqual(ask(connection, get("/"))[0], "HTTP/1.1 200 OK")
            for connection in stuck + idle:
                connection.close()


if __name__ == "__main__":
    unittest.main()
