# https_get.py HOST PORT PATH [CAFILE]: prints a page fetched over TLS. The certificate and the name
# are checked, against the authorities of CAFILE or those of the operating system.

import socket
import ssl
import sys


def connect(host, port, cafile=None):
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    if cafile is None:
        context.load_default_certs()
    else:
        context.load_verify_locations(cafile=cafile)
    plain = socket.socket()
    plain.connect(socket.getaddrinfo(host, port)[0][-1])
    return context.wrap_socket(plain, server_hostname=host)


def get(host, port, path, cafile=None):
    stream = connect(host, port, cafile)
    request = "GET %s HTTP/1.0\r\nHost: %s\r\n\r\n" % (path, host)
    stream.write(request.encode())
    while True:
        data = stream.read(4096)
        if not data:
            break
        sys.stdout.write(data)
    stream.close()


if __name__ == "__main__":
    host, port, path = sys.argv[1:4]
    get(host, int(port), path, *sys.argv[4:])
