#!/usr/bin/env python3
"""Makes a report of what benchmark programs have written with --json: Markdown tables and plots."""

import argparse
import json
import re
import sys
from pathlib import Path

sys.dont_write_bytecode = True  # leaves nothing in the source tree
from report_about import ABOUT, detect
from report_plot import plot_growth

EPILOG = """Each FILE holds the lines of one run or, where rows come again, of several. What is said
of a run is taken from FILE with the ending .about.json, failing that from --about, failing that from
this machine. DIR gets report.md and a growth-CASE.svg for each case with growth rows."""

# From here on a cell tells that others used the machine.
LOUD_LOAD = 0.05
TEXTS = ("case", "ratio", "of")
NUMBERS = ("median", "min", "max")


# --- reading ------------------------------------------------------------------------------------


def no_number(text):
    raise ValueError(f"{text} is no number")


def parse(line):
    """One row. Raises ValueError with what is wrong."""
    row = json.loads(line, parse_constant=no_number)
    if not isinstance(row, dict):
        raise ValueError("not an object")
    wanted = [(name, str) for name in TEXTS] + [(name, (int, float)) for name in NUMBERS]
    if "bar" in row:
        wanted += [("bar", (int, float)), ("verdict", str)]
    if "aim" in row:
        wanted += [("aim", (int, float)), ("aim_reached", bool)]
    if "bar" in row or "aim" in row:
        wanted += [("bar_is", str)]
    for name, kind in wanted:
        if name not in row:
            raise ValueError(f'"{name}" is missing')
        if not isinstance(row[name], kind) or (kind != bool and isinstance(row[name], bool)):
            raise ValueError(f'"{name}" has the wrong type')
    return row


def key_of(row):
    return tuple(row[name] for name in TEXTS)


class Run:
    """One run's rows by case, ratio and kind, and what it is about."""

    def __init__(self, name, about):
        self.name = name
        self.about = about
        self.rows = {}

    @property
    def quick(self):
        return any(row.get("mode") == "quick" for row in self.rows.values())


def about_of(file, about):
    beside = file.with_suffix(".about.json")
    chosen = beside if beside.exists() else about
    if not chosen:
        return detect()
    found = json.loads(Path(chosen).read_text())
    if not isinstance(found, dict):
        raise ValueError(f"{chosen}: not an object")
    return found


def read(file, about, problems):
    """The runs of a file: a row that comes for the n-th time belongs to its n-th run."""
    runs, seen = [], {}
    for number, line in enumerate(file.read_text(errors="replace").splitlines(), 1):
        if not line.strip():
            continue
        try:
            row = parse(line)
        except ValueError as wrong:
            problems.append(f"{file}:{number}: {wrong}")
            continue
        nth = seen[key_of(row)] = seen.get(key_of(row), 0) + 1
        if nth > len(runs):
            runs.append(Run(file.stem if nth == 1 else f"{file.stem} ({nth})", about))
        runs[nth - 1].rows[key_of(row)] = row
    return runs


# --- tables -------------------------------------------------------------------------------------


def number(x):
    if x == 0:
        return "0"
    if abs(x) < 0.01:
        return f"{x:.2g}"
    return f"{x:.3f}" if abs(x) < 100 else f"{x:.0f}"


def bound(row, name):
    if name not in row:
        return "-"
    return f"{'<=' if row['bar_is'] == 'at most' else '>='} {row[name]:g}"


def cell(row):
    if row is None:
        return "-"
    text = f"{number(row['median'])} [{number(row['min'])} .. {number(row['max'])}]"
    if "verdict" in row:
        text += " **MISSED**" if row["verdict"] == "MISSED" else f" {row['verdict']}"
    load = row.get("foreign_load", 0)
    return text + (f" (load {load:.0%})" if load > LOUD_LOAD else "")


def times(n):
    return "1 run" if n == 1 else f"{n} runs"


def verdict(rows):
    """Over all runs: a bar holds where it holds on each."""
    all_of = len(rows)
    missed = sum(row["verdict"] == "MISSED" for row in rows)
    noisy = sum(row["verdict"] == "noisy" for row in rows)
    if missed:
        return f"**MISSED** on {missed} of {all_of}"
    return f"noisy on {noisy} of {all_of}" if noisy else f"holds on {times(all_of)}"


