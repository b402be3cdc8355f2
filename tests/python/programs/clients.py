"""Posts a megabyte to a server that echoes, through a library: clients.py LIBRARY URL CA [CERT KEY].
Prints the length of the echo, or the error that the library gave."""

import asyncio
import os
import ssl
import sys

import audited  # noqa: F401

DATA = os.urandom(1 << 20)


def context(ca, *identity):
    made = ssl.create_default_context(cafile=ca)
    if identity:
        made.load_cert_chain(*identity)
    return made


def by_urllib3(url, ca, *identity):
    import urllib3
    with urllib3.PoolManager(ssl_context=context(ca, *identity), retries=False) as pool:
        return pool.request("POST", url, body=DATA).data


def by_urllib3_settings(url, ca, *identity):
    import urllib3
    names = dict(zip(("cert_file", "key_file"), identity))
    with urllib3.PoolManager(ca_certs=ca, retries=False, **names) as pool:
        return pool.request("POST", url, body=DATA).data


def by_requests(url, ca, *identity):
    import requests
    with requests.Session() as session:
        session.verify, session.cert = ca, identity or None
        first = session.post(url, data=DATA).content
        assert session.post(url, data=first).content == first
        return first


def by_httpx(url, ca, *identity):
    import httpx
    with httpx.Client(verify=context(ca, *identity)) as client:
        return client.post(url, content=DATA).content


def by_httpx_async(url, ca, *identity):
    import httpx

    async def post():
        async with httpx.AsyncClient(verify=context(ca, *identity)) as client:
            return (await client.post(url, content=DATA)).content

    return asyncio.run(post())


def by_aiohttp(url, ca, *identity):
    import aiohttp

    async def post():
        async with aiohttp.ClientSession() as session:
            async with session.post(url, data=DATA, ssl=context(ca, *identity)) as reply:
                return await reply.read()

    return asyncio.run(post())


def by_urllib(url, ca, *identity):
    import urllib.request
    with urllib.request.urlopen(url, DATA, context=context(ca, *identity)) as reply:
        return reply.read()


def main(library, *arguments):
    try:
        echo = globals()["by_" + library](*arguments)
    except Exception as error:
        sys.exit(f"{type(error).__module__}.{type(error).__name__}: {error}")
    assert echo == DATA, f"the echo has {len(echo)} bytes"
    print(len(echo))


if __name__ == "__main__":
    main(*sys.argv[1:])
