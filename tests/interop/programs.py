"""Starting programs, talking to them through pipes, and ending them by their process id.

Environment: RSSL_PEER and RSSL_CIPHERS, the programs of this directory; RSSL_EXAMPLES, the directory of the example
programs; RSSL_TESTCA, the program that makes the certificates.
"""

import array
import atexit
import fcntl
import functools
import os
import pathlib
import re
import shutil
import subprocess
import tempfile
import termios
import threading
import time
import unittest

TIMEOUT = 30  # seconds, for whatever a test waits for

PACKAGES = {
    "openssl": "openssl",
    "certtool": "gnutls-bin",
    "gnutls-cli": "gnutls-bin",
    "gnutls-serv": "gnutls-bin",
    "nginx": "nginx-light",
    "curl": "curl",
    "mosquitto": "mosquitto",
    "tshark": "tshark",
}


@functools.lru_cache(maxsize=None)
def program(name):
    """The path of another implementation's program. A test without it has failed."""
    path = shutil.which(name, path=os.environ["PATH"] + ":/usr/sbin")
    if path is None:
        raise AssertionError(
            f"{name} is not installed: run tools/setup.sh test, or install the package "
            f"{PACKAGES[name]}"
        )
    return path


def temporary_directory():
    path = pathlib.Path(tempfile.mkdtemp(prefix="rssl-interop-"))
    atexit.register(shutil.rmtree, path, ignore_errors=True)
    return path


@functools.lru_cache(maxsize=None)
def certificates():
    path = temporary_directory()
    subprocess.run([os.environ["RSSL_TESTCA"], path], check=True, timeout=TIMEOUT)
    return path


def certificate(name):
    return str(certificates() / name)


class Stream:
    """What a program writes, read by a thread as it comes."""

    def __init__(self, pipe, owner):
        self.pipe = pipe
        self.owner = owner
        self.data = bytearray()
        self.ended = False
        self.changed = threading.Condition()
        self.thread = threading.Thread(target=self.read, daemon=True)
        self.thread.start()

    def read(self):
        while True:
            part = self.pipe.read(65536)
            with self.changed:
                self.data += part
                self.ended = not part
                self.changed.notify_all()
                if self.ended:
                    return

    def wait_until(self, condition, what):
        with self.changed:
            self.changed.wait_for(lambda: condition() or self.ended, TIMEOUT)
            if not condition():
                end = "the output ended" if self.ended else "nothing more came"
                raise AssertionError(f"{end} before {what}: {self.owner}")

    def wait_for(self, pattern, count=1):
        """Waits for bytes that match a regular expression, count times; returns the first match."""
        if isinstance(pattern, str):
            pattern = pattern.encode()
        self.wait_until(lambda: len(re.findall(pattern, self.data)) >= count, repr(pattern))
        with self.changed:
            return re.search(pattern, bytes(self.data))

    def take(self, size):
        """Removes and returns the first size bytes, when they are there."""
        self.wait_until(lambda: len(self.data) >= size, f"{size} bytes")
        with self.changed:
            taken = bytes(self.data[:size])
            del self.data[:size]
        return taken

    def text(self):
        with self.changed:
            return self.data.decode(errors="replace")


class Process:
    """A running program. output and errors are None where they were redirected."""

    def __init__(self, *command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, **options):
        self.command = [str(word) for word in command]
        self.process = subprocess.Popen(
            self.command, bufsize=0, stdin=stdin, stdout=stdout, stderr=subprocess.PIPE, **options
        )
        self.output = Stream(self.process.stdout, self) if self.process.stdout else None
        self.errors = Stream(self.process.stderr, self)

    def write(self, data):
        try:
            self.process.stdin.write(data)
        except BrokenPipeError:
            raise AssertionError(f"no longer reads: {self}") from None

    def write_command(self, data):
        """Writes data and waits until the program has read it: what follows is another read."""
        self.write(data)
        left = array.array("i", [1])
        deadline = time.monotonic() + TIMEOUT
        while left[0] > 0 and time.monotonic() < deadline:
            fcntl.ioctl(self.process.stdin, termios.FIONREAD, left)
            time.sleep(0.001)

    def close_input(self):
        if self.process.stdin:
            self.process.stdin.close()

    def wait(self):
        """Returns the exit status of a program that ends by itself."""
        try:
            status = self.process.wait(TIMEOUT)
        except subprocess.TimeoutExpired:
            raise AssertionError(f"does not end: {self}") from None
        self.join()
        return status

    def finish(self):
        """Ends the program's input and returns its exit status."""
        self.close_input()
        return self.wait()

    def end(self):
        """Ends the program, however it is."""
        try:
            self.close_input()
        except OSError:
            pass  # it no longer reads
        if self.process.poll() is None:
            self.process.kill()
            self.process.wait()
        self.join()

    def join(self):
        for stream in (self.output, self.errors):
            if stream:
                stream.thread.join(TIMEOUT)
                stream.pipe.close()

    def listening_port(self):
        """The IPv4 port that the program listens on, as soon as it does."""
        deadline = time.monotonic() + TIMEOUT
        while time.monotonic() < deadline and self.process.poll() is None:
            port = listening_port(self.process.pid)
            if port:
                return port
            time.sleep(0.01)
        raise AssertionError(f"does not listen: {self}")

    def __str__(self):
        output = self.output.text() if self.output else ""
        return f"{' '.join(self.command)}\n{output[-2000:]}\n{self.errors.text()[-2000:]}"


def listening_port(pid):
    sockets = set()
    for entry in pathlib.Path(f"/proc/{pid}/fd").iterdir():
        try:
            sockets.add(os.readlink(entry))
        except OSError:
            pass  # closed meanwhile
    for line in pathlib.Path("/proc/net/tcp").read_text().splitlines()[1:]:
        fields = line.split()
        if fields[3] == "0A" and f"socket:[{fields[9]}]" in sockets:
            return int(fields[1].rpartition(":")[2], 16)
    return None


class Case(unittest.TestCase):
    """Ends what a test starts."""

    maxDiff = None

    def start(self, *command, **options):
        process = Process(*command, **options)
        self.addCleanup(process.end)
        return process

    def succeeds(self, process):
        """Ends the process's input; its exit status must be 0."""
        self.assertEqual(process.finish(), 0, process)
