"""smart_client against small web servers, http and https."""

import base64
import http.server
import threading
import unittest

from counterparts import TlsListener, Listener, answering, certificate, reply, run, server_context


def examine(*arguments):
    return run("smart_client", "--cafile", certificate("ca.pem"), *arguments)


class Case(unittest.TestCase):
    def report(self, *arguments):
        result = examine(*arguments)
        self.assertEqual(result.returncode, 0, result.stderr.decode())
        return result.stdout.decode()


class Versions(Case):
    def version(self, *protocols):
        context = server_context()
        context.set_alpn_protocols(protocols)
        seen = []

        def handle(connection):
            if connection.selected_alpn_protocol() != "h2":
                answering(reply(b"page"), seen=seen)(connection)

        with TlsListener(handle, context) as server:
            report = self.report(f"https://localhost:{server.port}/")
        self.assertEqual(len(seen), 1)
        return report

    def test_h2(self):
        self.assertIn("http version: HTTP/2\n", self.version("h2", "http/1.1"))

    def test_http_1_1(self):
        self.assertIn("http version: HTTP/1.1\n", self.version("http/1.1"))
        self.assertIn("http version: HTTP/1.1\n", self.version())

    def test_http_1_0_in_plain(self):
        with Listener(answering(b"HTTP/1.0 200 OK\r\n\r\n")) as server:
            report = self.report(f"http://localhost:{server.port}")
        self.assertIn("http version: HTTP/1.0\n", report)
        self.assertIn("password-protected: no\n", report)
        self.assertIn("cookies: none\n", report)


class Redirects(Case):
    def test_from_http_to_https(self):
        seen = []
        with TlsListener(answering(reply(b"page"), seen=seen)) as secure:
            location = f"Location: https://localhost:{secure.port}/there?x=y#part"
            with Listener(answering(reply(b"", location, status="301 Moved"))) as plain:
                report = self.report(f"http://localhost:{plain.port}/here")
        self.assertTrue(seen[0].startswith(b"GET /there?x=y HTTP/1.1\r\n"))
        self.assertIn(f"301 http://localhost:{plain.port}/here\n", report)
        self.assertIn(f"200 https://localhost:{secure.port}/there?x=y\n", report)

    def test_relative(self):
        for location, expected in (("/c", "/c"), ("c", "/a/c"), ("?c", "/a/b?c")):
            with self.subTest(location):
                self.assertIn(f" {expected} ", self.second_request(location))

    def second_request(self, location):
        seen = []

        def handle(connection):
            first = not seen
            redirect = reply(b"", "Location: " + location, status="302 Found")
            answering(redirect if first else reply(b""), seen=seen)(connection)

        with Listener(handle) as server:
            self.report(f"http://localhost:{server.port}/a/b?q")
        return seen[1].decode()

    def test_for_ever(self):
        with Listener(answering(reply(b"", "Location: /", status="302 Found"))) as server:
            result = examine(f"http://localhost:{server.port}/")
        self.assertEqual(result.returncode, 1)
        self.assertIn(b"redirects", result.stderr)

    def test_to_something_else(self):
        for location in ("ftp://localhost/", "javascript:alert(1)", "http://local host/",
                         "https://localhost:999999999/"):
            with self.subTest(location):
                answer = reply(b"", "Location: " + location, status="302 Found")
                with Listener(answering(answer)) as server:
                    result = examine(f"http://localhost:{server.port}/")
                self.assertEqual(result.returncode, 1)
                self.assertIn(b"leads to no", result.stderr)


