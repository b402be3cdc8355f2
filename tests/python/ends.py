"""Throw-away certificates, and the ends that the tests let talk on loopback.

Environment: RSSL_TESTCA, the program that makes the certificates; PYTHONPATH, the package.
"""

import atexit
import contextlib
import functools
import os
import pathlib
import shutil
import socket
import subprocess
import sys
import tempfile
import threading

TIMEOUT = 30


def temporary_directory():
    path = pathlib.Path(tempfile.mkdtemp(prefix="rssl-python-"))
    atexit.register(shutil.rmtree, path, ignore_errors=True)
    return path


@functools.lru_cache(maxsize=None)
def certificates():
    path = temporary_directory()
    subprocess.run([os.environ["RSSL_TESTCA"], path], check=True, timeout=300)
    return path


def certificate(name):
    return str(certificates() / name)


def pair(name):
    """The arguments of load_cert_chain."""
    return certificate(name + ".pem"), certificate(name + ".key")


def trusting(ca="ca.pem"):
    """The environment in which the default trust roots are this authority's."""
    return {**os.environ, "SSL_CERT_FILE": certificate(ca), "SSL_CERT_DIR": ""}


def run(program, *arguments, ca="ca.pem", **options):
    """Runs a Python program to its end. Warnings about what it does as of old are no errors."""
    return subprocess.run([sys.executable, *map(str, [program, *arguments])], env=trusting(ca),
                          stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
                          universal_newlines=True, timeout=TIMEOUT, **options)


class Server:
    """A Python program which prints "port N" once it listens."""

    def __init__(self, program, *arguments, **options):
        self.process = subprocess.Popen(
            [sys.executable, *map(str, [program, *arguments])], env=trusting(),
            stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
            universal_newlines=True, **options)
        line = self.process.stdout.readline()
        if not line.startswith("port "):
            self.process.kill()
            raise RuntimeError(f"{program} does not start: {line}{self.process.communicate()[1]}")
        self.port = int(line.split()[1])

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.stop()

    def stop(self):
        """Ends it, and returns what it wrote to its standard output and error."""
        if self.process.poll() is None:
            self.process.terminate()
        if not hasattr(self, "output"):
            self.output = self.process.communicate(timeout=TIMEOUT)
        return "".join(self.output)


@contextlib.contextmanager
def serving(handle, host="127.0.0.1", family=socket.AF_INET):
    """Gives each connection to a listener to handle, in a thread; yields the port. What handle
    raises and is no OSError, fails the test when the block ends."""
    failures, threads = [], []

    def serve(connection):
        try:
            with connection:
                handle(connection)
        except OSError:
            pass  # shows at the other end
        except BaseException as failure:
            failures.append(failure)

    def accept():
        while True:
            try:
                connection, _ = listener.accept()
            except OSError:
                return
            connection.settimeout(TIMEOUT)
            threads.append(threading.Thread(target=serve, args=[connection], daemon=True))
            threads[-1].start()

    with socket.create_server((host, 0), family=family) as listener:
        acceptor = threading.Thread(target=accept, daemon=True)
        acceptor.start()
        try:
            yield listener.getsockname()[1]
        finally:
            listener.shutdown(socket.SHUT_RDWR)
            acceptor.join(TIMEOUT)
            for thread in threads:
                thread.join(TIMEOUT)
    if failures:
        raise failures[0]
