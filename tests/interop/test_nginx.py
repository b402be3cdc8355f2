"""https_get and the peer against nginx: HTTP/2 and HTTP/1.1 by ALPN, client certificates."""

import grp
import hashlib
import os
import pathlib
import pwd
import random
import socket
import unittest

from programs import Process, certificate, program, temporary_directory
from rssl_peer import VERSIONS, RsslCase, pair, tls

CONFIGURATION = """
daemon off;
user {user} {group};
worker_processes 1;
pid {directory}/pid;
error_log stderr info;
events {{ worker_connections 64; }}
http {{
  access_log off;
  client_body_temp_path {directory}/body;
  proxy_temp_path {directory}/proxy;
  fastcgi_temp_path {directory}/fastcgi;
  uwsgi_temp_path {directory}/uwsgi;
  scgi_temp_path {directory}/scgi;
  root {directory};
  ssl_certificate {certificate};
  ssl_certificate_key {key};
  ssl_protocols TLSv1.2 TLSv1.3;
  ssl_session_cache builtin;
  server {{
    listen 127.0.0.1:{port} ssl http2;
    server_name localhost;
  }}
  server {{
    listen 127.0.0.1:{strict_port} ssl http2;
    server_name localhost;
    ssl_client_certificate {ca};
    ssl_verify_client on;
    location / {{ return 200 "you are $ssl_client_s_dn\\n"; }}
  }}
}}
"""


class Nginx(Process):
    """Inherits its listening sockets, as in its own upgrade: so the system chooses the ports."""

    def __init__(self):
        self.directory = temporary_directory()
        listeners = [socket.create_server(("127.0.0.1", 0)) for _ in range(2)]
        self.port, self.strict_port = (listener.getsockname()[1] for listener in listeners)
        configuration = self.directory / "nginx.conf"
        configuration.write_text(CONFIGURATION.format(
            directory=self.directory, port=self.port, strict_port=self.strict_port,
            certificate=certificate("server.pem"), key=certificate("server.key"),
            ca=certificate("ca.pem"), user=pwd.getpwuid(os.getuid()).pw_name,
            group=grp.getgrgid(os.getgid()).gr_name))
        numbers = [listener.fileno() for listener in listeners]
        inherited = "".join(f"{number};" for number in numbers)
        super().__init__(program("nginx"), "-p", self.directory, "-c", configuration,
                         "-e", "stderr", pass_fds=numbers,
                         env={**os.environ, "NGINX": inherited})
        for listener in listeners:
            listener.close()
        self.errors.wait_for("start worker process ")

    def end(self):
        """Its main process ends the worker, unless it is killed."""
        self.process.terminate()
        self.wait()
        super().end()


class NginxCase(RsslCase):
    @classmethod
    def setUpClass(cls):
        cls.nginx = Nginx()
        cls.addClassCleanup(cls.nginx.end)
        (cls.nginx.directory / "page").write_bytes(b"a page of nginx\n")

    def https_get(self, port, *options, path="/page"):
        get = self.start(
            pathlib.Path(os.environ["RSSL_EXAMPLES"], "https_get"), "-v", "--connect", "127.0.0.1",
            "--cafile", certificate("ca.pem"), *options, "localhost", port, path)
        get.status = get.finish()
        return get

    def fetches(self, *arguments, **options):
        get = self.https_get(*arguments, **options)
        self.assertEqual(get.status, 0, get)
        return get


class Pages(NginxCase):
    def test_http_1_1(self):
        for version in VERSIONS:
            with self.subTest(version):
                get = self.fetches(self.nginx.port, *tls(version))
                self.assertEqual(get.output.text(), "a page of nginx\n")
                self.assertIn("ALPN: http/1.1\n", get.errors.text())
                self.assertIn(f"version: TLSv{version}\n", get.errors.text())

    def test_http_2_is_chosen(self):
        for version in VERSIONS:
            with self.subTest(version):
                get = self.https_get(self.nginx.port, "--alpn", "h2,http/1.1", *tls(version))
                self.assertIn("ALPN: h2\n", get.errors.text())
                self.assertEqual(get.status, 1, "https_get speaks no HTTP/2")

    def test_without_alpn(self):
        get = self.fetches(self.nginx.port, "--alpn", "")
        self.assertIn("ALPN: (none)\n", get.errors.text())

    def test_no_protocol_in_common(self):
        get = self.https_get(self.nginx.port, "--alpn", "imap")
        self.assertEqual(get.status, 1)
        self.assertIn("no_application_protocol", get.errors.text())

    def test_100_mib(self):
        large = random.Random(2).randbytes(100 << 20)
        (self.nginx.directory / "large").write_bytes(large)
        for version in VERSIONS:
            with self.subTest(version):
                get = self.fetches(self.nginx.port, *tls(version), path="/large")
                self.assertEqual(hashlib.sha256(get.output.data).digest(),
                                 hashlib.sha256(large).digest())

    def test_resumption(self):
        for version in VERSIONS:
            with self.subTest(version):
                client = self.rssl_client(self.nginx.port, "--connections", "2", *tls(version))
                client.write(b"GET /page HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n")
                client.close_input()
                self.assertEqual([report.get("resumed") for report in self.reports(client)],
                                 ["no", "yes"], client)


class ClientCertificates(NginxCase):
    def test_accepted(self):
        for version in VERSIONS:
            for kind in ("", "rsa-", "p384-", "ed25519-"):
                with self.subTest(version=version, kind=kind):
                    get = self.fetches(self.nginx.strict_port, *tls(version),
                                       *pair(kind + "client"))
                    self.assertEqual(get.output.text(), "you are CN=rssl test client\n")

    def test_required(self):
        for version in VERSIONS:
            with self.subTest(version):
                get = self.https_get(self.nginx.strict_port, *tls(version))
                self.assertIn("400 Bad Request", get.errors.text())
                self.assertIn("No required SSL certificate was sent", get.output.text())

    def test_of_another_authority(self):
        for version in VERSIONS:
            with self.subTest(version):
                get = self.https_get(self.nginx.strict_port, *tls(version), *pair("client-other"))
                self.assertIn("400 Bad Request", get.errors.text())
                self.assertIn("SSL certificate error", get.output.text())


if __name__ == "__main__":
    unittest.main()
