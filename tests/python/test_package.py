"""The package is built and installed as users do it: over an installed librssl, and as a wheel with
its own inside; then it takes the place of `ssl` in a virtual environment.

Environment: RSSL_SOURCE, RSSL_BUILD, CARGO_TARGET_DIR, where the library has been built.
"""

import importlib.util
import os
import pathlib
import re
import shutil
import subprocess
import sys
import unittest
import zipfile

from ends import temporary_directory

SOURCE = pathlib.Path(os.environ["RSSL_SOURCE"])
BUILD = os.environ["RSSL_BUILD"]
BINDING = SOURCE / "bindings" / "python"
SHOW = "import ssl, _ssl; print(ssl.__name__, _ssl.__name__, __name__, sys.argv[1:])"


def run(*command, status=0, **env):
    settings = {name: value for name, value in os.environ.items()
                if name not in ("PYTHONPATH", "PKG_CONFIG_PATH", "RSSL_SOURCE")}
    done = subprocess.run(list(map(str, command)), env={**settings, **env}, timeout=400,
                          stdout=subprocess.PIPE, stderr=subprocess.STDOUT, stdin=subprocess.DEVNULL,
                          universal_newlines=True)
    if done.returncode != status:
        raise AssertionError(f"{command} exited with {done.returncode}:\n{done.stdout}")
    return done.stdout


class Environment:
    """A virtual environment that has setuptools of the Python around it."""

    def __init__(self, directory):
        run(sys.executable, "-m", "venv", "--system-site-packages", directory)
        self.python = directory / "bin" / "python"

    def pip(self, *arguments, **env):
        return run(self.python, "-m", "pip", "--disable-pip-version-check", *arguments, **env)

    def build(self, kind, *arguments, **env):
        """pip without the network."""
        return self.pip(kind, "--no-index", "--no-build-isolation", "--no-deps", *arguments, **env)


def copy_of_the_binding(directory):
    """pip writes into what it builds."""
    return shutil.copytree(BINDING, directory / "binding",
                           ignore=shutil.ignore_patterns("build", "*.egg-info"))


class OverAnInstalledLibrary(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.work = temporary_directory()
        tree = copy_of_the_binding(cls.work)
        prefix = cls.work / "prefix"
        run("cmake", "--install", BUILD, "--prefix", prefix)
        libraries, = {path.parent for path in prefix.glob("lib*/**/librssl.so")}
        cls.environment = Environment(cls.work / "environment")
        cls.environment.build("install", tree, PKG_CONFIG_PATH=str(libraries / "pkgconfig"))
        cls.python = cls.environment.python
        cls.program = cls.work / "program.py"
        cls.program.write_text("import sys\n" + SHOW + "\nprint(sys.path[0])\n")

    def test_version(self):
        version, = re.findall('^version = "(.*)"', (SOURCE / "Cargo.toml").read_text(), re.M)
        self.assertIn(f"Version: {version}\n", self.environment.pip("show", "rssl"))

    def test_instead_of_ssl(self):
        out = run(self.python, "-c", "import rssl as ssl, sys; print('ssl' in sys.modules, "
                  "'_ssl' in sys.modules, ssl.create_default_context().minimum_version.name, "
                  "ssl.OPENSSL_VERSION)")
        self.assertRegex(out, r"^False False TLSv1_2 OpenSSL .*rssl")

    def test_program(self):
        shown = "rssl rssl._ssl __main__ "
        self.assertEqual(run(self.python, "-m", "rssl", self.program, "a", "-m"),
                         f"{shown}['a', '-m']\n{self.work}\n")
        self.assertEqual(run(self.python, "-m", "rssl", "-c", "import sys;" + SHOW, "b"),
                         f"{shown}['b']\n")
        out = run("sh", "-c", 'cd "$0" && exec "$1" -m rssl -m program c', self.work, self.python)
        self.assertEqual(out, f"{shown}['c']\n{self.work}\n")

    def test_program_that_fails(self):
        self.assertIn("usage: python -m rssl", run(self.python, "-m", "rssl", status=2))
        self.assertIn("usage: python -m rssl", run(self.python, "-m", "rssl", "-m", status=2))
        self.assertIn("usage: python -m rssl", run(self.python, "-m", "rssl", "-x", status=2))
        run(self.python, "-m", "rssl", "-c", "raise SystemExit(3)", status=3)
        self.assertIn("ZeroDivisionError", run(self.python, "-m", "rssl", "-c", "1/0", status=1))
        self.assertIn("missing.py", run(self.python, "-m", "rssl", "missing.py", status=1))

    def test_install(self):
        run(self.python, "-c", "import rssl; rssl.install(); rssl.install(); import ssl, _ssl, asyncio,"
            " urllib.request; assert ssl is rssl is urllib.request.ssl and _ssl is rssl._ssl")

    def test_install_too_late(self):
        out = run(self.python, "-c", "import http.client, rssl; rssl.install()", status=1)
        self.assertIn("RuntimeError: rssl.install() must come first: ssl is loaded already, "
                      "by http.client", out)
        run(self.python, "-c", "import http.client, ssl, sys, rssl\n"
            "try: rssl.install()\n"
            "except RuntimeError: assert sys.modules['ssl'] is ssl is http.client.ssl")

    def test_pickled_by_name(self):
        run(self.python, "-m", "rssl", "-c", "import pickle, ssl\n"
            "for value in ssl.CERT_REQUIRED, ssl.TLSVersion.TLSv1_3, ssl.SSLContext:\n"
            "    assert pickle.loads(pickle.dumps(value)) is value")


class Wheel(unittest.TestCase):
    def test_wheel_carries_the_library(self):
        work = temporary_directory()
        tree = copy_of_the_binding(work)
        environment = Environment(work / "environment")
        environment.build("wheel", "-w", work, tree, RSSL_BUNDLED="1", RSSL_SOURCE=str(SOURCE),
                          CMAKE_ARGS="-DRSSL_PGO=OFF")
        path, = work.glob("*.whl")
        if sys.version_info >= (3, 11):
            self.assertIn("-cp311-abi3-linux_", path.name)
        with zipfile.ZipFile(path) as wheel:
            names = wheel.namelist()
            extension, = (name for name in names if name.endswith(".so"))
            wheel.extract(extension, work)
        self.assertEqual([name for name in names if not re.match(
            r"rssl/(\w+\.pyi?|py\.typed|_ssl\.\S*so)$|rssl-\S+\.dist-info/", name)], [])
        dynamic = run("readelf", "--dynamic", work / extension)
        self.assertNotIn("librssl", dynamic)
        self.assertNotIn("PATH", dynamic)
        shown = run("nm", "-D", "--defined-only", work / extension).split()[2::3]
        self.assertEqual(shown, ["PyInit__ssl"])
        environment.build("install", path)
        self.assertIn("rssl", run(environment.python, "-m", "rssl", "-c",
                                  "import ssl; print(ssl.OPENSSL_VERSION)"))


class Missing(unittest.TestCase):
    def test_no_library_and_no_tree(self):
        work = temporary_directory()
        tree = copy_of_the_binding(work)
        environment = Environment(work / "environment")
        with self.assertRaisesRegex(AssertionError, "rssl needs librssl: pkg-config finds none"):
            environment.build("wheel", "-w", work, tree, PKG_CONFIG="false")


if __name__ == "__main__":
    for module in ("setuptools", "wheel", "pip", "ensurepip"):
        if importlib.util.find_spec(module) is None:
            print(f"skipped: {sys.executable} has no {module}")
            sys.exit(77)
    unittest.main(verbosity=2)
