"""Whoever imports this fails in the end if OpenSSL's ssl is mapped into the process."""

import atexit
import os
import re
import sys


def audit():
    with open("/proc/self/maps") as maps:
        strangers = set(re.findall(r"\S*/libssl\S*|\S*/lib-dynload/_ssl\S*", maps.read()))
    if strangers:
        print("mapped:", *strangers, file=sys.stderr, flush=True)
        os._exit(3)


atexit.register(audit)
