"""The part of unittest that the tests under MicroPython use: its own is in another repository."""

import sys


class _Raises:
    def __init__(self, expected):
        self.expected = expected
        self.exception = None

    def __enter__(self):
        return self

    def __exit__(self, kind, exception, traceback):
        assert kind is not None, "%s was not raised" % self.expected.__name__
        self.exception = exception
        return issubclass(kind, self.expected)


class TestCase:
    def setUp(self):
        pass

    def assertEqual(self, first, second):
        assert first == second, "%r is not %r" % (first, second)

    def assertIn(self, member, container):
        assert member in container, "%r is not in %r" % (member, container)

    def assertTrue(self, value):
        assert value, "%r is not true" % (value,)

    def assertIsNone(self, value):
        assert value is None, "%r is not None" % (value,)

    def assertRaises(self, expected, call=None, *args):
        raises = _Raises(expected)
        if call is None:
            return raises
        with raises:
            call(*args)
        return raises


def main():
    """Runs the TestCases of the program, sums up as unittest does, and exits with 1 if one fails."""
    ran = failed = 0
    for name, case in sorted(__import__("__main__").__dict__.items()):
        if not isinstance(case, type) or not issubclass(case, TestCase) or case is TestCase:
            continue
        for test in sorted(dir(case)):
            if test.startswith("test"):
                ran += 1
                failed += not _passes(name, case(), test)
    print("-" * 70)
    print("Ran %d tests\n" % ran)
    if failed:
        print("FAILED (failures=%d, errors=0)" % failed)
        sys.exit(1)
    print("OK")


def _passes(name, case, test):
    try:
        case.setUp()
        getattr(case, test)()
    except Exception as error:
        print("FAIL: %s.%s" % (name, test))
        sys.print_exception(error)
        return False
    print("ok: %s.%s" % (name, test))
    return True
