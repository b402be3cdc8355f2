"""starttls_smtp against a mail server that knows EHLO, STARTTLS and QUIT."""

import unittest

from counterparts import Listener, certificate, run, server_context


def read_line(connection):
    line = b""
    while not line.endswith(b"\n"):
        byte = connection.recv(1)
        if not byte:
            raise ConnectionError("the client hung up")
        line += byte
    return line.strip().decode()


class MailServer(Listener):
    def __init__(self, offer="STARTTLS", answer=b"220 go ahead\r\n", identity="server"):
        super().__init__(self.handle_mail)
        self.offer, self.answer, self.context = offer, answer, server_context(identity)
        self.commands = []

    def expect(self, connection, answer):
        self.commands.append(read_line(connection))
        connection.sendall(answer)

    def handle_mail(self, plain):
        plain.sendall(b"220-mail.rssl.test\r\n220 ready\r\n")
        self.expect(plain, f"250-mail.rssl.test\r\n250-SIZE 1000\r\n250 {self.offer}\r\n".encode())
        self.expect(plain, self.answer)
        with self.context.wrap_socket(plain, server_side=True) as tls:
            self.expect(tls, b"250-mail.rssl.test\r\n250 AUTH PLAIN\r\n")
            self.expect(tls, b"221 bye\r\n")
            tls.unwrap()


class StartTls(unittest.TestCase):
    def talk(self, **options):
        with MailServer(**options) as server:
            result = run("starttls_smtp", "--cafile", certificate("ca.pem"), "--connect",
                         "127.0.0.1", "server.rssl.test", server.port)
            self.commands = server.commands
        return result

    def fails(self, result, fact):
        self.assertEqual(result.returncode, 1)
        self.assertIn(fact, result.stderr.decode())
        self.assertLess(len(self.commands), 3, "something was said over TLS")

    def test_capabilities_before_and_after(self):
        result = self.talk()
        self.assertEqual(result.returncode, 0, result.stderr.decode())
        self.assertEqual(self.commands, ["EHLO localhost", "STARTTLS", "EHLO localhost", "QUIT"])
        plain, _, tls = result.stdout.decode().partition("* TLSv1.3")
        self.assertIn("< 250 STARTTLS\n", plain)
        self.assertIn("< 250 AUTH PLAIN\n", tls)

    def test_not_offered(self):
        self.fails(self.talk(offer="HELP"), "STARTTLS is not offered")

    def test_refused(self):
        self.fails(self.talk(answer=b"454 not now\r\n"), "454")

    def test_plain_text_put_in_behind_the_answer(self):
        self.fails(self.talk(answer=b"220 go ahead\r\n250 injected\r\n"), "plain text")

    def test_unverified_server(self):
        self.fails(self.talk(identity="wrong-name"), "wrong.rssl.test")

    def test_wrong_arguments(self):
        self.assertEqual(run("starttls_smtp", "localhost").returncode, 2)


if __name__ == "__main__":
    unittest.main()