def aims(rows):
    if not rows:
        return "-"
    reached = sum(row["aim_reached"] for row in rows)
    return f"reached on {reached} of {len(rows)}" if reached else "-"


def markdown(head, lines):
    def line(cells):
        return "| " + " | ".join(str(c).replace("|", "\\|") for c in cells) + " |"

    return "\n".join([line(head), line(["---"] * len(head))] + [line(each) for each in lines])


def has(rows, name):
    return [row for row in rows if name in row]


def heading(runs):
    head = [""] + [run.name + (" (quick)" if run.quick else "") for run in runs]
    lines = [[name] + [run.about.get(name, "") or "-" for run in runs] for name in ABOUT]
    text = "# Benchmarks\n\n" + markdown(head, lines) + "\n"
    if any(run.quick for run in runs):
        text += "\nQuick runs show that all works; their numbers mean little.\n"
    return text


def tables(runs):
    """Rows with a bar or an aim, and the others."""
    with_bar, without, verdicts = [], [], []
    for key in dict.fromkeys(key for run in runs for key in run.rows):
        cells = [run.rows.get(key) for run in runs]
        rows = [row for row in cells if row is not None]
        measured = [cell(row) for row in cells]
        if has(rows, "bar") or has(rows, "aim"):
            promised = (has(rows, "bar") or rows)[-1]
            verdicts.append(verdict(has(rows, "bar")) if has(rows, "bar") else "-")
            with_bar.append([*key, bound(promised, "bar"), bound((has(rows, "aim") or rows)[-1], "aim"),
                             *measured, verdicts[-1], aims(has(rows, "aim"))])
        else:
            without.append([*key, *measured])
    names = [run.name for run in runs]
    counts = {what: sum(what in each for each in verdicts) for what in ("holds", "noisy", "MISSED")}
    return f"""
## Bars

{sum(counts.values())} bars on {times(len(runs))}: {counts["holds"]} held on every run, \
{counts["MISSED"]} missed at least once, {counts["noisy"]} noisy (the median holds, the range does not).

{markdown(["case", "ratio", "of", "bar", "aim", *names, "over all runs", "aim over all runs"], with_bar)}

## For information

{markdown(["case", "ratio", "of", *names], without)}

A cell is the median of a run and its range; `load` is the share of the machine that others used, named
above {LOUD_LOAD:.0%}. How many records a second that were is in the JSON lines: it says more about the machine.
"""


def growth_by_case(runs):
    cases = {}
    for run in runs:
        for row in run.rows.values():
            if row["of"] == "growth":
                cases.setdefault(row["case"], {}).setdefault(row["ratio"], []).append(row)
    return cases


def write(runs, out):
    out.mkdir(parents=True, exist_ok=True)
    text = heading(runs) + tables(runs)
    plots = growth_by_case(runs)
    if plots:
        text += "\n## Growth\n\nWhat it costs that one dimension grows, for as many records.\n"
    for case, ratios in plots.items():
        name = f"growth-{re.sub(r'[^A-Za-z0-9_-]', '_', case)}.svg"
        (out / name).write_text(plot_growth(case, ratios))
        text += f"\n![growth of {case}]({name})\n"
    (out / "report.md").write_text(text)


def arguments():
    parser = argparse.ArgumentParser(description=__doc__, epilog=EPILOG)
    parser.add_argument("files", nargs="*", type=Path, metavar="FILE", help="JSON lines of a run")
    parser.add_argument("--out", type=Path, default=Path("."), metavar="DIR",
                        help="where the report goes (default: here)")
    parser.add_argument("--about", type=Path, metavar="FILE",
                        help="a JSON object with " + ", ".join(ABOUT))
    parser.add_argument("--detect", action="store_true",
                        help="write such an object for this machine and end")
    given = parser.parse_args()
    if not given.files and not given.detect:
        parser.error("a FILE is needed")
    return given


def main():
    given = arguments()
    if given.detect:
        print(json.dumps(detect(), indent=2))
        return 0
    problems, runs = [], []
    for file in given.files:
        try:
            runs += read(file, about_of(file, given.about), problems)
        except (OSError, ValueError) as wrong:
            problems.append(f"{file}: {wrong}")
    if not runs and not problems:
        problems.append("there are no rows")
    if problems:
        print("\n".join(problems), file=sys.stderr)
        print("report.py: nothing was written", file=sys.stderr)
        return 1
    write(runs, given.out)
    print(f"wrote {given.out / 'report.md'}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
