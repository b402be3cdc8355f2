"""https_get against servers of Python's ssl module."""

import ssl
import threading
import unittest

from counterparts import (
    TIMEOUT, Listener, TlsListener, answering, certificate, read_head, reply, reset, run,
    server_context,
)

PAGE = b"<p>a page</p>\n"


def get(port, *options, name="localhost", path=None):
    """Runs https_get with the test's own authority."""
    last = [] if path is None else [path]
    return run("https_get", "--cafile", certificate("ca.pem"), *options, name, port, *last)


class Case(unittest.TestCase):
    def succeeds(self, result, body=PAGE):
        self.assertEqual((result.returncode, result.stdout), (0, body), result.stderr.decode())

    def fails(self, result, *facts):
        errors = result.stderr.decode()
        self.assertEqual(result.returncode, 1, errors)
        for fact in facts:
            self.assertIn(fact.lower(), errors.lower())


class Replies(Case):
    def fetch(self, *parts):
        with TlsListener(answering(*parts)) as server:
            return get(server.port)

    def test_content_length(self):
        self.succeeds(self.fetch(reply(PAGE)))

    def test_a_body_of_many_records(self):
        body = bytes(range(256)) * 8192
        self.succeeds(self.fetch(reply(body)), body)

    def test_chunks(self):
        head = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"
        chunks = b"".join(b"%x;why=not\r\n%c\r\n" % (1, byte) for byte in PAGE)
        self.succeeds(self.fetch(head + chunks + b"0\r\nTrailer: x\r\n\r\n"))

    def test_chunks_that_end_too_early(self):
        head = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"
        self.fails(self.fetch(head + b"3\r\nabc\r\n"), "before the reply was complete")

    def test_until_close_notify(self):
        self.succeeds(self.fetch(b"HTTP/1.0 200 OK\r\n\r\n" + PAGE))

    def test_interim_replies_are_skipped(self):
        self.succeeds(self.fetch(b"HTTP/1.1 103 Early Hints\r\nLink: x\r\n\r\n", reply(PAGE)))

    def test_no_content(self):
        self.succeeds(self.fetch(b"HTTP/1.1 204 No Content\r\n\r\n"), b"")

    def test_an_error_page_is_printed(self):
        result = self.fetch(reply(PAGE, status="404 Not Found"))
        self.succeeds(result)
        self.assertIn(b"404 Not Found", result.stderr)

    def test_not_http(self):
        self.fails(self.fetch(b"220 mail.example.org ESMTP\r\n\r\n"), "not HTTP")

    def test_close_notify_before_the_content_length(self):
        parts = b"HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\n" + PAGE
        self.fails(self.fetch(parts), "before the reply was complete")


class Cuts(Case):
    """The connection ends, and nobody says close_notify."""

    def fetch(self, part, end):
        def handle(connection):
            answering(part)(connection)
            end(connection)

        with TlsListener(handle) as server:
            return get(server.port)

    @staticmethod
    def close(connection):
        connection.shutdown(2)
        connection.close()

    def test_within_the_content_length(self):
        part = b"HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\n" + PAGE
        self.fails(self.fetch(part, self.close), "reading the reply")

    def test_where_only_close_notify_ends_the_body(self):
        self.fails(self.fetch(b"HTTP/1.0 200 OK\r\n\r\n" + PAGE, self.close), "close_notify")

    def test_within_the_head(self):
        self.fails(self.fetch(b"HTTP/1.1 200 OK\r\n", self.close), "close_notify")

    def test_reset(self):
        part = b"HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\n" + PAGE
        self.fails(self.fetch(part, reset), "reading the reply")

    def test_behind_a_complete_reply(self):
        self.succeeds(self.fetch(reply(PAGE), self.close))


