"""Takes the snippets out of README.md and docs/*.md and runs every one of them."""

import os
import pathlib
import re
import shutil
import socket
import ssl
import subprocess
import tempfile
import unittest

SOURCE = pathlib.Path(os.environ["RSSL_SOURCE"])
BUILD = pathlib.Path(os.environ["RSSL_BUILD"])
HERE = SOURCE / "tests" / "docs"
BLOCK = re.compile(r"(?:<!-- (\w+)(?:: (\w+))? -->\n)?```(\w+)\n(.*?)```\n", re.S)


def snippets(page):
    """(mark, name, language, text) of each fenced block."""
    return [match.groups() for match in BLOCK.finditer((SOURCE / page).read_text())]


def run(command, cwd, seconds=60, **env):
    arguments = ["sh", "-ec", command] if isinstance(command, str) else command
    done = subprocess.run(arguments, cwd=cwd, timeout=seconds,
                          env={**os.environ, **env}, stdout=subprocess.PIPE,
                          stderr=subprocess.STDOUT, text=True)
    if done.returncode:
        raise AssertionError(f"{command} exited with {done.returncode}:\n{done.stdout}")
    return done.stdout


class Readme(unittest.TestCase):
    """The pages of README.md, from the build to a program that talks."""

    @classmethod
    def setUpClass(cls):
        cls.directory = tempfile.TemporaryDirectory()
        cls.addClassCleanup(cls.directory.cleanup)
        work = cls.work = pathlib.Path(cls.directory.name)
        # tests/python runs those in Python.
        found = [snippet for snippet in snippets("README.md") if snippet[2] != "python"]
        shell = [text for _, _, language, text in found if language == "sh"]
        cls.demo, cls.install, cls.compile = shell
        cls.cmake, = (text for _, _, language, text in found if language == "cmake")
        (work / "talk.c").write_text(next(text for _, name, _, text in found if name == "talk"))
        shutil.copy(HERE / "main.c", work)
        assert len(found) == 6, "a snippet of README.md is not run"  # Lua runs one

        source = work / "source"
        shutil.copytree(SOURCE, source, ignore=lambda directory, names: [
            name for name in names
            if directory == str(SOURCE) and (name in (".git", "target") or name.startswith("build"))])
        cls.prefix = work / "prefix"
        run(cls.install, source, 1200, PREFIX=str(cls.prefix))
        run([os.environ["RSSL_TESTCA"], str(work / "certs")], work)
        cls.start_server()

    @classmethod
    def start_server(cls):
        certs = cls.work / "certs"
        server = subprocess.Popen(
            [BUILD / "c-examples" / "https_server", "0", certs / "server.pem", certs / "server.key"],
            stdout=subprocess.PIPE, text=True)
        cls.addClassCleanup(server.stdout.close)
        cls.addClassCleanup(server.wait)
        cls.addClassCleanup(server.terminate)
        cls.port = server.stdout.readline().rsplit(":", 1)[1].strip()

    def talk(self, program):
        out = run([program, "127.0.0.1", self.port, "localhost"], self.work,
                  SSL_CERT_FILE=str(self.work / "certs" / "ca.pem"), SSL_CERT_DIR="",
                  LD_LIBRARY_PATH=str(self.prefix / "lib"))
        self.assertIn("HTTP/1.1 200", out)

    def test_demo(self):
        out = run(self.demo, SOURCE, 300, MAKEFLAGS=f"-- BUILD={BUILD}")
        self.assertIn("TLSv1.3", out)

    def test_compile_with_pkg_config(self):
        run(self.compile, self.work, PKG_CONFIG_PATH=str(self.prefix / "lib" / "pkgconfig"))
        self.talk(self.work / "talk")

    def test_compile_with_cmake(self):
        project = self.work / "project"
        project.mkdir()
        for source in ("talk.c", "main.c"):
            shutil.copy(self.work / source, project)
        find, link = self.cmake.splitlines()
        (project / "CMakeLists.txt").write_text(
            "cmake_minimum_required(VERSION 3.18)\nproject(talk C)\n"
            f"{find}\nadd_executable(talk talk.c main.c)\n{link}\n")
        run(f"cmake -S . -B out -DCMAKE_PREFIX_PATH={self.prefix} && cmake --build out", project)
        self.talk(project / "out" / "talk")


class Guide(unittest.TestCase):
    def test_statements_in_their_order(self):
        with tempfile.TemporaryDirectory() as directory:
            work = pathlib.Path(directory)
            found = snippets("docs/guide.md")
            self.assertEqual({mark for mark, *_ in found}, {"statements", "unstable"})
            statements = (text for mark, *_, text in found if mark == "statements")
            (work / "guide.inc").write_text("".join(statements))
            run([os.environ["RSSL_TESTCA"], directory], work)
            run(["cc", "-Wall", "-Wextra", "-Werror", f"-I{SOURCE}/include", f"-I{directory}",
                 HERE / "guide.c", "-o", "guide", f"-L{BUILD}", "-lrssl"], work)
            self.serve(work)

    def serve(self, work):
        ours, theirs = socket.socketpair()
        with ours, theirs:
            server = subprocess.Popen([work / "guide", str(theirs.fileno())], cwd=work,
                                      pass_fds=[theirs.fileno()], stderr=subprocess.PIPE,
                                      env={**os.environ, "LD_LIBRARY_PATH": str(BUILD)}, text=True)
            theirs.close()
            ours.settimeout(20)
            context = ssl.create_default_context(cafile=work / "ca.pem")
            with context.wrap_socket(ours, server_hostname="localhost") as client:
                client.sendall(b"something to poll for")
                _, said = server.communicate(timeout=20)
        self.assertEqual(server.returncode, 0, said)
        self.assertIn("BAD_STATE", said)


