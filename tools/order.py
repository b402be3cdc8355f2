"""Writes cmake/order.ld, which places the functions that most processes run side by side.

A release build of the tests or of the benchmark is needed, with RSSL_PGO=OFF: a profile has some functions
vanish in others. The benchmark's program, linked with the Rust library while that has its functions'
names, runs under valgrind, which tells the functions that are entered. A module most of which is entered
is named as a whole.

Run it again before a release. Names that are gone match nothing, and a function that is new lies with
the rest of the library: the file is never wrong, only less use. From run to run a few lines differ, of
functions that chance or the clock decides about.
"""

import argparse
import pathlib
import re
import subprocess
import sys
import tempfile

ROOT = pathlib.Path(__file__).resolve().parent.parent
# What a process does first is placed first.
WORKLOADS = ("start", "handshakes version=13", "handshakes version=13 resume=1", "handshakes version=12",
             "handshakes version=13 rsa=1", "bulk size=16384", "bulk size=64 tcp=1")
# Of a module's bytes, how many in ten are entered before all of it is placed with them.
MOST = 7
HEADER = """\
/* Written by tools/order.py. What a process runs that starts, connects and talks lies in one piece of
 * the library, so that few of its pages are read and mapped; the rest follows. */
"""


def run(*command, **options):
    return subprocess.run([str(part) for part in command], check=True, stdout=subprocess.PIPE,
                          text=True, **options).stdout


def entered(program, workload, certificates):
    """The names of the functions that a workload enters."""
    with tempfile.NamedTemporaryFile() as out:
        run("valgrind", "--quiet", "--tool=callgrind", "--demangle=no",
            f"--callgrind-out-file={out.name}", program, *workload.split(), "ms=1",
            f"certificates={certificates}")
        return set(re.findall(r"^c?fn=\(\d+\) ([^'\s]+)", pathlib.Path(out.name).read_text(), re.M))


def sections(library_object):
    """The functions that have a section of their own, and their sizes."""
    found = re.findall(r"^ *\d+ \.text\.(\S+) +([0-9a-f]+) ", run("objdump", "-hw", library_object), re.M)
    return {name: int(size, 16) for name, size in found}


def path(function):
    """A function's place among modules, as patterns that hold for another compilation too."""
    function = re.sub(r"\.\d+$", ".*", function)
    if function.startswith("_R"):
        return [re.sub(r"Cs[0-9A-Za-z]+_(?=\d)", "Cs*_", function)]
    if not function.startswith("_ZN"):
        return [re.sub(r"aws_lc_\d+_\d+_\d+_", "aws_lc_*_", function)]
    parts, rest = ["_ZN"], function[3:]
    while match := re.match(r"\d+", rest):
        end = match.end() + int(match.group())
        parts.append(rest[:end])
        rest = rest[end:]
    if re.fullmatch("17h[0-9a-f]{16}", parts[-1]):
        parts[-1:] = ["17h*"]
    return parts


class Module:
    """Functions whose paths begin alike."""

    def __init__(self):
        self.size = self.entered = 0
        self.functions = set()
        self.inside = {}

    def add(self, function, parts, size, is_entered):
        self.size += size
        self.entered += size * is_entered
        self.functions.add(function)
        if parts:
            self.inside.setdefault(parts[0], Module()).add(function, parts[1:], size, is_entered)

    def patterns(self, before=""):
        """Patterns for the functions that are entered, each with all the functions that it is for."""
        if self.entered == 0:
            return
        if not self.inside:
            yield before, self.functions
        elif before not in ("", "_ZN") and self.entered * 10 >= self.size * MOST:
            yield before + "*", self.functions
        else:
            for part, module in sorted(self.inside.items()):
                yield from module.patterns(before + part)


def build_program(library, directory):
    program = directory / "program"
    sources = [source for source in (ROOT / "benches").glob("*.c")
               if not source.stem.startswith("backend_") or source.stem == "backend_rssl"]
    run("cc", "-O2", f"-I{ROOT}/include", *sources, library, "-lgcc_s", "-lm", "-ldl", "-lpthread",
        "-o", program)
    return program


def cargo_output(build):
    """Where the Rust library of a build is; ends the program for a build that would give a poor file."""
    cache = dict(re.findall(r"^(\w+):\w+=(.*)$", (build / "CMakeCache.txt").read_text(), re.M))
    for name, wanted in (("CMAKE_BUILD_TYPE", "Release"), ("RSSL_CRYPTO", "aws-lc-rs"), ("RSSL_PGO", "OFF")):
        if cache.get(name) != wanted:
            sys.exit(f"{build}: {name} is {cache.get(name)}, not {wanted}")
    return pathlib.Path(cache["RSSL_CARGO_TARGET_DIR"], "release")


def order(build):
    """The patterns, with a comment ahead of those that each workload adds."""
    output = cargo_output(build)
    run("cmake", "--build", build, "--target", "rssl", "testca")
    sizes = sections(build / "rssl.o")
    with tempfile.TemporaryDirectory() as directory:
        program = build_program(output / "librssl.a", pathlib.Path(directory))
        certificates = pathlib.Path(directory, "certificates")
        run(output / "testca", certificates)
        for workload in WORKLOADS:
            names = entered(program, workload, certificates)
            tree = Module()
            for function, size in sizes.items():
                tree.add(function, path(function), size, function in names)
            yield f"/* {workload} */"
            for pattern, functions in tree.patterns():
                # Guided by a profile, the compiler puts "hot." or "unlikely." ahead of some names.
                yield f"*(.text*.{pattern})"
                sizes = {name: size for name, size in sizes.items() if name not in functions}


def main():
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("build", type=pathlib.Path, help="a directory that CMake has configured")
    lines = "\n".join(f"    {line}" for line in order(parser.parse_args().build.resolve()))
    text = "SECTIONS\n{\n  .text.used :\n  {\n%s\n  }\n}\nINSERT BEFORE .text;\n" % lines
    (ROOT / "cmake/order.ld").write_text(HEADER + text)


if __name__ == "__main__":
    main()
