"""The snippets of docs/micropython.md run as they stand."""

import os
import pathlib
import re
import shutil
import subprocess
import unittest

from micropython_ends import EXAMPLES, MicroPythonCase
from programs import certificate, certificates, temporary_directory

SOURCE = pathlib.Path(os.environ["RSSL_SOURCE"])
BLOCK = re.compile(r"<!-- (\w+)(?:: (\w+))? -->\n```\w+\n(.*?)```\n", re.S)

PROGRAMS = {
    "client": ("print(page('localhost', {port}))", "Hello from MicroPython"),
    "ussl": ("hello('localhost', {port})", "TLSv1.3"),
    "asyncio": ("print(asyncio.run(first_line('localhost', {port})))", "200 OK"),
}


def snippets():
    page = (SOURCE / "docs" / "micropython.md").read_text()
    found = BLOCK.findall(page)
    assert len(found) == page.count("```") // 2, "a snippet is not run"
    return {name or mark: text for mark, name, text in found}


class Documentation(MicroPythonCase):
    def test_programs(self):
        found = snippets()
        self.assertEqual(set(found), {*PROGRAMS, "build", "kept"})
        for name, (call, expected) in PROGRAMS.items():
            with self.subTest(name):
                self.run_program(found[name], call, expected)

    def run_program(self, text, call, expected):
        server = self.micropython_server(EXAMPLES / "https_server.py")
        folder = temporary_directory()
        shutil.copy(certificate("ca.pem"), folder)
        (folder / "program.py").write_text(text + call.format(port=server.port) + "\n")
        client = self.start(
            os.environ["MICROPYTHON"], "program.py", cwd=folder,
            env={**os.environ, "SSL_CERT_FILE": str(certificates() / "ca.pem"), "SSL_CERT_DIR": ""},
        )
        self.succeeds(client)
        self.assertIn(expected, client.output.text())

    def test_the_build(self):
        """make itself has nothing to object to; the fixture of the tests has built the same."""
        folder = pathlib.Path(os.environ["MICROPYTHON"]).parent.parent
        source = folder / "micropython-1.25.0"
        pkgconfig, = (folder / "prefix").glob("**/pkgconfig")
        done = subprocess.run(
            ["sh", "-ec", snippets()["build"]], cwd=source, timeout=60, stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT, text=True,
            env={**os.environ, "RSSL": str(SOURCE), "PKG_CONFIG_PATH": str(pkgconfig),
                 "MAKEFLAGS": f"n -- MPY_LIB_DIR={source} BUILD={folder / 'standard'}"},
        )
        self.assertEqual(done.returncode, 0, done.stdout[-2000:])
        self.assertIn("modtls_rssl", done.stdout)

    def test_what_keeps_the_hashes_passes_whole_arguments(self):
        """mbedTLS, which it builds, is not in the tests' source: only make's arguments are looked at."""
        folder = temporary_directory()
        (folder / "build.sh").write_text('#!/bin/sh\nprintf "%s\\0" "$@"\n')
        (folder / "build.sh").chmod(0o755)
        said = subprocess.run(
            ["sh", "-ec", snippets()["kept"]], stdout=subprocess.PIPE, text=True, check=True,
            env={**os.environ, "PATH": f"{folder}:{os.environ['PATH']}"},
        ).stdout
        arguments = said.rstrip("\0").split("\0")
        self.assertEqual(len(arguments), 6, arguments)
        self.assertNotIn("\n", said)


if __name__ == "__main__":
    unittest.main()
