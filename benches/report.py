"""Tables and pictures of a run: report.py RESULTS.JSON writes them beside it, anew."""

import json
import pathlib
import statistics
import sys

import picture
from workloads import CONNECTIONS, DATA, HANDSHAKES, PROXY, START, THREADS

NONE = "—"


def brief(metrics):
    """The newest sample, for the progress: its numbers if they are few."""
    numbers = [values[-1] for values in metrics.values() if not isinstance(values[-1], str)]
    return " / ".join(digits(value) for value in numbers) if len(numbers) <= 2 else "done"


def digits(value):
    """Three significant digits or more, and no exponent."""
    for places, limit in ((2, 10), (1, 100)):
        if value < limit:
            return f"{value:.{places}f}"
    return f"{value:.0f}"


class Figures:
    """Medians of the samples."""

    def __init__(self, results):
        self.results = results
        self.peers = list(results["peers"])
        self.names = [about["name"] for about in results["peers"].values()]

    def of(self, peer, workload, *metrics):
        """The medians of some metrics, or None where the peer has no samples of them."""
        samples = self.results["samples"].get(workload.key, {}).get(peer)
        if samples is None:
            return None
        return [statistics.median(samples[metric]) for metric in metrics]

    def row(self, title, workload, *metrics, least=False):
        """A table's row: a cell for each peer, the best of each metric in bold."""
        cells = [self.of(peer, workload, *metrics) for peer in self.peers]
        return [title, *bold_best(cells, least)]

    def empty(self, row):
        return all(cell == NONE for cell in row[1:])


def bold_best(cells, least):
    best = [(min if least else max)(values) for values in zip(*(c for c in cells if c))]
    return [NONE if cell is None else
            " / ".join(f"**{digits(value)}**" if digits(value) == digits(top) else digits(value)
                       for value, top in zip(cell, best))
            for cell in cells]


def table(head, rows):
    """Markdown that is aligned as plain text too."""
    widths = [max(len(row[i]) for row in [head, *rows]) for i in range(len(head))]
    lines = [head, ["-" * width for width in widths], *rows]
    return "\n".join("| " + " | ".join(cell.ljust(width) for cell, width in zip(line, widths))
                     + " |" for line in lines)


def libraries(figures):
    rows = []
    for peer, about in figures.results["peers"].items():
        samples = figures.results["samples"].get(DATA[0].key, {}).get(peer, {})
        rows.append([about["name"], about["library"], samples.get("negotiated", [NONE])[-1]])
    return table(["library", "version", "negotiated"], rows)


def handshakes(figures):
    rows = [figures.row(w.title, w, "client_us", "server_us", least=True) for w in HANDSHAKES]
    rows.append(figures.row(START.title, START, "start_us", least=True))
    rows = [row for row in rows if not figures.empty(row)]
    return table(["µs, client / server", *figures.names], rows)


def data(figures):
    rows = [figures.row(w.title, w, "send_mbps", "receive_mbps") for w in DATA]
    return table(["MB/s, send / receive", *figures.names], rows)


