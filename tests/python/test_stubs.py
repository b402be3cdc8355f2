"""The type stubs say of the module what it is: mypy.stubtest compares them.

Environment: RSSL_PROGRAMS, the python of the virtual environment that has mypy.
"""

import os
import pathlib
import shutil
import subprocess
import sys
import tempfile
import unittest

import rssl

BINDING = pathlib.Path(__file__).resolve().parents[2] / "bindings" / "python"
PYTHON = os.environ["RSSL_PROGRAMS"]
# Of the package's own modules, which have no stubs, nothing is asked.
SETTINGS = """
[mypy]
[mypy-rssl._additions,rssl._install,rssl._legacy,rssl._stdlib,rssl.__main__]
ignore_errors = True
"""
PROGRAM = """
import socket
import rssl as ssl
context: ssl.SSLContext = ssl.create_default_context(cadata="-----BEGIN")
context.set_groups("X25519")
context.minimum_version = ssl.TLSVersion.TLSv1_3
with context.wrap_socket(socket.socket(), server_hostname="localhost") as wrapped:
    group: str | None = wrapped.group()
"""


class Stubs(unittest.TestCase):
    def setUp(self):
        directory = tempfile.TemporaryDirectory(prefix="rssl-python-")
        self.addCleanup(directory.cleanup)
        self.work = pathlib.Path(directory.name)
        package = shutil.copytree(pathlib.Path(rssl.__file__).parent, self.work / "rssl",
                                  ignore=shutil.ignore_patterns("__pycache__"))
        for name in ("__init__.pyi", "py.typed"):
            shutil.copy(BINDING / "rssl" / name, package)
        (self.work / "mypy.ini").write_text(SETTINGS)

    def mypy(self, *arguments):
        done = subprocess.run([PYTHON, "-m", *arguments], cwd=self.work, stdout=subprocess.PIPE,
                              stderr=subprocess.STDOUT, text=True, timeout=300,
                              env={**os.environ, "PYTHONPATH": str(self.work)})
        return done.returncode, done.stdout

    def test_agree_with_the_module(self):
        status, said = self.mypy("mypy.stubtest", "rssl", "--mypy-config-file", "mypy.ini", "--concise")
        self.assertEqual(status, 0, said)

    def test_check_a_program(self):
        (self.work / "good.py").write_text(PROGRAM)
        (self.work / "bad.py").write_text(PROGRAM + "number: int = wrapped.group()\n")
        self.assertEqual(self.mypy("mypy", "good.py")[0], 0, self.mypy("mypy", "good.py")[1])
        self.assertEqual(self.mypy("mypy", "bad.py")[0], 1)


if __name__ == "__main__":
    if not os.path.exists(PYTHON):
        print(f"skipped: {PYTHON} is not there: the programs could not be installed")
        sys.exit(77)
    unittest.main(verbosity=2)