class Unstable(unittest.TestCase):
    def test_snippets(self):
        with tempfile.TemporaryDirectory() as directory:
            work = pathlib.Path(directory)
            for mark, name, _, text in snippets("docs/guide.md"):
                if mark == "unstable":
                    (work / f"{name}.inc").write_text(text)
            run([os.environ["RSSL_TESTCA"], directory], work)
            run(["cc", "-Wall", "-Wextra", "-Werror", "-pthread", f"-I{SOURCE}/include",
                 f"-I{directory}", HERE / "unstable.c", "-o", "unstable", f"-L{BUILD}", "-lrssl"],
                work)
            run(["./unstable"], work, LD_LIBRARY_PATH=str(BUILD))


class ClientHello(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        directory = tempfile.TemporaryDirectory()
        cls.addClassCleanup(directory.cleanup)
        cls.work = pathlib.Path(directory.name)
        found = snippets("docs/client-hello.md")
        assert [mark for mark, *_ in found] == ["functions", "statements", "statements"]
        for name, (*_, text) in zip(("functions", "before", "after"), found):
            (cls.work / f"{name}.inc").write_text(text)
        run([os.environ["RSSL_TESTCA"], cls.work], cls.work)
        run(["cc", "-Wall", "-Wextra", "-Werror", f"-I{SOURCE}/include", f"-I{cls.work}",
             HERE / "client_hello.c", "-o", "client_hello", f"-L{BUILD}", "-lrssl"], cls.work)

    def connect(self, name):
        """What the server says of a client that asks for this name, and what the client does."""
        ours, theirs = socket.socketpair()
        with ours, theirs:
            server = subprocess.Popen(
                [self.work / "client_hello", str(theirs.fileno())], cwd=self.work,
                pass_fds=[theirs.fileno()], stdout=subprocess.PIPE, text=True,
                env={**os.environ, "LD_LIBRARY_PATH": str(BUILD)})
            theirs.close()
            ours.settimeout(20)
            context = ssl.create_default_context(cafile=self.work / "ca.pem")
            context.check_hostname = name is not None
            try:
                with context.wrap_socket(ours, server_hostname=name):
                    client = "connected"
                    said, _ = server.communicate(timeout=20)
            except ssl.SSLError as error:
                client = error.reason
                said, _ = server.communicate(timeout=20)
        self.assertEqual(server.returncode, 0, said)
        return said.strip(), client

    def test_snippets(self):
        refused = "TLSV1_UNRECOGNIZED_NAME"
        for name, server, client in (
                ("localhost", "RSSL_OK", "connected"),
                ("second.rssl.test", "RSSL_OK", "connected"),
                ("third.rssl.test", "RSSL_ERR_CALLBACK", refused),
                (None, "RSSL_ERR_CALLBACK", refused)):
            with self.subTest(name):
                self.assertEqual(self.connect(name), (server, client))
        # The other context asks for a certificate.
        self.assertEqual(self.connect("server.rssl.test")[0], "RSSL_ERR_NO_CERT")


class Fleet(unittest.TestCase):
    def test_snippets(self):
        with tempfile.TemporaryDirectory() as directory:
            work = pathlib.Path(directory)
            text = {name: text for _, name, _, text in snippets("docs/fleet.md")}
            self.assertEqual(set(text), {"first", "keys", "rotation", "store"})
            (work / "rotation.sh").write_text(text["rotation"])
            for name in ("keys", "store"):
                (work / f"{name}.inc").write_text(text[name])
            run([os.environ["RSSL_TESTCA"], directory], work)
            run(text["first"], work)
            run(["cc", "-Wall", "-Wextra", "-Werror", f"-I{SOURCE}/include", f"-I{directory}",
                 HERE / "fleet.c", "-o", "fleet", f"-L{BUILD}", "-lrssl"], work)
            run(["./fleet"], work, LD_LIBRARY_PATH=str(BUILD))
            self.assertEqual((work / "ticket-keys").stat().st_mode & 0o777, 0o600)
            self.assertEqual((work / "ticket-keys").stat().st_size, 96)


class Pages(unittest.TestCase):
    def test_every_page_is_run(self):
        pages = {page.name for page in (SOURCE / "docs").glob("*.md")}
        with_code = {page for page in pages if snippets(f"docs/{page}")}
        # By tests/python, tests/lua and tests/micropython.
        elsewhere = {"python.md", "lua.md", "micropython.md"} & pages
        self.assertEqual(
            with_code - elsewhere, {"guide.md", "client-hello.md", "fleet.md", "verification.md"})


class Verification(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        directory = tempfile.TemporaryDirectory()
        cls.addClassCleanup(directory.cleanup)
        cls.work = pathlib.Path(directory.name)
        found = snippets("docs/verification.md")
        assert {mark for mark, *_ in found} == {"functions", "statements"}
        for kind in ("functions", "statements"):
            text = "".join(text for mark, _, _, text in found if mark == kind)
            (cls.work / f"{kind}.inc").write_text(text)
        run([os.environ["RSSL_TESTCA"], cls.work], cls.work)
        run(["cc", "-Wall", "-Wextra", "-Werror", f"-I{SOURCE}/include", f"-I{cls.work}",
             HERE / "verification.c", "-o", "verification", f"-L{BUILD}", "-lrssl"], cls.work)

    def connect(self, server, pinned):
        """The client's exit status, and what it says."""
        run(f"openssl x509 -in {pinned} -noout -pubkey | openssl pkey -pubin -outform der | "
            "openssl dgst -sha256 -binary > pin", self.work)
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(self.work / f"{server}.pem", self.work / f"{server}.key")
        ours, theirs = socket.socketpair()
        with ours, theirs:
            client = subprocess.Popen(
                [self.work / "verification", str(theirs.fileno()), "pin"], cwd=self.work,
                pass_fds=[theirs.fileno()], stderr=subprocess.PIPE,
                env={**os.environ, "LD_LIBRARY_PATH": str(BUILD)}, text=True)
            theirs.close()
            ours.settimeout(20)
            try:
                context.wrap_socket(ours, server_side=True).close()
            except OSError:
                pass  # the client has refused
            _, said = client.communicate(timeout=20)
        return client.returncode, said

    def test_a_pin_in_the_path(self):
        for pinned in ("server.pem", "ca.pem"):
            self.assertEqual(self.connect("server", pinned), (0, ""))

    def test_another_pin(self):
        status, said = self.connect("server", "other-ca.pem")
        self.assertEqual(status, 1)
        self.assertIn("application verification failure", said)

    def test_a_revoked_certificate(self):
        status, said = self.connect("revoked", "revoked.pem")
        self.assertEqual(status, 1)
        self.assertIn("certificate revoked", said)


@unittest.skipUnless(os.environ.get("RSSL_LUA"), "built without Lua")
class Lua(unittest.TestCase):
    """Each snippet is a program, for a server on this machine that the system trusts."""

    @classmethod
    def setUpClass(cls):
        directory = tempfile.TemporaryDirectory()
        cls.addClassCleanup(directory.cleanup)
        cls.work = pathlib.Path(directory.name)
        run([os.environ["RSSL_TESTCA"], cls.work], cls.work)
        cls.server, cls.port = cls.start(SOURCE / "tests" / "lua" / "https_server.lua", "server.pem",
                                         "server.key")
        for mark, name, _, text in snippets("docs/lua.md") + snippets("README.md"):
            if mark != "lua":
                continue
            (cls.work / f"{name}.lua").write_text(f'local host, port = "localhost", {cls.port}\n{text}')

    @classmethod
    def start(cls, *command):
        """A server, and the port that it says first."""
        server = subprocess.Popen([os.environ["RSSL_LUA"], *command], cwd=cls.work,
                                  stdout=subprocess.PIPE, text=True)
        cls.addClassCleanup(server.stdout.close)
        cls.addClassCleanup(server.wait)
        cls.addClassCleanup(server.terminate)
        return server, int(server.stdout.readline())

    def says(self, name):
        return run([os.environ["RSSL_LUA"], f"{name}.lua"], self.work,
                   SSL_CERT_FILE=str(self.work / "ca.pem"), SSL_CERT_DIR="")

    def test_clients(self):
        self.assertRegex(self.says("connect"), r"^HTTP/1.0 200 OK\nTLSv1.3\tTLS_AES_\w+\n$")
        self.assertEqual(self.says("settings"), "true\n")
        for name in ("https", "fetch"):
            self.assertEqual(self.says(name), "200\thello\n")
        self.assertIn("hello", self.says("net"))
        self.assertRegex(self.says("luasec"), r"^TLSv1.3\t\S")

    def test_servers(self):
        for name in ("server", "net_server"):
            server, port = self.start(f"{name}.lua")
            context = ssl.create_default_context(cafile=self.work / "ca.pem")
            with socket.create_connection(("127.0.0.1", port), 20) as plain, \
                    context.wrap_socket(plain, server_hostname="localhost") as client:
                client.sendall(b"a line\n")
                self.assertEqual(client.recv(100), b"a line\n")
            self.assertEqual(server.wait(20), 0)

    def test_every_snippet_is_run(self):
        self.assertEqual({name for _, name, *_ in snippets("docs/lua.md")},
                         {"connect", "settings", "server", "https", "net", "net_server", "luasec"})


if __name__ == "__main__":
    unittest.main(verbosity=2)
