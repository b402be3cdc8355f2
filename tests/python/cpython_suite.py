"""Runs a suite of the interpreter's own tests with `ssl` replaced: cpython_suite.py SUITE [PATTERN].

The interpreter that runs this must find replaced/ and the package on PYTHONPATH. What is left out,
and why, is in left_out.txt; the file minimum.txt says how many tests must pass, so that a suite
which skips itself is noticed. No libssl and no stock _ssl may be in the process in the end.
Exit status: 0, or 1 if anything failed, or 77 if this interpreter has no tests.
"""

import faulthandler
import fnmatch
import importlib
import os
import pathlib
import sys
import tempfile
import unittest

HERE = pathlib.Path(__file__).resolve().parent
VERSION = "%d.%d" % sys.version_info[:2]
# Distributions bring tests of later releases into theirs.
RELEASE = "%d.%d.%d" % sys.version_info[:3]
SECONDS_A_TEST = 150  # test_venv installs pip
SUITES = {
    "ssl": ["test_ssl"],
    "http": ["test_httplib", "test_httpservers", "test_urllib2_localnet", "test_urllib",
             "test_urllib2"],
    "mail": ["test_ftplib", "test_poplib", "test_imaplib", "test_smtplib", "test_nntplib"],
    "asyncio": ["test_asyncio.test_sslproto", "test_asyncio.test_ssl", "test_asyncio.test_streams",
                "test_asyncio.test_events", "test_asyncio.test_server",
                "test_asyncio.test_sock_lowlevel", "test_asyncio.test_selector_events",
                "test_asyncio.test_unix_events", "test_asyncio.test_sendfile",
                "test_asyncio.test_buffered_proto"],
    "misc": ["test_xmlrpc", "test_docxmlrpc", "test_logging", "test_venv"],
}


def table(name):
    """The rows of a file: whitespace between the columns, the last of which may have it too."""
    for line in (HERE / name).read_text().splitlines():
        if line and not line.startswith("#"):
            yield line.split(None, 2)


def left_out():
    """Patterns of test names, and why they are left out of this version's run."""
    return [(pattern, reason) for versions, pattern, reason in table("left_out.txt")
            if {"all", VERSION, RELEASE} & set(versions.split(","))]


def minimum(suite):
    counts = {version: int(count) for name, version, count in table("minimum.txt") if name == suite}
    return counts.get(RELEASE, counts.get(VERSION, 1))


def flat(tests):
    for test in tests:
        if isinstance(test, unittest.TestSuite):
            yield from flat(test)
        else:
            yield test


class Result(unittest.TextTestResult):
    """Ends the process with a traceback of every thread where a test does not end."""

    passed = 0

    def startTest(self, test):
        faulthandler.dump_traceback_later(SECONDS_A_TEST, exit=True)
        super().startTest(test)
        self.stream.flush()

    def stopTest(self, test):
        faulthandler.cancel_dump_traceback_later()
        super().stopTest(test)

    def addSuccess(self, test):
        super().addSuccess(test)
        self.passed += 1


def load(suite, chosen):
    """The tests of a suite, without those left out, which are printed."""
    tests = []
    reasons = left_out()
    for name in SUITES[suite]:
        try:
            module = importlib.import_module("test." + name)
        except ModuleNotFoundError as error:
            if not ("test." + name).startswith(error.name):
                raise
            print(f"no {name} in Python {VERSION}")
            continue
        except unittest.SkipTest as error:
            print(f"{name} skips itself: {error}")
            continue
        for test in flat(unittest.defaultTestLoader.loadTestsFromModule(module)):
            name = test.id()[len("test."):]
            reason = next((why for pattern, why in reasons if fnmatch.fnmatchcase(name, pattern)),
                          None)
            if reason:
                print(f"left out: {name}: {reason}")
            elif fnmatch.fnmatchcase(name, chosen):
                tests.append(test)
    return unittest.TestSuite(tests)


def strangers():
    """What is mapped into this process and belongs to OpenSSL's ssl."""
    with open("/proc/self/maps") as maps:
        paths = {line.split(None, 5)[5].strip() for line in maps if "/" in line}
    return sorted(path for path in paths
                  if os.path.basename(path).startswith(("libssl", "_ssl."))
                  and "/rssl/" not in path)


def main(suite, chosen="*"):
    if not (pathlib.Path(os.__file__).parent / "test" / "test_ssl.py").exists():
        print(f"Python {VERSION} comes without its tests")
        return 77
    import ssl
    from test import support

    assert ssl.__name__ == "rssl", f"{ssl} is not replaced"
    support.use_resources = []  # no network
    tests = load(suite, chosen)
    with tempfile.TemporaryDirectory(prefix="rssl-cpython-") as work:
        os.chdir(work)
        outcome = unittest.TextTestRunner(verbosity=2, resultclass=Result).run(tests)
        os.chdir("/")
    found, wanted = strangers(), minimum(suite) if chosen == "*" else 1
    print(f"Python {sys.version.split()[0]}, {ssl.OPENSSL_VERSION}: {outcome.passed} passed "
          f"({wanted} at least), {len(outcome.failures) + len(outcome.errors)} failed, "
          f"{len(outcome.skipped)} skipped; mapped of OpenSSL's ssl: {', '.join(found) or 'nothing'}")
    return 0 if outcome.wasSuccessful() and outcome.passed >= wanted and not found else 1


if __name__ == "__main__":
    status = main(*sys.argv[1:])
    sys.stdout.flush()
    os._exit(status)  # the threads that tests have left do not hold it