def held_stages(results):
    return [results["held"] // 1000, results["held"] // 10, results["held"]]


def scale(figures):
    rows = [figures.row(f"handshakes a second, {w.title}", w, "per_second") for w in THREADS]
    rows.append(["2 threads to 1", *(ratio(figures.of(peer, THREADS[1], "per_second"),
                                           figures.of(peer, THREADS[0], "per_second"))
                                     for peer in figures.peers)])
    stages = held_stages(figures.results)
    for stage in stages:
        metrics = [f"client_us_{stage}", f"server_us_{stage}"]
        rows.append(figures.row(f"handshake, µs, client / server, {stage:,} connections open",
                                CONNECTIONS, *metrics, least=True))
    few, held = stages[0], stages[-1]
    rows.append([f"{held:,} connections to {few:,}",
                 *(ratio(figures.of(peer, CONNECTIONS, f"client_us_{held}", f"server_us_{held}"),
                         figures.of(peer, CONNECTIONS, f"client_us_{few}", f"server_us_{few}"))
                   for peer in figures.peers)])
    rows.append(figures.row("heap of an idle connection, bytes, client / server", CONNECTIONS,
                            f"client_bytes_{stages[1]}", f"server_bytes_{stages[1]}", least=True))
    rows.append(figures.row("proxy, MB/s", PROXY, "mbps"))
    rows.append(figures.row("proxy, CPU µs for a MB", PROXY, "us_per_mb", least=True))
    abouts = figures.results["peers"].values()
    rows.append(["proxy, its two threads", *("at once" if about["full_duplex"] else "with a lock"
                                             for about in abouts)])
    return table(["", *figures.names], rows)


def ratio(figures, base):
    return f"{sum(figures) / sum(base):.2f}" if figures and base else NONE


def text(figures):
    results = figures.results
    machine = results["machine"]
    load = " and ".join(f"{value:.1f}" for value in results["load"])
    known = any(about["known_chains"] for about in results["peers"].values())
    notes = [f"{about['name']} speaks TLS 1.2 only: so are its figures where no version is named."
             for about in results["peers"].values() if about["newest"] == 12]
    notes.append("A full handshake verifies leaf, intermediate and name each time."
                 if not known else "A full handshake verifies leaf, intermediate and name each "
                 "time, also in librssl, whose memory of known chains is off except in its row.")
    notes += [f"Left out: {what}: {why}." for what, why in results["left_out"].items()]
    return "\n\n".join([
        f"{machine['cpu']}, {machine['cores']} cores, {machine['system']}, {results['date']}. "
        f"Medians of {results['rounds']} round{'s' * (results['rounds'] > 1)}, "
        f"{results['seconds']} s in all; load average before and after: {load}. "
        f"The best of each row is bold.",
        handshakes(figures), data(figures), scale(figures), libraries(figures), *notes,
    ]) + "\n"


def write(results, out):
    """Writes report.md and the pictures into a directory. Returns the report."""
    figures = Figures(results)
    report = text(figures)
    pictures = {
        "handshakes.svg": ("Handshakes", handshake_panels(figures)),
        "data.svg": ("Data", data_panels(figures)),
        "scale.svg": ("Threads, connections, a proxy", scale_panels(figures)),
    }
    for name, (title, panels) in pictures.items():
        (out / name).write_text(picture.draw(title, panels), encoding="utf-8")
    links = "\n".join(f"![{title}]({name})" for name, (title, _) in pictures.items())
    (out / "report.md").write_text(f"# Benchmark\n\n{report}\n{links}\n", encoding="utf-8")
    return report


def panel(figures, title, note, values):
    """values: of a peer, a list of numbers, or None."""
    bars = [picture.Bar(name, values(peer)) for peer, name in zip(figures.peers, figures.names)]
    return picture.Panel(title, note, [bar for bar in bars if bar.values])


def handshake_panels(figures):
    def per_second(workload):
        def values(peer):
            cost = figures.of(peer, workload, "client_us", "server_us")
            return cost and [1e6 / sum(cost)]
        return values

    def start(peer):
        cost = figures.of(peer, START, "start_us")
        return cost and [cost[0] / 1e3]

    note = "handshakes a second of CPU, both sides"
    panels = [panel(figures, w.title, note, per_second(w)) for w in HANDSHAKES]
    panels.append(panel(figures, "Process start to first handshake", "ms of CPU, less is better",
                        start))
    return [p for p in panels if p.bars]


def data_panels(figures):
    return [panel(figures, f"{w.title}, {way}", f"MB {way} for a second of CPU",
                  lambda peer, w=w, metric=metric: figures.of(peer, w, metric))
            for w in DATA if w.pictured
            for way, metric in (("sent", "send_mbps"), ("received", "receive_mbps"))]


def scale_panels(figures):
    stages = held_stages(figures.results)

    def threads(peer):
        both = [figures.of(peer, workload, "per_second") for workload in THREADS]
        return [values[0] for values in both] if all(both) else None

    def held(peer):
        costs = [figures.of(peer, CONNECTIONS, f"client_us_{stage}", f"server_us_{stage}")
                 for stage in stages]
        return [1e6 / sum(cost) for cost in costs] if all(costs) else None

    def heap(side):
        def values(peer):
            found = figures.of(peer, CONNECTIONS, f"{side}_bytes_{stages[1]}")
            return found and [found[0] / 1e3]
        return values

    def megabytes(peer):
        found = figures.of(peer, PROXY, "us_per_mb")
        return found and [1e6 / found[0]]

    opened = ", ".join(f"{stage:,}" for stage in stages[:-1]) + f" and {stages[-1]:,}"
    return [
        panel(figures, "Handshakes on 1 and on 2 threads", "a second, by the clock", threads),
        panel(figures, f"With {opened} connections open",
              "handshakes a second of CPU, both sides", held),
        panel(figures, "Heap of an idle connection, server", "kB, less is better", heap("server")),
        panel(figures, "Heap of an idle connection, client", "kB, less is better", heap("client")),
        panel(figures, "Proxy, a thread each way", "MB a second, by the clock",
              lambda peer: figures.of(peer, PROXY, "mbps")),
        panel(figures, "Proxy, a thread each way", "MB for a second of CPU", megabytes),
    ]


def main():
    if len(sys.argv) != 2:
        sys.exit("usage: report.py RESULTS.JSON")
    path = pathlib.Path(sys.argv[1])
    print(write(json.loads(path.read_text()), path.parent))


if __name__ == "__main__":
    main()