class Verification(Case):
    def fetch(self, identity, *options, name="localhost"):
        with TlsListener(answering(reply(PAGE)), server_context(identity)) as server:
            return get(server.port, "--connect", "127.0.0.1", *options, name=name)

    def test_every_kind_of_key(self):
        for identity in ("rsa-server", "p384-server", "p521-server"):
            with self.subTest(identity):
                self.succeeds(self.fetch(identity))

    def test_wildcard(self):
        self.succeeds(self.fetch("server", name="a.wild.rssl.test"))

    def test_wrong_name(self):
        result = self.fetch("server", name="evil.rssl.test")
        self.fails(result, "evil.rssl.test", "server.rssl.test")

    def test_expired(self):
        self.fails(self.fetch("expired"), "handshake", "expired")

    def test_not_yet_valid(self):
        self.fails(self.fetch("not-yet-valid"), "not yet valid")

    def test_for_clients_only(self):
        self.fails(self.fetch("client-as-server"), "handshake")

    def test_unknown_authority(self):
        with TlsListener(answering(reply(PAGE))) as server:
            cafile = certificate("other-ca.pem")
            result = run("https_get", "--cafile", cafile, "localhost", server.port)
        self.fails(result, "issuer")

    def test_self_signed(self):
        self.fails(self.fetch("self-signed"), "handshake")

    def test_self_signed_and_trusted(self):
        with TlsListener(answering(reply(PAGE)), server_context("self-signed")) as server:
            cafile = certificate("self-signed.pem")
            self.succeeds(run("https_get", "--cafile", cafile, "localhost", server.port))

    def test_insecure_accepts_anyone_and_says_so(self):
        result = self.fetch("expired", "--insecure", name="evil.rssl.test")
        self.succeeds(result)
        self.assertIn(b"not verified", result.stderr)


class Peers(Case):
    """What answers is no TLS server, or nobody."""

    def test_plain_http(self):
        def handle(connection):
            connection.recv(1000)
            connection.sendall(b"HTTP/1.1 400 Bad Request\r\n\r\n")

        with Listener(handle) as server:
            self.fails(get(server.port), "handshake", "TLS", "HTTP")

    def test_mail_server(self):
        with Listener(lambda connection: connection.sendall(b"220 mail ESMTP\r\n")) as server:
            self.fails(get(server.port), "handshake", "TLS")

    def test_one_that_hangs_up(self):
        with Listener(lambda connection: connection.recv(1000)) as server:
            self.fails(get(server.port), "handshake")

    def test_one_that_resets(self):
        def handle(connection):
            connection.recv(10)
            reset(connection)

        with Listener(handle) as server:
            self.fails(get(server.port), "handshake")

    def test_one_that_says_nothing(self):
        done = threading.Event()
        with Listener(lambda connection: done.wait(TIMEOUT)) as server:
            result = get(server.port, "--timeout", "1")
            done.set()
        self.fails(result, "handshake", "timeout")

    def test_nobody(self):
        with Listener(lambda connection: None) as server:
            port = server.port
        self.fails(get(port), "refused")


class ClientCertificate(Case):
    def fetch(self, *options):
        context = server_context()
        context.verify_mode = ssl.CERT_REQUIRED
        context.load_verify_locations(certificate("ca.pem"))

        def handle(connection):
            read_head(connection)
            subject = connection.getpeercert()["subject"]
            connection.sendall(reply(subject[-1][0][1].encode()))

        with TlsListener(handle, context) as server:
            return get(server.port, *options)

    @staticmethod
    def identity(name):
        return "--cert", certificate(name + ".pem"), "--key", certificate(name + ".key")

    def test_presented(self):
        for version in ("1.2", "1.3"):
            with self.subTest(version):
                result = self.fetch("--tls", version, *self.identity("client"))
                self.succeeds(result, b"rssl test client")

    def test_missing(self):
        for version in ("1.2", "1.3"):
            with self.subTest(version):
                self.fails(self.fetch("--tls", version), "alert")

    def test_of_an_unknown_authority(self):
        for version in ("1.2", "1.3"):
            with self.subTest(version):
                result = self.fetch("--tls", version, *self.identity("client-other"))
                self.fails(result, "alert")


