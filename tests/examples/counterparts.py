"""The programs under test, throw-away certificates, and servers on loopback for them to talk to.

Environment: RSSL_EXAMPLES, the directory of the programs; RSSL_TESTCA, the testca program
(default: built by Cargo); RSSL_RUN_UNDER, a command to run the programs under, such as
"valgrind -q --error-exitcode=99 --leak-check=full".
"""

import atexit
import functools
import os
import pathlib
import shlex
import shutil
import signal
import socket
import ssl
import struct
import subprocess
import tempfile
import threading

EXAMPLES = pathlib.Path(os.environ["RSSL_EXAMPLES"])
RUN_UNDER = shlex.split(os.environ.get("RSSL_RUN_UNDER", ""))
TESTCA = shlex.split(os.environ.get("RSSL_TESTCA", "cargo run --quiet -p testca --"))
TIMEOUT = 300 if RUN_UNDER else 30


def temporary_directory():
    path = pathlib.Path(tempfile.mkdtemp(prefix="rssl-examples-"))
    atexit.register(shutil.rmtree, path, ignore_errors=True)
    return path


@functools.lru_cache(maxsize=None)
def certificates():
    path = temporary_directory()
    subprocess.run([*TESTCA, path], check=True, timeout=600)
    return path


def certificate(name):
    return str(certificates() / name)


def command(program, *arguments):
    return [*RUN_UNDER, str(EXAMPLES / program), *map(str, arguments)]


def run(program, *arguments):
    return subprocess.run(
        command(program, *arguments),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        timeout=TIMEOUT,
        check=False,
    )


def server_context(name="server"):
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate(name + ".pem"), certificate(name + ".key"))
    return context


def client_context(cafile="ca.pem"):
    context = ssl.create_default_context(cafile=certificate(cafile))
    # With it a cut reads like close_notify. OpenSSL 1.1 has no such option.
    context.options &= ~getattr(ssl, "OP_IGNORE_UNEXPECTED_EOF", 0)
    return context


def read_head(connection):
    """Reads up to the empty line that ends a request or the head of a reply."""
    head = b""
    while not head.endswith(b"\r\n\r\n"):
        byte = connection.recv(1)
        if not byte:
            break
        head += byte
    return head


def reset(connection):
    """Closes with a TCP reset."""
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    connection.close()


class Listener:
    """Gives every connection that it accepts on loopback to handle, each in a thread."""

    def __init__(self, handle, host="127.0.0.1"):
        family = socket.AF_INET6 if ":" in host else socket.AF_INET
        self.socket = socket.create_server((host, 0), family=family, backlog=64)
        self.port = self.socket.getsockname()[1]
        self.handle = handle
        self.connections = []
        self.threads = [threading.Thread(target=self.accept, daemon=True)]

    def accept(self):
        while True:
            try:
                connection, _ = self.socket.accept()
            except OSError:
                return
            connection.settimeout(TIMEOUT)
            self.connections.append(connection)
            self.threads.append(threading.Thread(target=self.serve, args=[connection], daemon=True))
            self.threads[-1].start()

    def serve(self, connection):
        try:
            self.handle(connection)
        except OSError:
            pass  # what went wrong shows in the program under test
        finally:
            connection.close()

    def __enter__(self):
        self.threads[0].start()
        return self

    def __exit__(self, *_):
        self.socket.shutdown(socket.SHUT_RDWR)
        self.socket.close()
        for thread in list(self.threads):
            thread.join(TIMEOUT)


class TlsListener(Listener):
    """A Listener whose handler gets TLS connections, closed by close_notify when it returns."""

    def __init__(self, handle, context=None, host="127.0.0.1"):
        super().__init__(handle, host)
        self.context = context or server_context()

    def serve(self, connection):
        try:
            with self.context.wrap_socket(connection, server_side=True) as tls:
                self.handle(tls)
                # unwrap says close_notify, then fails where the client does not answer it, and
                # with ValueError where the handler has closed the connection.
                tls.unwrap()
        except (OSError, ValueError):
            pass
        finally:
            connection.close()


def answering(*reply, seen=None):
    """A handler that answers a request with these bytes, and appends its head to seen."""

    def handle(connection):
        head = read_head(connection)
        if seen is not None:
            seen.append(head)
        for part in reply:
            connection.sendall(part)

    return handle


def reply(body, *fields, status="200 OK"):
    head = [f"HTTP/1.1 {status}", f"Content-Length: {len(body)}", *fields, "", ""]
    return "\r\n".join(head).encode() + body


class HttpsServer:
    """A running https_server with the certificate server.pem."""

    def __init__(self, *arguments, cert=None, key=None, directory=None, options=()):
        cert = cert or certificate("server.pem")
        key = key or certificate("server.key")
        last = [] if directory is None else [directory]
        self.process = subprocess.Popen(
            command("https_server", *arguments, *options, 0, cert, key, *last),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
        )
        line = self.process.stdout.readline().decode()
        if not line.startswith("listening on "):
            _, errors = self.process.communicate(timeout=TIMEOUT)
            raise RuntimeError(f"https_server does not start: {line!r} {errors.decode()}")
        self.port = int(line.rpartition(":")[2])
        self.address = line.split()[2].rpartition(":")[0]

    def __enter__(self):
        return self

    def __exit__(self, *_):
        if self.process.poll() is None:
            self.stop()

    def connect(self, context=None, name="localhost", **options):
        connection = socket.create_connection(("127.0.0.1", self.port), TIMEOUT)
        context = context or client_context()
        # Without that argument recv takes a cut for close_notify.
        options["suppress_ragged_eofs"] = False
        return context.wrap_socket(connection, server_hostname=name, **options)

    def plain(self):
        return socket.create_connection(("127.0.0.1", self.port), TIMEOUT)

    def reload(self):
        """Sends SIGHUP and returns the line that says what came of it."""
        self.process.send_signal(signal.SIGHUP)
        return self.process.stderr.readline().decode()

    def stop(self, number=signal.SIGTERM):
        """Ends the server and returns its exit status and what it reported."""
        self.process.send_signal(number)
        try:
            _, errors = self.process.communicate(timeout=TIMEOUT)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.communicate()
            raise
        return self.process.returncode, errors.decode()
