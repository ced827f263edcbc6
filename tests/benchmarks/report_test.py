#!/usr/bin/env python3
"""What benchmarks/report.py makes of rows.

usage: report_test.py <source directory>
"""

import json
import subprocess
import sys
import tempfile
import unittest
import xml.etree.ElementTree as xml
from pathlib import Path

REPORT = Path(sys.argv.pop(1)).resolve() / "benchmarks" / "report.py"


def row(case="c", ratio="stream / hand", of="cpu", median=0.8, spread=0.05, **more):
    return {"case": case, "ratio": ratio, "of": of, "median": median, "min": median - spread,
            "max": median + spread, "samples": 7, "mode": "full"} | more


def barred(verdict, **more):
    return row(bar=0.7, bar_is="at least", verdict=verdict, **more)


def grown(what, larger, smaller, median):
    return row(ratio=f"{what}, {larger} : {what}, {smaller}", of="growth", median=median, bar=1.25,
               bar_is="at most", verdict="holds")


class ReportTest(unittest.TestCase):
    def setUp(self):
        scratch = tempfile.TemporaryDirectory()
        self.addCleanup(scratch.cleanup)
        self.dir = Path(scratch.name)

    def write(self, name, *rows):
        file = self.dir / name
        file.write_text("".join((r if isinstance(r, str) else json.dumps(r)) + "\n" for r in rows))
        return file

    def run_report(self, *arguments):
        return subprocess.run([sys.executable, str(REPORT), "--out", str(self.dir / "out"),
                               *map(str, arguments)], capture_output=True, text=True)

    def report(self, *arguments):
        done = self.run_report(*arguments)
        self.assertEqual(done.returncode, 0, done.stderr)
        return (self.dir / "out" / "report.md").read_text()

    def line_with(self, text, what):
        found = [line for line in text.splitlines() if what in line]
        self.assertEqual(len(found), 1, f"lines with {what!r}: {found}")
        return found[0]

    def test_a_row_has_bar_aim_range_and_verdict(self):
        file = self.write("a.jsonl", barred("holds", aim=0.75, aim_reached=True))
        self.assertEqual(self.line_with(self.report(file), "stream / hand"),
                         "| c | stream / hand | cpu | >= 0.7 | >= 0.75 | 0.800 [0.750 .. 0.850] holds "
                         "| holds on 1 run | reached on 1 of 1 |")

    def test_a_row_without_bar_is_in_the_second_table(self):
        text = self.report(self.write("a.jsonl", barred("holds"), row(ratio="rdd / hand")))
        self.assertGreater(text.index("rdd / hand"), text.index("## For information"))
        self.assertLess(text.index("stream / hand"), text.index("## For information"))

    def test_a_bar_holds_only_where_it_holds_on_every_run(self):
        for verdicts, over_all in ((("holds", "holds"), "| holds on 2 runs |"),
                                   (("holds", "noisy"), "| noisy on 1 of 2 |"),
                                   (("noisy", "MISSED"), "| **MISSED** on 1 of 2 |")):
            files = [self.write(f"{n}.jsonl", barred(each)) for n, each in enumerate(verdicts)]
            self.assertIn(over_all, self.line_with(self.report(*files), "stream / hand"))

    def test_a_row_that_comes_again_is_of_the_next_run(self):
        text = self.report(self.write("a.jsonl", barred("holds"), barred("holds", median=0.9)))
        self.assertIn("a (2)", self.line_with(text, "| case | ratio | of | bar |"))
        self.assertIn("holds on 2 runs", self.line_with(text, "stream / hand"))

    def test_a_row_that_one_run_lacks_is_not_counted_for_it(self):
        files = [self.write("a.jsonl", barred("holds")), self.write("b.jsonl", row(ratio="other"))]
        self.assertIn("holds | - | holds on 1 run |",
                      self.line_with(self.report(*files), "stream / hand"))

    def test_small_numbers_and_foreign_load_are_seen(self):
        text = self.report(self.write("a.jsonl", row(of="heap", median=2.5e-5, spread=0, aim=0,
                                                     bar_is="at most", aim_reached=False,
                                                     foreign_load=0.2)))
        self.assertIn("| - | <= 0 | 2.5e-05 [2.5e-05 .. 2.5e-05] (load 20%) | - | - |",
                      self.line_with(text, "stream / hand"))

    def test_the_heading_takes_what_lies_beside_the_rows(self):
        file = self.write("a.jsonl", row())
        self.write("a.about.json", {"commit": "beside"})
        other = self.write("b.jsonl", row())
        about = self.write("given.json", {"commit": "given"})
        text = self.report("--about", about, file, other)
        self.assertEqual(self.line_with(text, "| commit |"), "| commit | beside | given |")

    def test_what_is_not_given_is_detected(self):
        self.assertNotIn("| cores | - |", self.report(self.write("a.jsonl", row())))

    def test_quick_runs_are_told(self):
        text = self.report(self.write("a.jsonl", row() | {"mode": "quick"}))
        self.assertIn("a (quick)", text)

    def test_bad_lines_are_named_and_nothing_is_written(self):
        file = self.write("a.jsonl", row(), '{"case":', '{"case":"x"}', "", "[1]",
                          json.dumps(row()).replace("0.8,", "NaN,"))
        done = self.run_report(file, self.dir / "none.jsonl")
        self.assertEqual(done.returncode, 1)
        for place in (f"{file}:2: ", f'{file}:3: "ratio" is missing', f"{file}:5: not an object",
                      f"{file}:6: NaN is no number", "none.jsonl: "):
            self.assertIn(place, done.stderr)
        self.assertNotIn(f"{file}:1:", done.stderr)
        self.assertFalse((self.dir / "out").exists())

    def test_growth_is_plotted_with_what_is_allowed(self):
        file = self.write("a.jsonl", grown("map <i>", "20 parts", "2 parts", 1.1),
                          grown("map <i>", "200 parts", "20 parts", 1.2),
                          row(case="plain", ratio="10 steps : 1 step", of="growth", median=2))
        text = self.report(file)
        self.assertIn("![growth of c](growth-c.svg)", text)
        root = xml.parse(self.dir / "out" / "growth-c.svg").getroot()
        said = [each.text for each in root.iter() if each.tag.endswith("text")]
        for what in ("2 parts → 20 parts", "20 parts → 200 parts", "map <i>", "1.10",
                     "allowed 1.25"):
            self.assertIn(what, said)
        plain = (self.dir / "out" / "growth-plain.svg").read_text()
        self.assertIn("1 step → 10 steps", plain)
        self.assertNotIn("allowed 1", plain)


if __name__ == "__main__":
    unittest.main()
