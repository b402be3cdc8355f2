"""https_server holds 10,000 connections open, half of them stuck in the ClientHello.

    test_held_open.py [COUNT]

New clients are still served, a connection costs at most 25 kB of resident memory, and when all are
closed the memory is back within 10 % of what it was before.

Resident memory is VmRSS, and "before" a server that has held 2,000 connections: the pages that any
crowd takes, of code and those in which malloc keeps chunks for the next, are there by then. "after" is
read when the connections are gone, once it is low enough or, at the latest, 15 seconds later:
https_server gives memory back within seconds, not at once.

Environment: RSSL_HOLD_OPEN, the program that holds them.
"""

import os
import pathlib
import resource
import subprocess
import sys
import time

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent / "examples"))
from counterparts import HttpsServer, certificate, run  # noqa: E402

CONNECTIONS = 10_000
MOST_KB_EACH = 25
BACK_WITHIN = 1.10
WARM_UP = 2_000
# https_server keeps 64 descriptors for other things.
RESERVED = 128


def resident_kb(server):
    for line in pathlib.Path(f"/proc/{server.process.pid}/status").read_text().splitlines():
        if line.startswith("VmRSS:"):
            return int(line.split()[1])
    raise RuntimeError("https_server is gone")


def open_files(server):
    return len(os.listdir(f"/proc/{server.process.pid}/fd"))


def wait_for(condition, seconds):
    deadline = time.monotonic() + seconds
    while not condition() and time.monotonic() < deadline:
        time.sleep(0.2)
    return condition()


def come_to_rest(server, idle_files):
    """Waits until all connections but the idle ones are gone."""
    if not wait_for(lambda: open_files(server) <= idle_files, 30):
        raise SystemExit("FAILED: https_server does not let go of connections that ended")


def get(server):
    start = time.monotonic()
    result = run("https_get", "--cafile", certificate("ca.pem"), "localhost", server.port)
    if result.returncode != 0:
        raise SystemExit(f"FAILED: a new client is not served: {result.stderr.decode()}")
    return time.monotonic() - start


class Holder:
    def __init__(self, server, count):
        self.process = subprocess.Popen(
            [os.environ["RSSL_HOLD_OPEN"], str(server.port), certificate("ca.pem"), str(count)],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        said = self.process.stdout.readline().split()
        if said[:1] != ["held"]:
            raise SystemExit(f"FAILED: hold_open ends with status {self.process.wait()}")
        self.count = int(said[1])

    def close(self):
        self.process.communicate("\n", timeout=60)
        if self.process.returncode != 0:
            raise SystemExit(f"FAILED: hold_open ends with status {self.process.returncode}")


def count_allowed(wanted):
    """The programs raise their own soft limits to the hard one, which they inherit."""
    _, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    if hard == resource.RLIM_INFINITY or hard >= wanted + RESERVED:
        return wanted
    try:
        resource.setrlimit(resource.RLIMIT_NOFILE, (wanted + RESERVED, wanted + RESERVED))
        return wanted
    except (OSError, ValueError):
        print(f"{hard - RESERVED} connections instead of {wanted}: the hard limit on open files")
        return hard - RESERVED


def main():
    count = count_allowed(int(sys.argv[1]) if len(sys.argv) > 1 else CONNECTIONS)
    failed = []
    with HttpsServer(options=["--handshake-timeout", "0", "--idle-timeout", "0"]) as server:
        idle_files = open_files(server)
        Holder(server, WARM_UP).close()
        come_to_rest(server, idle_files)
        time.sleep(3)  # in which it gives memory back
        before = resident_kb(server)
        holder = Holder(server, count)
        took = max(get(server) for _ in range(5))
        held = resident_kb(server)
        if open_files(server) < idle_files + holder.count:
            failed.append("https_server does not hold all of them")
        holder.close()
        come_to_rest(server, idle_files)
        wait_for(lambda: resident_kb(server) <= before * BACK_WITHIN, 15)
        after = resident_kb(server)
        get(server)
        status, errors = server.stop()
    each = (held - before) / holder.count
    print(f"{holder.count} connections, {each:.1f} kB each; a new client takes {took * 1000:.0f} ms; "
          f"resident kB: {before} before, {held} held, {after} after ({after / before - 1:+.1%})")
    if each > MOST_KB_EACH:
        failed.append(f"{each:.1f} kB a connection is over {MOST_KB_EACH}")
    if after > before * BACK_WITHIN:
        failed.append(f"{after} kB remain, over {BACK_WITHIN} of {before}")
    if took > 5:
        failed.append(f"a new client waits {took:.1f} seconds")
    if status != 0 or errors:
        failed.append(f"https_server ends with status {status}: {errors}")
    for what in failed:
        print("FAILED:", what)
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
