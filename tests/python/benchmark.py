"""CPU time of one end of a connection, under the standard `ssl` and under rssl: benchmark.py CERT KEY

Each measurement is a process of its own that talks over loopback to a peer; what is counted is the
time of the process measured alone. It is taken three times: both ends under `ssl`, the measured end
switched to rssl, and both ends switched. A peer slower than the measured end lets it sleep and be woken,
which counts too. The rounds of the three are interleaved, and medians are shown.
"""

import importlib
import json
import socket
import statistics
import subprocess
import sys
import time

ROUNDS = 5
BULK = 128 << 20
SMALL = 100
READS = 200_000
ECHOES = 5_000
HANDSHAKES = 300
CASES = ("recv(65536)", "sendall", "recv(100) of pending data", "echo of 100 bytes",
         "handshake, client", "handshake, server")


def client_context(ssl):
    # What is measured is the protocol: throw-away certificates have no authority.
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE
    context.set_ciphers("ECDHE+AESGCM")
    return context


def server_context(ssl, cert, key):
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(cert, key)
    return context


def receive(sock, size, piece=65536):
    while size > 0:
        got = len(sock.recv(min(piece, size)))
        if got == 0:
            raise EOFError(f"{size} bytes are missing")
        size -= got


def send(sock, size):
    block = bytes(1 << 20)
    for _ in range(size // len(block)):
        sock.sendall(block)


def echo(sock, times):
    for _ in range(times):
        receive(sock, SMALL)
        sock.sendall(bytes(SMALL))


def ask(sock, times):
    for _ in range(times):
        sock.sendall(bytes(SMALL))
        receive(sock, SMALL)


def answer(case, connect):
    """The other end of each case."""
    if case.startswith("handshake"):
        for _ in range(HANDSHAKES + 1):
            connect().close()
        return
    with connect() as sock:
        if case == "recv(65536)":
            send(sock, BULK)
        elif case == "sendall":
            receive(sock, BULK)
        elif case == "echo of 100 bytes":
            echo(sock, ECHOES)
        else:
            send(sock, 1 << 20)
            sock.sendall(bytes(READS * SMALL))
        # So that neither end closes before the other has read all.
        sock.sendall(b"x")
        sock.recv(1)


def handshakes(connect):
    connect().close()
    began = time.process_time()
    for _ in range(HANDSHAKES):
        connect().close()
    return (time.process_time() - began) / HANDSHAKES * 1e6, "µs"


def measure(case, connect):
    """What it cost, and the unit."""
    if case.startswith("handshake"):
        return handshakes(connect)
    with connect() as sock:
        if "pending" in case:
            receive(sock, 1 << 20)  # and what comes before data is behind us
        began = time.process_time()
        if case == "recv(65536)":
            receive(sock, BULK)
        elif case == "sendall":
            send(sock, BULK)
        elif case == "echo of 100 bytes":
            ask(sock, ECHOES)
        else:
            receive(sock, READS * SMALL, SMALL)
        took = time.process_time() - began
        receive(sock, 1)
    if case in ("recv(65536)", "sendall"):
        return BULK / took / 1e6, "MB/s"
    return took / (ECHOES if "echo" in case else READS) * 1e6, "µs"


def measured(module, case, peer_module, cert, key):
    wrap = wrapper(module, case.endswith("server"), cert, key)
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = str(listener.getsockname()[1])
        with subprocess.Popen([sys.executable, __file__, "peer", peer_module, case, port, cert, key]):
            print(json.dumps(measure(case, lambda: wrap(listener.accept()[0]))))


def peer(module, case, port, cert, key):
    wrap = wrapper(module, not case.endswith("server"), cert, key)
    answer(case, lambda: wrap(socket.create_connection(("127.0.0.1", int(port)))))


def wrapper(module, server, cert, key):
    ssl = importlib.import_module(module)
    context = server_context(ssl, cert, key) if server else client_context(ssl)

    def wrap(sock):
        sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        return context.wrap_socket(sock, server_side=server)

    return wrap


def one(case, module, peer_module, cert, key):
    done = subprocess.run([sys.executable, __file__, "measured", module, case, peer_module, cert, key],
                          stdout=subprocess.PIPE, check=True, timeout=300)
    return json.loads(done.stdout)


def times_as_fast(value, base, unit):
    return value / base if unit == "MB/s" else base / value


def main(cert, key):
    print(f"{'':28}{'ssl':>8}{'rssl, peer ssl':>22}{'rssl, peer rssl':>22}")
    for case in CASES:
        found = {ends: [] for ends in (("ssl", "ssl"), ("rssl", "ssl"), ("rssl", "rssl"))}
        for _ in range(ROUNDS):
            for (module, peer_module), values in found.items():
                value, unit = one(case, module, peer_module, cert, key)
                values.append(value)
        base, *switched = map(statistics.median, found.values())
        line = f"{case:28}{base:8.2f}"
        for value in switched:
            line += f"{value:12.2f} ({times_as_fast(value, base, unit):.2f} x)"
        print(line, unit, flush=True)


if __name__ == "__main__":
    if len(sys.argv) == 3:
        main(*sys.argv[1:])
    else:
        {"measured": measured, "peer": peer}[sys.argv[1]](*sys.argv[2:])
