"""The MicroPython end.

Environment: MICROPYTHON, the program, and what tests/interop/programs.py names; that folder is on
PYTHONPATH.
"""

import os
import pathlib

from openssl_ends import OpensslCase
from programs import certificate

HERE = pathlib.Path(__file__).resolve().parent
EXAMPLES = HERE.parent.parent / "bindings" / "micropython" / "examples"


class MicroPythonCase(OpensslCase):
    def micropython(self, program, *arguments):
        environment = {**os.environ, "MICROPYPATH": f".frozen:{HERE / 'lib'}"}
        return self.start(os.environ["MICROPYTHON"], program, *arguments, env=environment)

    def micropython_server(self, program, *arguments):
        """Started with a certificate for localhost on a port that the system chooses."""
        server = self.micropython(
            program, *arguments, 0, certificate("server.pem"), certificate("server.key")
        )
        server.port = server.listening_port()
        return server

    def says(self, process, text):
        """Its exit status is 0 and its output is text."""
        self.succeeds(process)
        self.assertEqual(process.output.text(), text, process)
