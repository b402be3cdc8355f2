"""XML-RPC for clients that have a certificate: xmlrpc_server.py CERTFILE KEYFILE CA"""

import sys
from xmlrpc.server import SimpleXMLRPCServer

import rssl as ssl

certfile, keyfile, ca_certs = sys.argv[1:]


class SSLSimpleXMLRPCServer(SimpleXMLRPCServer):
    def get_request(self):
        client, addr = SimpleXMLRPCServer.get_request(self)
        client_ssl = ssl.wrap_socket(client, keyfile=keyfile, certfile=certfile, server_side=True,
                                     cert_reqs=ssl.CERT_REQUIRED, ca_certs=ca_certs)
        return client_ssl, addr


def add(x, y):
    return x + y


serv = SSLSimpleXMLRPCServer(("127.0.0.1", 0), logRequests=False)
serv.register_function(add)
print("port", serv.server_address[1], flush=True)
serv.serve_forever()
