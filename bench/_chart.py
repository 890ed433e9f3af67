"""The rates as a picture: grouped bars, in colours that are told apart on light and on dark."""

from __future__ import annotations

from collections.abc import Sequence

from _pgbench import MEASURES, Measure
from _results import ROUTES, Row, ratio, value

WIDTH, HEIGHT = 900, 380
TOP, FLOOR = 84, 330  # of the bars
BAR, GAP = 34, 4
COLOURS = {"direct": "#8a8f98", "devpool": "#2f81f7", "fast": "#1a9f6e", "recipe": "#d9822b"}
NAMES = {
    "direct": "direct",
    "devpool": "devpool",
    "fast": "devpool, 256 SCRAM iterations",
    "recipe": "PgBouncer of Debian 13",
}
STYLE = """\
<style>
text { font: 12px system-ui, sans-serif; fill: #1f2328 }
.title { font-size: 15px; font-weight: 600 }
.note { font-size: 11px }
line { stroke: #8a8f98 }
@media (prefers-color-scheme: dark) { text { fill: #e6edf3 } }
</style>"""


def svg(found: Row) -> str:
    """The whole picture. The numbers over the bars are times direct."""
    return "\n".join(
        [
            f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {HEIGHT}" role="img">',
            "<title>Connections and transactions each second, direct and pooled</title>",
            STYLE,
            *_legend(),
            *_panel(found, MEASURES[:1], 20, "connections/s"),
            *_panel(found, MEASURES[1:], 215, "transactions/s"),
            "</svg>\n",
        ]
    )


def _text(x: float, y: float, words: str, anchor: str = "start", kind: str = "") -> str:
    shape = f' class="{kind}"' if kind else ""
    return f'<text x="{x:.0f}" y="{y:.0f}" text-anchor="{anchor}"{shape}>{words}</text>'


def _box(x: float, y: float, width: float, height: float, route: str) -> str:
    size = f'width="{width:.0f}" height="{height:.1f}"'
    return f'<rect x="{x:.0f}" y="{y:.1f}" {size} rx="2" fill="{COLOURS[route]}"/>'


def _legend() -> list[str]:
    lines, x = [], 20.0
    for route, name in NAMES.items():
        lines += [_box(x, 12, 12, 12, route), _text(x + 18, 23, name)]
        x += 40 + 6.8 * len(name)
    return lines


def _panel(found: Row, measures: Sequence[Measure], left: float, title: str) -> list[str]:
    """Groups side by side, with a scale of their own."""
    group = len(ROUTES) * (BAR + GAP) + 16
    right = left + group * len(measures) - 16
    highest = max(value(found, m.key, r) or 0.0 for m in measures for r in ROUTES) or 1.0
    lines = [_text(left, 56, title, kind="title")]
    for index, measure in enumerate(measures):
        lines += _group(found, measure, left + index * group, highest)
    return [*lines, f'<line x1="{left}" y1="{FLOOR}" x2="{right}" y2="{FLOOR}"/>']


def _group(found: Row, measure: Measure, left: float, highest: float) -> list[str]:
    lines = []
    for index, route in enumerate(ROUTES):
        lines += _bar(found, measure, route, left + index * (BAR + GAP), highest)
    middle = left + (len(ROUTES) * (BAR + GAP) - GAP) / 2
    return [*lines, _text(middle, FLOOR + 20, measure.title.partition(", ")[2], "middle")]


def _bar(found: Row, measure: Measure, route: str, x: float, highest: float) -> list[str]:
    rate, times = value(found, measure.key, route), ratio(found, measure.key, route)
    if rate is None:
        return [_text(x + BAR / 2, FLOOR - 6, "fails", "middle", "note")]
    height = (FLOOR - TOP) * rate / highest
    label = f"{times:.2f}" if times is not None and route != "direct" else _short(rate)
    box = _box(x, FLOOR - height, BAR, height, route)
    return [box, _text(x + BAR / 2, FLOOR - height - 5, label, "middle", "note")]


def _short(rate: float) -> str:
    return f"{rate / 1000:.0f}k" if rate >= 10_000 else f"{rate:,.0f}"