class Cookies(Case):
    def test_listed(self):
        answer = reply(b"page", "Set-Cookie: id=42; Expires=Wed, 09 Jun 2038 10:18:14 GMT; Secure",
                       "Set-Cookie: theme=dark; Max-Age=3600; Domain=.localhost; HttpOnly",
                       "Set-Cookie: short=1", "Set-Cookie: other=1; Domain=example.org")
        with TlsListener(answering(answer)) as server:
            report = self.report(f"https://localhost:{server.port}/")
        self.assertIn("name: id, expires: Wed, 09 Jun 2038 10:18:14 GMT, domain: localhost\n",
                      report)
        self.assertIn("name: theme, expires: 3600, domain: .localhost\n", report)
        self.assertIn("name: short, expires: with the session, domain: localhost\n", report)
        self.assertNotIn("other", report)

    def test_sent_back(self):
        seen = []

        def handle(connection):
            fields = ["Location: /private", "Set-Cookie: id=42; Path=/private",
                      "Set-Cookie: id=43; Path=/private", "Set-Cookie: theme=dark; Path=/",
                      "Set-Cookie: x=y; Path=/elsewhere", "Set-Cookie: s=t; Path=/; Secure"]
            answer = reply(b"page") if seen else reply(b"", *fields, status="302 Found")
            answering(answer, seen=seen)(connection)

        with Listener(handle) as server:
            self.report(f"http://localhost:{server.port}/login")
        self.assertNotIn(b"Cookie", seen[0])
        self.assertIn(b"\r\nCookie: id=43; theme=dark\r\n", seen[1])


class Passwords(Case):
    """A web server of the standard library that asks for a password."""

    class Handler(http.server.BaseHTTPRequestHandler):
        wanted = "Basic " + base64.b64encode(b"admin:pass word").decode()

        def do_GET(self):
            self.server.seen.append(self.headers.get("Authorization"))
            allowed = self.headers.get("Authorization") == self.wanted
            self.send_response(200 if allowed else 401)
            if not allowed:
                self.send_header("WWW-Authenticate", 'Basic realm="Protected"')
            self.end_headers()
            self.wfile.write(b"page")

        def log_message(self, *_):
            pass

    def setUp(self):
        self.server = http.server.HTTPServer(("127.0.0.1", 0), self.Handler)
        self.server.seen = []
        thread = threading.Thread(target=self.server.serve_forever)
        thread.start()
        self.addCleanup(thread.join)
        self.addCleanup(self.server.server_close)
        self.addCleanup(self.server.shutdown)
        self.place = f"localhost:{self.server.server_port}/"

    def test_asked_for(self):
        report = self.report(f"http://{self.place}")
        self.assertIn('password-protected: yes, Basic realm="Protected"\n', report)

    def test_right(self):
        for arguments in ([f"http://admin:pass%20word@{self.place}"],
                          ["--basic-auth", "admin:pass word", f"http://{self.place}"]):
            with self.subTest(arguments):
                report = self.report(*arguments)
                self.assertIn('yes, Basic realm="Protected" (password accepted)\n', report)

    def test_wrong(self):
        report = self.report(f"http://admin:wrong@{self.place}")
        self.assertIn("(password refused)\n", report)

    def test_not_given_to_another_server(self):
        location = f"Location: http://{self.place}"
        with Listener(answering(reply(b"", location, status="302 Found"))) as first:
            report = self.report(f"http://admin:pass%20word@localhost:{first.port}/")
        self.assertIn('yes, Basic realm="Protected"\n', report)
        self.assertEqual(self.server.seen, [None])


class Failures(unittest.TestCase):
    def test_unverified_server(self):
        with TlsListener(answering(reply(b"page")), server_context("expired")) as server:
            result = examine(f"https://localhost:{server.port}/")
        self.assertEqual(result.returncode, 1)
        self.assertIn(b"expired", result.stderr)

    def test_cut_head(self):
        with TlsListener(answering(b"HTTP/1.1 200 OK\r\n")) as server:
            result = examine(f"https://localhost:{server.port}/")
        self.assertEqual(result.returncode, 1)
        self.assertIn(b"before the reply was complete", result.stderr)

    def test_wrong_arguments(self):
        for arguments in ([], ["--cafile", "x"], ["http://local host/"], ["http://:80/"],
                          ["http://localhost:123456/"]):
            with self.subTest(arguments):
                self.assertEqual(run("smart_client", *arguments).returncode, 2)


if __name__ == "__main__":
    unittest.main()