class Agreement(Case):
    @staticmethod
    def describing(connection):
        read_head(connection)
        text = f"{connection.version()} {connection.selected_alpn_protocol()}"
        connection.sendall(reply(text.encode()))

    def fetch(self, *options, protocols=(), newest=None):
        context = server_context()
        context.set_alpn_protocols(protocols)
        if newest:
            context.maximum_version = newest
        with TlsListener(self.describing, context) as server:
            return get(server.port, *options)

    def test_versions(self):
        self.succeeds(self.fetch("--tls", "1.2"), b"TLSv1.2 None")
        self.succeeds(self.fetch("--tls", "1.3"), b"TLSv1.3 None")
        self.succeeds(self.fetch(newest=ssl.TLSVersion.TLSv1_2), b"TLSv1.2 None")

    def test_no_common_version(self):
        result = self.fetch("--tls", "1.3", newest=ssl.TLSVersion.TLSv1_2)
        self.fails(result, "handshake", "version")

    def test_alpn(self):
        both = ["h2", "http/1.1"]
        self.succeeds(self.fetch(protocols=both), b"TLSv1.3 http/1.1")
        self.succeeds(self.fetch("--alpn", "", protocols=both), b"TLSv1.3 None")
        offer = "h3,http/1.1"
        self.succeeds(self.fetch("--alpn", offer, protocols=both), b"TLSv1.3 http/1.1")

    def test_h2_is_not_spoken(self):
        self.fails(self.fetch("--alpn", "h2,http/1.1", protocols=["h2"]), "chose h2")

    def test_verbose(self):
        result = self.fetch("-v", protocols=["http/1.1"])
        self.succeeds(result, b"TLSv1.3 http/1.1")
        for fact in (b"version: TLSv1.3", b"cipher: TLS_", b"group: ", b"ALPN: http/1.1",
                     b"server.rssl.test"):
            self.assertIn(fact, result.stderr)


class Requests(Case):
    def request(self, *options, host="127.0.0.1", name="localhost", path=None):
        seen = []
        with TlsListener(answering(reply(PAGE), seen=seen), host=host) as server:
            self.succeeds(get(server.port, *options, name=name, path=path))
            self.port = server.port
        return seen[0].decode()

    def test_path_and_host(self):
        request = self.request(path="/a/b?c")
        self.assertTrue(request.startswith("GET /a/b?c HTTP/1.1\r\n"))
        self.assertIn(f"\r\nHost: localhost:{self.port}\r\n", request)

    def test_basic_auth(self):
        request = self.request("--basic-auth", "Aladdin:open sesame")
        self.assertIn("\r\nAuthorization: Basic QWxhZGRpbjpvcGVuIHNlc2FtZQ==\r\n", request)

    def test_ipv4_literal(self):
        request = self.request(name="127.0.0.1")
        self.assertIn(f"Host: 127.0.0.1:{self.port}\r\n", request)

    def test_ipv6_literal(self):
        try:
            Listener(None, "::1").socket.close()
        except OSError:
            self.skipTest("no IPv6 on this machine")
        for name in ("::1", "[::1]"):
            with self.subTest(name):
                request = self.request(host="::1", name=name)
                self.assertIn(f"Host: [::1]:{self.port}\r\n", request)


class Usage(unittest.TestCase):
    def test_wrong_arguments(self):
        for arguments in ([], ["localhost"], ["--tls", "1.1", "localhost", "1"],
                          ["--cert", "x", "localhost", "1"], ["localhost", "1", "no-slash"],
                          ["--nonsense", "localhost", "1"],
                          ["--timeout", "soon", "localhost", "1"]):
            with self.subTest(arguments):
                result = run("https_get", *arguments)
                self.assertEqual(result.returncode, 2)
                self.assertIn(b"usage: https_get", result.stderr)

    def test_files_that_cannot_be_read(self):
        for options in (["--cafile", "/nonexistent/ca.pem"],
                        ["--cert", "/nonexistent/cert.pem", "--key", "/nonexistent/key.pem"]):
            with self.subTest(options):
                result = run("https_get", *options, "localhost", "1")
                self.assertEqual(result.returncode, 1)
                self.assertIn(b"/nonexistent/", result.stderr)


if __name__ == "__main__":
    unittest.main()
