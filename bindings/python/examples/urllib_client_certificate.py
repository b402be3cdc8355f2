"""urllib with a client certificate: urllib_client_certificate.py URL CERTFILE KEYFILE CA"""

import sys

import rssl

rssl.install()  # before what imports ssl

import http.client
import urllib.request

url, certfile, keyfile, ca = sys.argv[1:]


class HTTPSClientAuthHandler(urllib.request.HTTPSHandler):
    def __init__(self, key, cert):
        super().__init__()
        self.context = rssl.create_default_context(cafile=ca)
        self.context.load_cert_chain(cert, key)

    def https_open(self, request):
        return self.do_open(self.connection, request)

    def connection(self, host, timeout=300):
        return http.client.HTTPSConnection(host, timeout=timeout, context=self.context)


opener = urllib.request.build_opener(HTTPSClientAuthHandler(keyfile, certfile))
with opener.open(url) as response:
    print(response.read().decode())
