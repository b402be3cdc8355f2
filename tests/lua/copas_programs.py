"""Runs copas's own tests of TLS, on LuaSec and on rssl.compat.luasec.

usage: copas_programs.py COPAS TIMERWHEEL [LUA ...]

COPAS and TIMERWHEEL are directories of the sources; LUA are interpreters, by default lua5.1 and luajit.
Exits with 1 if a test that passes on LuaSec does not on the compatibility layer.
"""

import os
import pathlib
import re
import shutil
import socket
import subprocess
import sys
import tempfile

PROGRAMS = {"tls-sni": "succesfully completed test", "largetransfer": "success!"}
INSTALL = 'require("rssl.compat.luasec").install()'


def free_port(_):
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return str(probe.getsockname()[1])


def passes(lua, compat, copas, timerwheel, name):
    program = copas / "tests" / f"{name}.lua"
    ports = {}
    text = re.sub(r"\b(20000|4950[01])\b", lambda port: ports.setdefault(port[0], free_port(port)),
                  program.read_text())
    program.with_name(f"run-{name}.lua").write_text(text)
    path = f"{copas}/src/?.lua;{timerwheel}/src/?/init.lua;{os.environ.get('LUA_PATH', ';;')}"
    done = subprocess.run([lua, *(["-e", INSTALL] if compat else []), f"tests/run-{name}.lua"], cwd=copas,
                          env={**os.environ, "LUA_PATH": path}, stdout=subprocess.PIPE,
                          stderr=subprocess.STDOUT, text=True, timeout=120)
    passed = done.returncode == 0 and PROGRAMS[name] in done.stdout
    if compat and not passed:
        print(done.stdout)
    return passed


def main():
    source, timerwheel, *interpreters = sys.argv[1:]
    failed = False
    with tempfile.TemporaryDirectory() as directory:
        copas = pathlib.Path(directory) / "copas"
        shutil.copytree(source, copas)
        subprocess.run(["sh", "./all.sh"], cwd=copas / "tests" / "certs", check=True,
                       stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        for lua in interpreters or ("lua5.1", "luajit"):
            for name in PROGRAMS:
                stock, ours = (passes(lua, compat, copas, timerwheel, name) for compat in (False, True))
                failed |= stock and not ours
                print(f"{lua:8} {name:14} LuaSec {'passes' if stock else 'fails':7} "
                      f"rssl {'passes' if ours else 'fails'}", flush=True)
    sys.exit(failed)


if __name__ == "__main__":
    main()
