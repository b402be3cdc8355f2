"""https_get and https_server with a proxy between them that damages the connection.

    test_loopback.py [--every N] [--tls 1.2|1.3] [--fault F] [--to client|server] [--offset N]
    test_loopback.py --tls 1.2|1.3 --chop SIZE

Each case ends within 5 seconds. https_get succeeds only with the whole page, and fails with a
reason; https_server survives all of it. Without options, every 13th offset; --every 1 takes all.
A case that fails prints the options that run it again.
"""

import argparse
import concurrent.futures
import pathlib
import subprocess
import sys
import threading
import time

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent / "examples"))
from counterparts import HttpsServer, certificate, command, temporary_directory  # noqa: E402
from proxy import BYTE_FAULTS, END_FAULTS, Proxy  # noqa: E402

SECONDS = 5
AT_ONCE = 16
FAULTS = (*END_FAULTS, *BYTE_FAULTS)
CHOPS = (1, 2, 3, 5, 7, 64, 536, 1460, 4096, 16384)
SMALL = bytes(i * 7 % 251 for i in range(100))
LARGE = bytes(i * 7 % 251 for i in range(20000))


def get(port, tls, path):
    return command("https_get", "--cafile", certificate("ca.pem"), "--connect", "127.0.0.1",
                   "--tls", tls, "localhost", port, path)


def run_case(server, tls, fault=None, to="client", offset=0, chop=65536):
    """Returns what went wrong, or None, and the proxy."""
    path, page = ("/small", SMALL) if chop > 16384 else ("/large", LARGE)
    proxy = Proxy(server.port, fault, to, offset, chop)
    in_time = []
    carrier = threading.Thread(target=lambda: in_time.append(proxy.run(SECONDS)))
    start = time.monotonic()
    carrier.start()
    try:
        client = subprocess.run(get(proxy.port, tls, path), stdin=subprocess.DEVNULL,
                                capture_output=True, timeout=SECONDS, check=False)
    except subprocess.TimeoutExpired:
        return "https_get does not end", proxy
    finally:
        carrier.join()
    took = time.monotonic() - start
    if took > SECONDS or in_time != [True]:
        return f"it took {took:.1f} seconds", proxy
    return judge(client, page, proxy.struck), proxy


def judge(client, page, struck):
    errors = client.stderr.decode()
    if client.returncode == 0:
        return None if client.stdout == page else "https_get takes a part for the whole"
    if client.returncode != 1:
        return f"https_get ends with status {client.returncode}: {errors}"
    if not struck:
        return f"https_get fails without a fault: {errors}"
    if not errors.startswith("https_get: "):
        return "https_get does not say why it fails"
    if "bug in librssl" in errors or "engine failed" in errors:
        return errors
    return None if page.startswith(client.stdout) else "https_get prints what was not sent"


def lengths(server, tls):
    """How many bytes go each way. A signature can make it a few more."""
    wrong, proxy = run_case(server, tls)
    if wrong:
        raise SystemExit(f"TLS {tls} without a fault: {wrong}")
    return {to: passed + 4 for to, passed in proxy.passed.items()}


def faults(options, server):
    for tls in options.tls:
        for to, length in lengths(server, tls).items():
            for number, fault in enumerate(options.fault):
                offsets = range(number % options.every, length, options.every)
                for offset in offsets if options.offset is None else [options.offset]:
                    if to in options.to:
                        yield {"tls": tls, "fault": fault, "to": to, "offset": offset}


def chops(options):
    return [{"tls": tls, "chop": chop} for tls in options.tls for chop in options.chop]


def parse():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--every", type=int, default=13)
    parser.add_argument("--tls", choices=("1.2", "1.3"))
    parser.add_argument("--fault", choices=FAULTS)
    parser.add_argument("--to", choices=("client", "server"))
    parser.add_argument("--offset", type=int)
    parser.add_argument("--chop", type=int)
    options = parser.parse_args()
    options.tls = [options.tls] if options.tls else ["1.2", "1.3"]
    one = options.fault or options.chop
    options.chop = () if options.fault else (options.chop,) if options.chop else CHOPS
    options.fault = (options.fault,) if options.fault else () if one else FAULTS
    options.to = [options.to] if options.to else ["client", "server"]
    return options


def serves(server):
    client = subprocess.run(get(server.port, "1.3", "/small"), stdin=subprocess.DEVNULL,
                            capture_output=True, timeout=SECONDS, check=False)
    return client.returncode == 0 and client.stdout == SMALL


def report(cases, results):
    """Prints the cases that failed and returns how many; and how many faults struck."""
    failed = struck = 0
    for case, (wrong, proxy) in zip(cases, results):
        struck += proxy.struck
        if wrong:
            failed += 1
            again = " ".join(f"--{name} {value}" for name, value in case.items())
            print(f"FAILED {again}: {wrong}", flush=True)
    return failed, struck


def main():
    options = parse()
    directory = temporary_directory()
    (directory / "small").write_bytes(SMALL)
    (directory / "large").write_bytes(LARGE)
    with HttpsServer(directory=directory) as server:
        # One at a time: to move single bytes keeps a processor busy.
        pieces = chops(options)
        failed, _ = report(pieces, (run_case(server, **case) for case in pieces))
        damages = list(faults(options, server))
        with concurrent.futures.ThreadPoolExecutor(AT_ONCE) as pool:
            more, struck = report(damages, pool.map(lambda case: run_case(server, **case), damages))
        failed += more
        if not serves(server):
            failed += 1
            print("FAILED: https_server does not serve any more")
        status, errors = server.stop()
        if status != 0 or errors:
            failed += 1
            print(f"FAILED: https_server ends with status {status}: {errors}")
    print(f"{len(pieces)} chop sizes, {len(damages)} faults, of which {struck} struck; {failed} failed")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
