"""A web site behind basic authentication (admin, password): password_server.py CERTCHAIN KEY"""

import base64
import sys
from http.server import HTTPServer, SimpleHTTPRequestHandler

import rssl as ssl


class BasicAuthHandler(SimpleHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def allowed(self):
        kind, _, credentials = self.headers.get("Authorization", "").partition(" ")
        return kind == "Basic" and base64.b64decode(credentials) == b"admin:password"

    def refuse(self):
        self.send_response(401)
        self.send_header("WWW-Authenticate", 'Basic realm="Protected"')
        self.send_header("Content-Length", "0")
        self.end_headers()

    def do_HEAD(self):
        if self.allowed():
            super().do_HEAD()
        else:
            self.refuse()

    def do_GET(self):
        if self.allowed():
            super().do_GET()
        else:
            self.refuse()


context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
context.load_cert_chain(*sys.argv[1:])
context.set_alpn_protocols(["http/1.1"])
httpd = HTTPServer(("127.0.0.1", 0), BasicAuthHandler)
httpd.socket = context.wrap_socket(httpd.socket, server_side=True)
print("port", httpd.server_port, flush=True)
httpd.serve_forever()
