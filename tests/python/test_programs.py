"""Programs from the package index with `ssl` replaced: clients and servers, each against every other,
under certificates good and bad; no libssl in any of their processes.

Environment: RSSL_PROGRAMS, the python of the virtual environment that has them.
"""

import os
import pathlib
import re
import subprocess
import sys
import threading
import unittest

from ends import TIMEOUT, certificate, pair

HERE = pathlib.Path(__file__).resolve().parent / "programs"
PYTHON = os.environ["RSSL_PROGRAMS"]
CLIENTS = ("urllib3", "urllib3_settings", "requests", "httpx", "httpx_async", "aiohttp", "urllib")
# Some libraries prefer these to what they are told.
SETTINGS = re.compile(r"(\w+_)?(PROXY|CA_BUNDLE)", re.I)
SERVERS = ("aiohttp", "uvicorn", "gunicorn")


def command(*arguments):
    return [PYTHON, "-m", "rssl", *map(str, arguments)]


def server_command(kind, cert, key, client_ca):
    if kind == "aiohttp":
        return command(HERE / "aiohttp_server.py", cert, key, *filter(None, [client_ca]))
    if kind == "uvicorn":
        required = ["--ssl-cert-reqs", 2, "--ssl-ca-certs", client_ca] if client_ca else []
        return command("-m", "uvicorn", "--app-dir", HERE, "--port", 0, "--ssl-certfile", cert,
                       "--ssl-keyfile", key, *required, "echo_asgi:application")
    required = ["--cert-reqs", 2, "--ca-certs", client_ca] if client_ca else []
    return command("-m", "gunicorn", "--chdir", HERE, "--bind", "127.0.0.1:0", "--workers", 1,
                   "--no-control-socket", "--certfile", cert, "--keyfile", key, *required,
                   "echo_wsgi:application")


class Running:
    """A server, once it has said where it listens."""

    def __init__(self, arguments):
        self.process = subprocess.Popen(arguments, stdin=subprocess.DEVNULL, text=True,
                                        stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
        self.lines, self.port, self.listens = [], None, threading.Event()
        self.reader = threading.Thread(target=self.read, daemon=True)
        self.reader.start()
        if not self.listens.wait(TIMEOUT) or self.port is None:
            self.stop()
            raise RuntimeError(f"{arguments} does not start:\n{''.join(self.lines)}")

    def read(self):
        for line in self.process.stdout:
            self.lines.append(line)
            found = re.search(r"\w+://127\.0\.0\.1:(\d+)", line)
            if found and self.port is None:
                self.port = int(found[1])
                self.listens.set()
        self.listens.set()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.stop()

    def strangers(self):
        """What is mapped of OpenSSL's ssl, in the server and the processes that it forked."""
        found, processes = [], [self.process.pid]
        for process in processes:
            task = pathlib.Path(f"/proc/{process}/task/{process}/children")
            processes += map(int, task.read_text().split())
            maps = pathlib.Path(f"/proc/{process}/maps").read_text()
            found += re.findall(r"\S*/libssl\S*|\S*/lib-dynload/_ssl\S*", maps)
        return found

    def stop(self):
        self.process.terminate()
        self.process.wait(TIMEOUT)
        self.reader.join(TIMEOUT)
        self.process.stdout.close()


def client(*arguments):
    env = {name: value for name, value in os.environ.items() if not SETTINGS.fullmatch(name)}
    return subprocess.run(command(*arguments), env=env, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                          stderr=subprocess.PIPE, text=True, timeout=TIMEOUT)


class ProgramCase(unittest.TestCase):
    def server(self, kind, identity="server", client_ca=None):
        running = Running(server_command(kind, *pair(identity),
                                         client_ca and certificate(client_ca)))
        self.addCleanup(running.stop)
        return running

    def post(self, library, server, ca="ca.pem", identity=None):
        return client(HERE / "clients.py", library, f"https://localhost:{server.port}/",
                      certificate(ca), *(pair(identity) if identity else ()))

    def echoes(self, done):
        self.assertEqual((done.returncode, done.stdout.strip()), (0, str(1 << 20)), done.stderr)

    def refuses(self, done, *texts):
        self.assertEqual(done.returncode, 1, done.stdout + done.stderr)
        self.assertTrue(any(text in done.stderr for text in texts), done.stderr)


class Web(ProgramCase):
    def test_every_pair(self):
        for kind in SERVERS:
            server = self.server(kind)
            for library in CLIENTS:
                with self.subTest(server=kind, client=library):
                    self.echoes(self.post(library, server))
            self.assertEqual(server.strangers(), [])
            server.stop()

    def test_bad_server_certificates(self):
        for identity, ca, reason in (("server", "other-ca.pem", "unable to get local issuer"),
                                     ("wrong-name", "ca.pem", "Hostname mismatch"),
                                     ("expired", "ca.pem", "certificate has expired")):
            server = self.server("aiohttp", identity)
            for library in CLIENTS:
                with self.subTest(identity=identity, ca=ca, client=library):
                    self.refuses(self.post(library, server, ca), reason)

    def test_client_certificates(self):
        for kind in SERVERS:
            server = self.server(kind, client_ca="ca.pem")
            for library in CLIENTS:
                with self.subTest(server=kind, client=library):
                    self.echoes(self.post(library, server, identity="client"))
            with self.subTest(server=kind):
                for identity in (None, "client-other"):
                    self.refuses(self.post("urllib", server, identity=identity), "Error")
            server.stop()

    def test_clients_that_are_refused(self):
        server = self.server("aiohttp", client_ca="ca.pem")
        for library in CLIENTS:
            for identity in (None, "client-other"):
                with self.subTest(client=library, identity=identity):
                    self.refuses(self.post(library, server, identity=identity), "Error", "error",
                                 "RemoteDisconnected")


class Mail(ProgramCase):
    def send(self, server, ca):
        return client(HERE / "smtp_client.py", server.port, certificate(ca), "hello, mail")

    def test_starttls(self):
        with Running(command(HERE / "smtp_server.py", *pair("server"))) as server:
            self.refuses(self.send(server, "other-ca.pem"), "unable to get local issuer")
            done = self.send(server, "ca.pem")
            self.assertEqual((done.returncode, done.stdout), (0, "sent\n"), done.stderr)
            self.assertEqual(server.strangers(), [])
        self.assertIn("True hello, mail\n", server.lines)
        with Running(command(HERE / "smtp_server.py", *pair("wrong-name"))) as server:
            self.refuses(self.send(server, "ca.pem"), "Hostname mismatch")


class Streams(ProgramCase):
    def talk(self, server, mode, ca="ca.pem", hostname="localhost"):
        return client(HERE / "streams_client.py", server.port, certificate(ca), hostname, mode)

    def test_both_ways_to_begin(self):
        for mode in ("start_tls", "tls"):
            with self.subTest(mode), Running(command(HERE / "streams_server.py", *pair("server"),
                                                     mode)) as server:
                done = self.talk(server, mode)
                self.assertEqual((done.returncode, done.stdout), (0, "TLSv1.3\n"), done.stderr)
                self.refuses(self.talk(server, mode, ca="other-ca.pem"), "unable to get local issuer")
                self.refuses(self.talk(server, mode, hostname="wrong.rssl.test"), "Hostname mismatch")
                self.assertEqual(server.strangers(), [])


if __name__ == "__main__":
    if not os.path.exists(PYTHON):
        print(f"skipped: {PYTHON} is not there: the programs could not be installed")
        sys.exit(77)
    unittest.main(verbosity=2)
