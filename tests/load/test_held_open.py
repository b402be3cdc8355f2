"""https_server holds 10,000 connections open, half of them stuck in the ClientHello.

    test_held_open.py [COUNT]

New clients are still served, a connection costs at most 25 kB of resident memory, and when all are
closed the memory is back within 10 % of what it was before.

Resident memory is VmRSS. glibc keeps most of what is freed for allocations to come, so "before" and
"after" are read when it was told to give that back (trim_on_signal.c): what remains is in use. And
"before" is after a first wave of as many connections: the first one leaves pages of which a few
bytes are in use for good. What it leaves is printed, and so is VmRSS as it is untrimmed.

Environment: RSSL_HOLD_OPEN, the program that holds them; RSSL_RUN_UNDER must be
"env LD_PRELOAD=" and the path of the library made of trim_on_signal.c.
"""

import os
import pathlib
import resource
import signal
import subprocess
import sys
import time

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent / "examples"))
from counterparts import HttpsServer, certificate, run  # noqa: E402

CONNECTIONS = 10_000
MOST_KB_EACH = 25
BACK_WITHIN = 1.10
# https_server keeps 64 descriptors for other things.
RESERVED = 128


def resident_kb(server):
    for line in pathlib.Path(f"/proc/{server.process.pid}/status").read_text().splitlines():
        if line.startswith("VmRSS:"):
            return int(line.split()[1])
    raise RuntimeError("https_server is gone")


def open_files(server):
    return len(os.listdir(f"/proc/{server.process.pid}/fd"))


def come_to_rest(server, idle_files):
    """Waits until all connections but the idle ones are gone. Returns the resident memory as it
    is then, and as it is after free memory was given back."""
    deadline = time.monotonic() + 30
    while open_files(server) > idle_files:
        if time.monotonic() > deadline:
            raise SystemExit("FAILED: https_server does not let go of connections that ended")
        time.sleep(0.1)
    untrimmed = resident_kb(server)
    server.process.send_signal(signal.SIGUSR2)
    time.sleep(0.5)
    return untrimmed, resident_kb(server)


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


def wave(server, idle_files, count, failed):
    """Opens and closes count connections. Returns how many it were, the resident memory with all
    of them open, and how long a new client waited at most."""
    holder = Holder(server, count)
    took = max(get(server) for _ in range(5))
    held = resident_kb(server)
    if open_files(server) < idle_files + holder.count:
        failed.append("https_server does not hold all of them")
    holder.close()
    return holder.count, held, took


def main():
    count = count_allowed(int(sys.argv[1]) if len(sys.argv) > 1 else CONNECTIONS)
    failed = []
    with HttpsServer(options=["--handshake-timeout", "0", "--idle-timeout", "0"]) as server:
        idle_files = open_files(server)
        get(server)
        _, fresh = come_to_rest(server, idle_files)
        count, first_held, first_took = wave(server, idle_files, count, failed)
        untrimmed, before = come_to_rest(server, idle_files)
        _, _, took = wave(server, idle_files, count, failed)
        _, after = come_to_rest(server, idle_files)
        get(server)
        status, errors = server.stop()
    each = (first_held - fresh) / count
    took = max(took, first_took)
    print(f"{count} connections, {each:.1f} kB each; a new client takes {took * 1000:.0f} ms\n"
          f"resident kB: {fresh} fresh, {first_held} with the first wave open, {untrimmed} when it "
          f"is closed, {before} trimmed; {after} trimmed after the second ({after / before - 1:+.1%})")
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
