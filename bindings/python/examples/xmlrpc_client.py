"""Adds on an XML-RPC server: xmlrpc_client.py HOST PORT CERTFILE KEYFILE CA X Y"""

import sys

import rssl

rssl.install()  # before what imports ssl

from xmlrpc.client import ServerProxy

hostname, port, certfile, keyfile, ca, x, y = sys.argv[1:]
context = rssl.create_default_context(cafile=ca)
context.load_cert_chain(certfile, keyfile)
with ServerProxy(f"https://{hostname}:{port}/", context=context) as server:
    print(server.add(int(x), int(y)))
