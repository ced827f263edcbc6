"""Plots of growth rows as SVG that needs nothing else: steps of a dimension against measured growth."""

from html import escape
from statistics import median

WIDTH, HEIGHT = 760, 420
LEFT, RIGHT, TOP, BOTTOM = 70, 20, 84, 64
# Told apart by colour-blind readers, too (Okabe and Ito).
COLOURS = ("#0072B2", "#D55E00", "#009E73", "#CC79A7", "#E69F00", "#56B4E9")
BY_HAND = "#777777"
ALLOWED = "#C00000"


def named(ratio):
    """Series and step of "larger : smaller": the part that differs is the step, the rest the series."""
    larger, _, smaller = ratio.partition(" : ")
    old, new = smaller.split(", "), larger.split(", ")
    different = [i for i in range(len(new)) if len(old) == len(new) and old[i] != new[i]]
    if len(different) != 1:
        return "product", ratio
    at = different[0]
    return ", ".join(new[:at] + new[at + 1:]) or "product", f"{old[at]} → {new[at]}"


class Point:
    """One row over all runs."""

    def __init__(self, rows):
        self.value = median(row["median"] for row in rows)
        self.least = min(row["min"] for row in rows)
        self.most = max(row["max"] for row in rows)
        self.bar = next((row["bar"] for row in reversed(rows) if "bar" in row), None)


class Scale:
    """Where a growth and a step are in the picture."""

    def __init__(self, points, steps):
        highest = max([1.0] + [max(p.most, p.bar or 0) for p in points])
        self.unit = next(u for u in (0.1, 0.2, 0.25, 0.5, 1, 2, 5, 10, 20, 50, 100, 1000, 1e9)
                         if highest * 1.1 / u <= 9)
        self.top = self.unit * (int(highest * 1.08 / self.unit) + 1)
        self.step_width = (WIDTH - LEFT - RIGHT) / steps

    def y(self, growth):
        return TOP + (HEIGHT - TOP - BOTTOM) * (1 - growth / self.top)

    def x(self, step, part=0.5):
        return LEFT + self.step_width * (step + part)

    def ticks(self):
        return [self.unit * i for i in range(round(self.top / self.unit) + 1)]


def text(x, y, what, **more):
    style = "".join(f' {name.replace("_", "-")}="{value}"' for name, value in more.items())
    return f'<text x="{x:.1f}" y="{y:.1f}"{style}>{escape(what)}</text>'


def line(x1, y1, x2, y2, colour, **more):
    style = "".join(f' {name.replace("_", "-")}="{value}"' for name, value in more.items())
    return (f'<line x1="{x1:.1f}" y1="{y1:.1f}" x2="{x2:.1f}" y2="{y2:.1f}" '
            f'stroke="{colour}"{style}/>')


def axes(case, scale, steps):
    bottom = HEIGHT - BOTTOM
    parts = [text(LEFT, 24, f"{case}: growth of CPU time for as many records", font_size=16),
             text(WIDTH / 2, HEIGHT - 10, "step of the dimension", text_anchor="middle"),
             text(0, 0, "measured growth (CPU larger / smaller)", text_anchor="middle",
                  transform=f"translate(18 {(TOP + bottom) / 2:.0f}) rotate(-90)")]
    for tick in scale.ticks():
        parts += [line(LEFT, scale.y(tick), WIDTH - RIGHT, scale.y(tick), "#DDDDDD"),
                  text(LEFT - 8, scale.y(tick) + 4, f"{tick:g}", text_anchor="end")]
    parts += [line(LEFT, bottom, WIDTH - RIGHT, bottom, "black"),
              line(LEFT, TOP, LEFT, bottom, "black"),
              line(LEFT, scale.y(1), WIDTH - RIGHT, scale.y(1), "#888888")]
    for i, step in enumerate(steps):
        size = min(12, 1.7 * scale.step_width / len(step))
        parts.append(text(scale.x(i), bottom + 20, step, text_anchor="middle",
                          font_size=f"{size:.1f}"))
    return parts


def allowed_lines(scale, steps, points):
    """For each step and each different bar one line; who it is for is said where there are several."""
    parts = []
    for i, step in enumerate(steps):
        bars = {}
        for (series, at), point in points.items():
            if at == step and point.bar is not None:
                bars.setdefault(point.bar, []).append(series)
        for bar, whose in bars.items():
            label = f"allowed {bar:g}" + (f" ({'; '.join(whose)})" if len(bars) > 1 else "")
            parts += [line(scale.x(i, 0.04), scale.y(bar), scale.x(i, 0.96), scale.y(bar), ALLOWED,
                           stroke_width=2, stroke_dasharray="7 4"),
                      text(scale.x(i, 0.05), scale.y(bar) - 5, label, fill=ALLOWED)]
    return parts


def curve(scale, places, colour):
    """A line through the medians; each with its range and its number."""
    parts = []
    path = " ".join(f"{x:.1f},{scale.y(point.value):.1f}" for x, point in places)
    if len(places) > 1:
        parts.append(f'<polyline points="{path}" fill="none" stroke="{colour}" stroke-width="1.5"/>')
    for x, point in places:
        parts += [line(x, scale.y(point.least), x, scale.y(point.most), colour, stroke_width=1.5),
                  line(x - 4, scale.y(point.least), x + 4, scale.y(point.least), colour),
                  line(x - 4, scale.y(point.most), x + 4, scale.y(point.most), colour),
                  f'<circle cx="{x:.1f}" cy="{scale.y(point.value):.1f}" r="4.5" fill="{colour}"/>',
                  text(x + 8, scale.y(point.value) + 4, f"{point.value:.2f}", fill=colour)]
    return parts


def plot_growth(case, ratios):
    """The picture of one case; `ratios` has the rows of all runs by "larger : smaller"."""
    points = {named(ratio): Point(rows) for ratio, rows in ratios.items()}
    steps = list(dict.fromkeys(step for _, step in points))
    series = list(dict.fromkeys(name for name, _ in points))
    scale = Scale(points.values(), len(steps))
    parts = axes(case, scale, steps) + allowed_lines(scale, steps, points)
    colours = iter(COLOURS * (len(series) // len(COLOURS) + 1))
    legend = LEFT
    for n, name in enumerate(series):
        colour = BY_HAND if name.split(",")[0] == "hand" else next(colours)
        part = (n + 1) / (len(series) + 1) * 0.8 + 0.1
        places = [(scale.x(i, part), points[name, step])
                  for i, step in enumerate(steps) if (name, step) in points]
        parts += curve(scale, places, colour)
        parts += [f'<circle cx="{legend + 5}" cy="46" r="4.5" fill="{colour}"/>',
                  text(legend + 14, 50, name, fill=colour)]
        legend += 30 + 7 * len(name)
    parts.append(text(LEFT, 70, "points: median over the runs, with their whole range; dashed: the "
                                "most that is allowed; grey: no growth", font_size=11, fill="#555555"))
    inner = "\n".join(sorted(parts, key=lambda part: part.startswith("<text")))  # above all lines
    return (f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {HEIGHT}" '
            f'width="{WIDTH}" height="{HEIGHT}" font-family="sans-serif" font-size="12">\n'
            f"<style>text {{ paint-order: stroke; stroke: white; stroke-width: 3px }}</style>\n"
            f'<rect width="100%" height="100%" fill="white"/>\n{inner}\n</svg>\n')
