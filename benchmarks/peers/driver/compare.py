"""Lets both sides take turns, compares their answers, and tells the ratios."""

import statistics
import sys
import time
from dataclasses import asdict, dataclass

from .sides import WrongResult, cpu_seconds


@dataclass(frozen=True)
class Row:
    """One workload with one peer; bar and aim are ratios of throughput, ours / theirs."""
    peer: str
    workload: str
    given: str  # name of an input, or a number of records
    bar: float | None = None
    aim: float | None = None


def say(text):
    print(text, file=sys.stderr, flush=True)


def warm_up(side, row, given, seconds):
    """Repeats the job until `seconds` have passed and three runs in a row differ by less than 5 %,
    but no longer than twice as long. Returns the time of the first run and how often it ran."""
    begun = time.monotonic()
    walls = []
    while True:
        walls.append(side.run(row.workload, given).wall)
        passed = time.monotonic() - begun
        steady = len(walls) > 2 and max(walls[-3:]) < 1.05 * min(walls[-3:])
        if passed > 2 * seconds or (passed > seconds and steady):
            return walls[0], len(walls)


def settle(sides):
    """Waits until neither side works any more: what a job leaves behind, such as a cluster that is
    taken down or garbage, is not to disturb the next turn. Some never rest; 3 s are enough."""
    for _ in range(30):
        before = [cpu_seconds(side.process.pid) for side in sides]
        time.sleep(0.1)
        after = [cpu_seconds(side.process.pid) for side in sides]
        if sum(after) - sum(before) < 0.005:
            return


def take_turns(ours, theirs, row, given, rounds):
    pairs = []
    theirs.run(row.workload, given)  # other jobs may have run since it was warmed up
    ours.run(row.workload, given)
    for _ in range(rounds):
        settle((ours, theirs))
        a = ours.run(row.workload, given)
        settle((ours, theirs))
        b = theirs.run(row.workload, given)
        if (a.answer, a.records) != (b.answer, b.records):
            raise WrongResult(f"{row.workload}: ours found {a.answer} in {a.records} records, "
                              f"{theirs.name} {b.answer} in {b.records}")
        pairs.append((a, b))
    return pairs


def spread(samples):
    return {"median": statistics.median(samples), "min": min(samples), "max": max(samples)}


def verdict(row, walls, cpus):
    """The smaller of the two ratios counts, and its whole range."""
    if row.bar is None:
        return ""
    low = min(walls["min"], cpus["min"])
    middle = min(walls["median"], cpus["median"])
    return "holds" if low >= row.bar else "noisy" if middle >= row.bar else "MISSED"


def summary(row, ours, theirs, pairs, warmth):
    records = pairs[0][0].records
    walls = spread([b.wall / a.wall for a, b in pairs])
    cpus = spread([b.cpu / a.cpu for a, b in pairs])

    def side(turns):
        wall = statistics.median(t.wall for t in turns)
        cpu = statistics.median(t.cpu for t in turns)
        return {"records_per_second": records / wall, "wall_seconds": wall,
                "cpu_seconds_per_million": cpu / records * 1e6,
                "foreign_load": max(t.foreign for t in turns)}

    return {**asdict(row), "records": records, "answer": pairs[0][0].answer,
            "rounds": len(pairs), "wall_ratio": walls, "cpu_ratio": cpus,
            "ours": side([a for a, _ in pairs]), "theirs": side([b for _, b in pairs]),
            "versions": [ours.version, theirs.version], "first_run_seconds": warmth[0],
            "warm_up_runs": warmth[1], "start_seconds": theirs.start_seconds,
            "verdict": verdict(row, walls, cpus)}


def rate(x):
    return f"{x / 1e6:.3g} M/s" if x >= 1e5 else f"{x / 1e3:.3g} k/s"


def table(results):
    def ratio(r):
        return f"{r['median']:.3g} [{r['min']:.3g} .. {r['max']:.3g}]"

    lines = [["peer", "workload", "wall, theirs / ours", "CPU, theirs / ours", "ours", "theirs",
              "CPU s per M, ours", "theirs", "bar", "aim", ""]]
    for r in results:
        lines.append([r["peer"], r["workload"], ratio(r["wall_ratio"]), ratio(r["cpu_ratio"]),
                      rate(r["ours"]["records_per_second"]),
                      rate(r["theirs"]["records_per_second"]),
                      f"{r['ours']['cpu_seconds_per_million']:.3g}",
                      f"{r['theirs']['cpu_seconds_per_million']:.3g}",
                      "-" if r["bar"] is None else f"{r['bar']:g}",
                      "-" if r["aim"] is None else f"{r['aim']:g}", r["verdict"]])
    widths = [max(len(line[i]) for line in lines) for i in range(len(lines[0]))]
    return "\n".join(
        "  ".join(cell.ljust(w) for cell, w in zip(line, widths)).rstrip() for line in lines)
