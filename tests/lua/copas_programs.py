"""Runs copas's own tests of TLS, and its http client, on LuaSec and on rssl.compat.luasec.

usage: copas_programs.py COPAS [LUA ...]

COPAS is a directory of copas's source; LUA are interpreters, by default lua5.1 and luajit. Exits with 1
if a program does not pass on the compatibility layer.
"""

import contextlib
import http.server
import os
import pathlib
import re
import shutil
import ssl
import subprocess
import sys
import tempfile
import threading

from loopback_port import free_port

HERE = pathlib.Path(__file__).resolve().parent
TESTS = {"tls-sni": "succesfully completed test", "largetransfer": "success!"}
INSTALL = 'require("rssl.compat.luasec").install()'

# Three requests at once, each of more than fits into the buffers of the kernel.
CLIENT = """
local copas = require "copas"
local http = require "copas.http"
local done = 0
for _ = 1, 3 do
  copas.addthread(function()
    local body, code = http.request(arg[1])
    assert(code == 200, code)
    assert(body == ("0123456789abcdef"):rep(262144))
    done = done + 1
  end)
end
copas.loop()
assert(done == 3)
"""


class Page(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        body = b"0123456789abcdef" * 262144
        self.send_response(200)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_):
        pass


@contextlib.contextmanager
def https_server(certificates):
    """The URL of a server in a thread."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificates / "serverA.pem", certificates / "serverAkey.pem")
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), Page) as server:
        server.socket = context.wrap_socket(server.socket, server_side=True,
                                            do_handshake_on_connect=False)
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"https://localhost:{server.server_port}/"
        server.shutdown()


def run(lua, compat, copas, *arguments):
    path = f"{copas}/src/?.lua;{HERE}/copas/?.lua;{os.environ.get('LUA_PATH', ';;')}"
    return subprocess.run([lua, *(["-e", INSTALL] if compat else []), *arguments], cwd=copas,
                          env={**os.environ, "LUA_PATH": path}, stdout=subprocess.PIPE,
                          stderr=subprocess.STDOUT, text=True, timeout=240)


def own_test(lua, compat, copas, name):
    ports = {}
    text = re.sub(r"\b(20000|4950[01])\b", lambda port: ports.setdefault(port[0], str(free_port())),
                  (copas / "tests" / f"{name}.lua").read_text())
    (copas / "tests" / f"run-{name}.lua").write_text(text)
    done = run(lua, compat, copas, f"tests/run-{name}.lua")
    return done.returncode == 0 and TESTS[name] in done.stdout, done.stdout


def http_client(lua, compat, copas, _):
    (copas / "client.lua").write_text(CLIENT)
    with https_server(copas / "tests" / "certs") as url:
        done = run(lua, compat, copas, "client.lua", url)
    return done.returncode == 0, done.stdout


def main():
    source, *interpreters = sys.argv[1:]
    programs = {**dict.fromkeys(TESTS, own_test), "copas.http": http_client}
    failed = False
    with tempfile.TemporaryDirectory() as directory:
        copas = pathlib.Path(directory) / "copas"
        shutil.copytree(source, copas)
        subprocess.run(["sh", "./all.sh"], cwd=copas / "tests" / "certs", check=True,
                       stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        for lua in interpreters or ("lua5.1", "luajit"):
            for name, outcome in programs.items():
                stock, _ = outcome(lua, False, copas, name)
                ours, said = outcome(lua, True, copas, name)
                failed |= not ours
                print(f"{lua:8} {name:14} LuaSec {'passes' if stock else 'fails':7} "
                      f"rssl {'passes' if ours else 'fails'}", flush=True)
                if not ours:
                    print(said)
    sys.exit(failed)


if __name__ == "__main__":
    main()
