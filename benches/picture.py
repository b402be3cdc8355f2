"""Bar charts as SVG: two columns of panels, a bar for each library and value.

Colours follow the reader's light or dark theme. The same figures give the same bytes.
"""

from dataclasses import dataclass
from html import escape

WIDTH, MARGIN, GAP = 820, 16, 28
COLUMN = (WIDTH - 2 * MARGIN - GAP) // 2
NAME_WIDTH, VALUE_WIDTH = 78, 52
BAR_WIDTH = COLUMN - NAME_WIDTH - VALUE_WIDTH
HEAD, FOOT = 40, 18  # above a panel's bars, below them
BAR, THIN_BAR, BETWEEN = 13, 12, 7

STYLE = """
text { font: 12px system-ui, -apple-system, "Segoe UI", "DejaVu Sans", sans-serif; fill: #1f2328 }
.title { font-weight: 600 }
.note, .value { fill: #59636e }
.note, .value { font-size: 11px }
.ours .value, .ours .name { fill: #1f2328; font-weight: 600 }
.paper { fill: #ffffff }
.bar { fill: #b3bcc6 }
.ours .bar { fill: #0969da }
@media (prefers-color-scheme: dark) {
  text { fill: #f0f6fc }
  .note, .value { fill: #9198a1 }
  .ours .value, .ours .name { fill: #f0f6fc }
  .paper { fill: #0d1117 }
  .bar { fill: #4d5661 }
  .ours .bar { fill: #4493f8 }
}
"""


@dataclass(frozen=True)
class Bar:
    name: str
    values: list  # a bar each, beneath one another


@dataclass(frozen=True)
class Panel:
    title: str
    note: str
    bars: list

    def height(self):
        return HEAD + sum(group_height(bar) for bar in self.bars) + FOOT


def bar_height(bar):
    return BAR if len(bar.values) == 1 else THIN_BAR


def group_height(bar):
    return len(bar.values) * bar_height(bar) + BETWEEN


def figure(value):
    if value >= 100:
        return f"{value:,.0f}"
    return f"{value:.1f}" if value >= 10 else f"{value:.2f}"


def text(x, y, kind, content, anchor="start"):
    return (f'<text x="{x:.1f}" y="{y:.1f}" class="{kind}" text-anchor="{anchor}">'
            f'{escape(content)}</text>')


def draw_group(bar, x, y, most):
    """One library's bars."""
    height = bar_height(bar)
    ours = ' class="ours"' if bar.name == "librssl" else ""
    middle = y + len(bar.values) * height / 2 + 4
    lines = [f"<g{ours}>", text(x + NAME_WIDTH - 8, middle, "name", bar.name, "end")]
    for i, value in enumerate(bar.values):
        top = y + i * height
        width = max(1, BAR_WIDTH * value / most)
        lines.append(f'<rect x="{x + NAME_WIDTH}" y="{top + 0.5:.1f}" width="{width:.1f}" '
                     f'height="{height - 1}" rx="2" class="bar"/>')
        lines.append(text(x + NAME_WIDTH + width + 5, top + height / 2 + 4, "value",
                          figure(value)))
    return lines + ["</g>"]


def draw_panel(panel, x, y):
    most = max((value for bar in panel.bars for value in bar.values), default=1)
    lines = [text(x, y + 12, "title", panel.title), text(x, y + 27, "note", panel.note)]
    y += HEAD
    for bar in panel.bars:
        lines += draw_group(bar, x, y, most)
        y += group_height(bar)
    return lines


def draw(title, panels):
    """The whole picture, as text."""
    lines, y = [], MARGIN
    for i in range(0, len(panels), 2):
        row = panels[i:i + 2]
        for column, panel in enumerate(row):
            lines += draw_panel(panel, MARGIN + column * (COLUMN + GAP), y)
        y += max(panel.height() for panel in row)
    head = (f'<svg xmlns="http://www.w3.org/2000/svg" width="{WIDTH}" height="{y}" '
            f'viewBox="0 0 {WIDTH} {y}" role="img">\n<title>{escape(title)}</title>')
    paper = '<rect width="100%" height="100%" class="paper"/>'
    return "\n".join([head, f"<style>{STYLE}</style>", paper, *lines, "</svg>"]) + "\n"
