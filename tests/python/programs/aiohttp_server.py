"""Answers with what was posted: aiohttp_server.py CERT KEY [CA of clients, who must have a
certificate]"""

import asyncio
import ssl
import sys

from aiohttp import web


async def echo(request):
    return web.Response(body=await request.read())


async def serve(cert, key, ca=None):
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH, cafile=ca)
    context.load_cert_chain(cert, key)
    if ca:
        context.verify_mode = ssl.CERT_REQUIRED
    application = web.Application(client_max_size=1 << 24)
    application.router.add_post("/", echo)
    runner = web.AppRunner(application)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0, ssl_context=context)
    await site.start()
    print(f"https://127.0.0.1:{runner.addresses[0][1]}", flush=True)
    await asyncio.Event().wait()


asyncio.run(serve(*sys.argv[1:]))
