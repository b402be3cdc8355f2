"""Takes mail after STARTTLS alone, and prints it: smtp_server.py CERT KEY"""

import asyncio
import ssl
import sys

from aiosmtpd.smtp import SMTP


class Printing:
    async def handle_DATA(self, server, session, envelope):
        print(session.ssl is not None, envelope.content.decode().strip(), flush=True)
        return "250 OK"


async def serve(cert, key):
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.load_cert_chain(cert, key)
    server = await asyncio.get_running_loop().create_server(
        lambda: SMTP(Printing(), tls_context=context, require_starttls=True), "127.0.0.1", 0)
    print(f"smtp://127.0.0.1:{server.sockets[0].getsockname()[1]}", flush=True)
    await server.serve_forever()


asyncio.run(serve(*sys.argv[1:]))
