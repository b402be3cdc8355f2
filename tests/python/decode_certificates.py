"""Writes how an `_ssl` decodes each of the certificate files on standard input, one JSON text a
line: decode_certificates.py _ssl|rssl._ssl"""

import importlib
import json
import sys

module = importlib.import_module(sys.argv[1])
for path in sys.stdin.read().splitlines():
    try:
        decoded = module._test_decode_cert(path)
    except Exception as error:
        decoded = "refused: " + type(error).__name__
    print(json.dumps([path, decoded]))
