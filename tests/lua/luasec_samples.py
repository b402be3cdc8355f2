"""Runs the sample programs of LuaSec's source, on LuaSec itself and on rssl.compat.luasec.

usage: luasec_samples.py SOURCE [LUA ...]

SOURCE is a directory of LuaSec's source; LUA are interpreters, by default lua5.1, lua5.3, lua5.4 and
luajit. Exits with 1 if a sample that LuaSec passes comes out differently on the compatibility layer.
"""

import difflib
import pathlib
import re
import shutil
import subprocess
import sys
import tempfile
import time

from loopback_port import free_port

# directory: (server, client), both relative to samples/.
PAIRS = {name: (f"{name}/server.lua", f"{name}/client.lua") for name in (
    "oneshot", "loop", "loop-gc", "want", "wantread", "digest", "info", "chain", "alpn", "verify",
    "sni", "verification/success", "verification/fail-string", "verification/fail-table")}
PAIRS["multicert (rsa)"] = ("multicert/server.lua", "multicert/client-rsa.lua")
PAIRS["multicert (ecdsa)"] = ("multicert/server.lua", "multicert/client-ecdsa.lua")
ENDLESS = ("loop", "loop-gc")
ENOUGH = 20  # rounds of an endless sample
PATIENCE = 60  # seconds that a program may take on a busy machine
BY_LINE = 'io.stdout:setvbuf("line")'
INSTALL = BY_LINE + 'require("rssl.compat.luasec").install()'


def prepared(source, work):
    """A copy of the samples with certificates, for a protocol that can be spoken today."""
    samples = work / "samples"
    shutil.copytree(source / "samples", samples)
    for directory, script in (("certs", "all.sh"), ("multicert", "gencerts.sh"), ("key", "genkey.sh")):
        subprocess.run(["sh", f"./{script}"], cwd=samples / directory, check=True,
                       stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    # The sample of names asks for a second server certificate that no script makes.
    for suffix in (".pem", "key.pem"):
        shutil.copy(samples / "certs" / f"serverB{suffix}", samples / "certs" / f"serverAA{suffix}")
    for program in samples.rglob("*.lua"):
        program.write_text(re.sub(r'"tlsv1"', '"any"', program.read_text()))
    return samples


def started(lua, compat, program, port, output):
    text = re.sub(r"\b8888\b", str(port), program.read_text())
    run = program.with_name(f"run-{program.name}")
    run.write_text(text)
    return subprocess.Popen([lua, "-e", INSTALL if compat else BY_LINE, run.name],
                            cwd=program.parent, stdout=output, stderr=subprocess.STDOUT,
                            stdin=subprocess.DEVNULL)


def listening(port):
    """Whether a server listens, asked without connecting: the samples accept once."""
    wanted = f":{port:04X} 00000000:0000 0A"
    return wanted in pathlib.Path("/proc/net/tcp").read_text()


def finished(process, seconds):
    try:
        return process.wait(seconds)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()
        return "still running"


def pair(lua, compat, samples, name):
    """What the server and the client of a sample did: exit status and words."""
    server_program, client_program = (samples / path for path in PAIRS[name])
    port = free_port()
    with tempfile.TemporaryFile("w+") as server_said, tempfile.TemporaryFile("w+") as client_said:
        server = started(lua, compat, server_program, port, server_said)
        deadline = time.monotonic() + PATIENCE
        while time.monotonic() < deadline and not listening(port) and server.poll() is None:
            time.sleep(0.02)
        client = started(lua, compat, client_program, port, client_said)
        if name in ENDLESS:
            deadline = time.monotonic() + PATIENCE
            while time.monotonic() < deadline and client.poll() is None and server.poll() is None:
                client_said.seek(0)
                if client_said.read().count("loop test") >= ENOUGH:
                    break
                time.sleep(0.1)
            ended = client.poll(), server.poll()
            for process in client, server:
                finished(process, 0)
            client_said.seek(0)
            return "rounds" if client_said.read().count("loop test") >= ENOUGH else ("few", ended)
        statuses = finished(client, PATIENCE), finished(server, PATIENCE)
        said = []
        for file in server_said, client_said:
            file.seek(0)
            said.append(comparable(file.read()))
    return statuses, said


def comparable(text):
    """Without addresses, and without order where a sample walks through a table."""
    text = re.sub(r"0x[0-9a-f]+", "0x", text).replace("run-", "")
    return sorted(line.rstrip() for line in text.splitlines())


def loaded_key(lua, compat, samples):
    directory = samples / "key"
    # Without the first case, which asks for the password at the terminal.
    program = re.sub(r"ctx, err = ssl.newcontext\(cfg\)\nassert\(ctx, err\)\nprint\(\"Shell: ok\"\)\n", "",
                     (directory / "loadkey.lua").read_text())
    (directory / "run-loadkey.lua").write_text(program)
    done = subprocess.run([lua, "-e", INSTALL if compat else BY_LINE, "run-loadkey.lua"], cwd=directory,
                          stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, timeout=PATIENCE)
    return done.returncode, comparable(done.stdout)


def outcome(lua, compat, samples, name):
    return loaded_key(lua, compat, samples) if name == "key" else pair(lua, compat, samples, name)


def passes(result):
    """Whether both programs of a sample ended as they should."""
    return result == "rounds" or result[0] in (0, (0, 0))


def differences(stock, ours):
    """What the programs said and how they ended, where that differs."""
    def lines(result):
        if isinstance(result, str) or not isinstance(result[1], list):
            return [str(result)]
        return [str(result[0]), *(word for said in result[1]
                                  for word in ([said] if isinstance(said, str) else said))]
    return [line for line in difflib.unified_diff(lines(stock), lines(ours), "LuaSec", "rssl", "", "", 0, "")
            if not line.startswith("@@")][2:12]


def main():
    source, interpreters = pathlib.Path(sys.argv[1]), sys.argv[2:]
    failed = False
    with tempfile.TemporaryDirectory() as directory:
        samples = prepared(source, pathlib.Path(directory))
        for lua in interpreters or ("lua5.1", "lua5.3", "lua5.4", "luajit"):
            for name in (*PAIRS, "key"):
                stock = outcome(lua, False, samples, name)
                ours = outcome(lua, True, samples, name)
                same = passes(stock) == passes(ours)
                failed |= not same
                print(f"{lua:8} {name:26} LuaSec {'passes' if passes(stock) else 'fails':7} "
                      f"rssl {'passes' if passes(ours) else 'fails':7} "
                      f"{'same words' if stock == ours else 'other words'}", flush=True)
                for line in differences(stock, ours):
                    print(f"    {line}")
    sys.exit(failed)


if __name__ == "__main__":
    main()
