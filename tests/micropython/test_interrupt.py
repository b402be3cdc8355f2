"""KeyboardInterrupt in the middle of librssl: nothing crashes, and the next call works."""

import signal
import socket
import time
import unittest

from micropython_ends import HERE, MicroPythonCase
from programs import certificate


class Interrupt(MicroPythonCase):
    def test_a_handshake_that_waits(self):
        with socket.create_server(("127.0.0.1", 0)) as listener:
            client = self.micropython(HERE / "wait_for_ever.py", listener.getsockname()[1])
            for count in range(1, 11):
                with listener.accept()[0] as stream:
                    self.assertTrue(stream.recv(1))  # the ClientHello: it waits for the answer
                    client.process.send_signal(signal.SIGINT)
                    client.output.wait_for(rb"interrupted\n", count)

    def test_in_the_library_itself(self):
        self.interrupted_often("load_for_ever.py", certificate("many-cas.pem"))

    def test_in_what_only_asks(self):
        self.interrupted_often("ask_for_ever.py")

    def interrupted_often(self, program, *arguments):
        worker = self.micropython(HERE / program, *arguments)
        worker.output.wait_for(rb"ready\n")
        for count in range(1, 101):
            time.sleep(0.001 * (count % 7))
            worker.process.send_signal(signal.SIGINT)
            worker.output.wait_for(rb"interrupted\n", count)
        self.assertIsNone(worker.process.poll(), worker)


if __name__ == "__main__":
    unittest.main()
