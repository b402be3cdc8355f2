"""MicroPython's own tests of ssl and tls, by its own runners: upstream.py SOURCE PROGRAM VARIANT.

SOURCE is MicroPython's tree, PROGRAM the build of its unix port's VARIANT. Tests of two instances
use port 8000: each runs in a network namespace of its own. Exits with 77 where there can be none.
"""

import os
import pathlib
import re
import subprocess
import sys
import tempfile

HERE = pathlib.Path(__file__).resolve().parent
TIMEOUT = 120
NAMESPACE = ["unshare", "--map-root-user", "--net"]

NO_DTLS = "DTLS, which librssl does not have"
CBC = "a list of CBC ciphers, which librssl does not have"
SMALL_KEY = "an RSA key of 1024 bits; test_stream.py has the same with 2048"

LEFT_OUT = {
    "extmod/tls_dtls.py": NO_DTLS,
    "multi_net/tls_dtls_server_client.py": NO_DTLS,
    "extmod/tls_sslcontext_ciphers.py": CBC,
    "multi_net/sslcontext_server_client_ciphers.py": CBC,
    "extmod/ssl_poll.py": SMALL_KEY,
    "extmod/ssl_keycert_pkcs8.py": "asks for mbedTLS by name, and has an RSA key of 512 bits",
    "multi_net/sslcontext_verify_time_error.py": "its server has a certificate that is not its "
    "key's, which librssl refuses to load; test_page.py has an expired one with its own key",
}

PSK = "pre-shared keys, which librssl does not have"

# They call ioctl, which programs reach in this variant alone.
COVERAGE = {"extmod/ssl_ioctl.py"}


def left_out(name):
    """Why a test is not run, or None."""
    return PSK if "_psk" in name else LEFT_OUT.get(name)


def found(tests):
    """The names of all tests of ssl and tls that need no network."""
    patterns = ("extmod/ssl_*.py", "extmod/tls_*.py", "multi_net/*ssl*.py", "multi_net/*tls*.py")
    return sorted({str(path.relative_to(tests)) for pattern in patterns for path in tests.glob(pattern)})


class Runner:
    def __init__(self, source, program):
        self.tests = source / "tests"
        self.program = program
        self.path = f".frozen:{HERE / 'lib'}:{source / 'extmod'}"

    def run(self, name):
        """Its verdict ("pass", "skip" or something else), and what the runner said."""
        with tempfile.TemporaryDirectory() as results:
            if name.startswith("multi_net/"):
                return self.verdict(self.in_namespace(self.two_instances(name)), r"on \S+: *(?:.*\n)*?(pass|skip)\b")
            return self.verdict(self.one_instance(name, results), r"^(pass|skip)\s")

    def one_instance(self, name, results):
        return ["python3", "run-tests.py", "-j1", "--keep-path", "-r", results, name]

    def two_instances(self, name):
        usage = subprocess.run(["python3", "run-multitests.py", "--help"], cwd=self.tests,
                               stdout=subprocess.PIPE, text=True, check=True).stdout
        option = "-t" if "--test-instance" in usage else "-i"
        instance = f"exec:{self.program},MICROPYPATH={self.path}"
        return ["python3", "run-multitests.py", option, instance, option, instance, name]

    def in_namespace(self, command):
        return [*NAMESPACE, "sh", "-c", 'ip link set lo up && exec "$@"', "sh", *command]

    def verdict(self, command, pattern):
        environment = {**os.environ, "MICROPY_MICROPYTHON": str(self.program), "MICROPYPATH": self.path}
        done = subprocess.run(command, cwd=self.tests, env=environment, timeout=TIMEOUT,
                              stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                              stderr=subprocess.STDOUT, text=True)
        match = re.search(pattern, done.stdout, re.M)
        return match[1] if match else "FAIL", done.stdout


def namespaces():
    return subprocess.run([*NAMESPACE, "true"], stderr=subprocess.DEVNULL).returncode == 0


def main():
    source, program, variant = pathlib.Path(sys.argv[1]), sys.argv[2], sys.argv[3]
    runner = Runner(source, program)
    names = found(runner.tests)
    failed = sorted(set(LEFT_OUT) - set(names)) + ["no tests found"] * (not names)
    impossible = [] if namespaces() else [name for name in names if name.startswith("multi_net/")]
    for name in names:
        if left_out(name):
            print(f"left out  {name}: {left_out(name)}", flush=True)
        elif name in impossible:
            print(f"skipped   {name}: no network namespaces here", flush=True)
        elif not passes(runner, name, variant):
            failed.append(name)
    print(f"failed: {' '.join(failed) or 'none'}")
    sys.exit(1 if failed else 77 if impossible else 0)


def passes(runner, name, variant):
    verdict, said = runner.run(name)
    print(f"{verdict:9} {name}", flush=True)
    if verdict == "pass" or verdict == "skip" and name in COVERAGE and variant != "coverage":
        return True
    print(said, flush=True)
    return False


if __name__ == "__main__":
    main()
