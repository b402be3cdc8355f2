# mqtt.py HOST PORT CAFILE TOPIC MESSAGE: subscribes to a topic of an MQTT 3.1.1 broker over TLS,
# publishes the message under it, and prints what the broker delivers.

import socket
import ssl
import struct
import sys

CONNECT = 0x10
CONNACK = 0x20
PUBLISH = 0x30
SUBSCRIBE = 0x82
SUBACK = 0x90
DISCONNECT = 0xE0


def text(value):
    data = value.encode()
    return struct.pack("!H", len(data)) + data


class Client:
    def __init__(self, host, port, cafile):
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
        context.load_verify_locations(cafile=cafile)
        plain = socket.socket()
        plain.connect(socket.getaddrinfo(host, port)[0][-1])
        self.stream = context.wrap_socket(plain, server_hostname=host)
        clean_session = 2
        self.send(CONNECT, text("MQTT") + struct.pack("!BBH", 4, clean_session, 60) + text("librssl"))
        self.expect(CONNACK, b"\0\0")

    def send(self, kind, body):
        header = bytes([kind])
        length = len(body)
        while True:
            more = length > 127
            header += bytes([length % 128 | more << 7])
            length //= 128
            if not more:
                break
        self.stream.write(header + body)

    def exactly(self, n):
        data = b""
        while len(data) < n:
            part = self.stream.read(n - len(data))
            if not part:
                raise EOFError("the broker closed the connection")
            data += part
        return data

    def receive(self):
        kind = self.exactly(1)[0]
        length = shift = 0
        while True:
            digit = self.exactly(1)[0]
            length |= (digit & 127) << shift
            shift += 7
            if not digit & 128:
                return kind, self.exactly(length)

    def expect(self, kind, body):
        answer = self.receive()
        if answer != (kind, body):
            raise OSError("the broker answered %r" % (answer,))

    def subscribe(self, topic):
        self.send(SUBSCRIBE, struct.pack("!H", 1) + text(topic) + b"\0")
        self.expect(SUBACK, struct.pack("!HB", 1, 0))

    def publish(self, topic, message):
        self.send(PUBLISH, text(topic) + message.encode())

    def delivered(self):
        kind, body = self.receive()
        if kind & 0xF0 != PUBLISH:
            raise OSError("no message but packet %#x" % kind)
        length = struct.unpack("!H", body)[0]
        return body[2 : 2 + length].decode(), body[2 + length :].decode()

    def close(self):
        self.send(DISCONNECT, b"")
        self.stream.close()


if __name__ == "__main__":
    host, port, cafile, topic, message = sys.argv[1:]
    client = Client(host, int(port), cafile)
    client.subscribe(topic)
    client.publish(topic, message)
    print("%s: %s" % client.delivered())
    client.close()
