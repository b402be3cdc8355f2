# wait_for_ever.py PORT: shakes hands with 127.0.0.1, which never answers; says what interrupted it,
# and shakes hands anew.

import gc
import socket
import ssl
import sys


def handshake(port):
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.verify_mode = ssl.CERT_NONE
    plain = socket.socket()
    plain.connect(socket.getaddrinfo("127.0.0.1", port)[0][-1])
    try:
        context.wrap_socket(plain)
    finally:
        plain.close()


while True:
    try:
        handshake(int(sys.argv[1]))
    except KeyboardInterrupt:
        print("interrupted")
    gc.collect()
