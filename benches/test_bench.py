"""The benchmark runs all of its workloads, and its report is whole.

Nothing is said of how fast anything is. Environment: BENCH_PROGRAMS, the directory of the peers'
programs; RSSL_TESTCA, what makes certificates.
"""

import json
import os
import pathlib
import subprocess
import sys
import tempfile
import unittest
import xml.etree.ElementTree as ElementTree

HERE = pathlib.Path(__file__).resolve().parent
PROGRAMS = pathlib.Path(os.environ["BENCH_PROGRAMS"]).resolve()
PICTURES = {"handshakes.svg", "data.svg", "scale.svg"}
SVG = "{http://www.w3.org/2000/svg}"

# A peer that says what it is and then fails.
BROKEN = """#!/bin/sh
[ "$1" = about ] || { echo "out of order" >&2; exit 3; }
printf 'name\\tGnuTLS\\nlibrary\\tnone\\nnewest\\t13\\nfull_duplex\\t1\\nknown_chains\\t0\\n'
"""


def run(programs, out):
    return subprocess.run(
        [sys.executable, "-B", HERE / "run.py", "--programs", programs, "--out", out,
         "--testca", os.environ["RSSL_TESTCA"], "--seconds", "1", "--rounds", "1",
         "--held", "100", "--probes", "3"],
        capture_output=True, text=True)


def tables(report):
    """Of each table the rows, as lists of cells."""
    found, rows = [], []
    for line in report.splitlines() + [""]:
        if line.startswith("|"):
            rows.append([cell.strip() for cell in line.strip("|").split("|")])
        elif rows:
            found.append(rows)
            rows = []
    return found


class WholeRun(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.directory = tempfile.TemporaryDirectory()
        cls.addClassCleanup(cls.directory.cleanup)
        cls.out = pathlib.Path(cls.directory.name)
        cls.result = run(PROGRAMS, cls.out)

    def setUp(self):
        self.assertEqual(self.result.returncode, 0, self.result.stdout + self.result.stderr)
        self.results = json.loads((self.out / "results.json").read_text())
        self.abouts = list(self.results["peers"].values())

    def test_all_programs_are_measured(self):
        built = {path.name for path in PROGRAMS.glob("bench_*") if path.is_file()}
        self.assertEqual({f"bench_{peer}" for peer in self.results["peers"]}, built)
        self.assertIn("librssl", [about["name"] for about in self.abouts])

    def test_every_cell_is_filled_that_can_be(self):
        found = tables((self.out / "report.md").read_text())
        self.assertEqual(len(found), 4)
        for head, _, *rows in found[:3]:
            self.assertEqual(head[1:], [about["name"] for about in self.abouts])
            for title, *cells in rows:
                for about, cell in zip(self.abouts, cells, strict=True):
                    cannot = (about["newest"] == 12 and title.startswith("TLS 1.3")) or (
                        title.endswith("chain known") and not about["known_chains"])
                    self.assertEqual(cell == "—", cannot, f"{title}, {about['name']}: {cell}")

    def test_peers_negotiate_the_same(self):
        for peer, about in self.results["peers"].items():
            for key, cipher in (("aes_16k", "AES.?128.GCM"), ("chacha_16k", "CHACHA20.POLY1305")):
                negotiated = self.results["samples"][key][peer]["negotiated"][0]
                self.assertRegex(negotiated, cipher)
                if about["newest"] == 13:
                    self.assertRegex(negotiated, "(?i)1.3 .* x25519$")

    def test_pictures_are_well_formed_and_within_their_frame(self):
        for name in PICTURES:
            root = ElementTree.parse(self.out / name).getroot()
            self.assertEqual(root.tag, SVG + "svg")
            width, height = float(root.get("width")), float(root.get("height"))
            bars = [rect for rect in root.iter(SVG + "rect") if rect.get("class") == "bar"]
            self.assertGreaterEqual(len(bars), 4 * len(self.abouts))
            for bar in bars:
                self.assertGreater(float(bar.get("width")), 0)
                self.assertLess(float(bar.get("x")) + float(bar.get("width")), width)
                self.assertLess(float(bar.get("y")) + float(bar.get("height")), height)

    def test_the_same_results_give_the_same_pictures(self):
        before = {name: (self.out / name).read_bytes() for name in PICTURES}
        subprocess.run([sys.executable, "-B", HERE / "report.py", self.out / "results.json"],
                       check=True, stdout=subprocess.DEVNULL)
        self.assertEqual(before, {name: (self.out / name).read_bytes() for name in PICTURES})

    def test_progress_is_shown(self):
        self.assertRegex(self.result.stdout,
                         r"(?m)^\[\d\d:\d\d left\] round 1 of 1, TLS 1.3, P-256: librssl \d")


class Failures(unittest.TestCase):
    def test_what_fails_or_is_missing_is_named(self):
        with tempfile.TemporaryDirectory() as directory:
            programs, out = pathlib.Path(directory, "programs"), pathlib.Path(directory, "out")
            programs.mkdir()
            (programs / "bench_rssl").symlink_to(PROGRAMS / "bench_rssl")
            (programs / "bench_gnutls").write_text(BROKEN)
            (programs / "bench_gnutls").chmod(0o755)
            result = run(programs, out)
            self.assertEqual(result.returncode, 1, result.stdout + result.stderr)
            report = (out / "report.md").read_text()
        self.assertIn("Left out: GnuTLS: TLS 1.2, P-256: out of order.", report)
        self.assertIn("Left out: openssl: its library was not there", report)

    def test_bad_options_are_refused(self):
        program = PROGRAMS / "bench_rssl"
        for arguments, why in ((["bulk", "size=0"], "size=0"), (["bulk", "sized=1"], "sized=1"),
                               (["handshakes", "certificates=/nowhere"], "/nowhere"),
                               (["nothing"], "usage:")):
            result = subprocess.run([program, *arguments], capture_output=True, text=True)
            self.assertNotEqual(result.returncode, 0)
            self.assertIn(why, result.stderr)


if __name__ == "__main__":
    unittest.main()
