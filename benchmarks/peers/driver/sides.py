"""The two sides of a comparison: warm processes that run a workload on command.

A side reads lines of `WORKLOAD INPUT` and answers `ok SECONDS CPU RECORDS ANSWER` or `failed REASON`.
Its clocks run from the first byte read until the last result: one on the wall, and the CPU time of
the process with all its threads and children. What a job costs before and after that, such as
starting a cluster, is in neither.
"""

import glob
import os
import subprocess
import threading
import time
from dataclasses import dataclass


TIMEOUT = 600  # seconds that a start or one run may take


class PeerUnavailable(Exception):
    """A peer cannot be had here; the text is the exact reason."""


class WrongResult(Exception):
    """A run failed, or the sides disagree."""


@dataclass
class Turn:
    wall: float
    cpu: float
    records: int
    answer: str
    foreign: float  # share of the machine that other processes used


def descendants(pid):
    """The process and all that it has started and that still run."""
    found = [pid]
    for children in glob.glob(f"/proc/{pid}/task/*/children"):
        try:
            for child in open(children).read().split():
                found += descendants(int(child))
        except OSError:
            continue  # the thread has just ended
    return found


def cpu_seconds(pid):
    total = 0
    for each in descendants(pid):
        try:
            total += time.clock_gettime_ns(((~each) << 3) | 2)  # the CPU clock of a process
        except OSError:
            continue  # it has just ended
    return total / 1e9


def busy_seconds():
    """CPU time of the whole machine that was not idle."""
    fields = [int(f) for f in open("/proc/stat").readline().split()[1:9]]
    return (sum(fields) - fields[3] - fields[4]) / os.sysconf("SC_CLK_TCK")


class Side:
    def __init__(self, name, command, log, env=None):
        self.name = name
        self.log = log
        begun = time.monotonic()
        self.process = subprocess.Popen(
            command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=open(log, "ab"),
            text=True, env={**os.environ, **(env or {})})
        first = self._answer()
        if not first.startswith("ready "):
            raise PeerUnavailable(f"{name} did not start: {first.strip()} (see {log})")
        self.version = first.removeprefix("ready ").strip()
        self.start_seconds = time.monotonic() - begun

    def run(self, workload, given):
        cpu, busy, begun = cpu_seconds(self.process.pid), busy_seconds(), time.monotonic()
        self.process.stdin.write(f"{workload} {given}\n")
        self.process.stdin.flush()
        answer = self._answer().strip()
        passed = time.monotonic() - begun
        cpu = cpu_seconds(self.process.pid) - cpu
        others = max(0.0, busy_seconds() - busy - cpu)
        if not answer.startswith("ok "):
            raise WrongResult(f"{self.name}, {workload}: {answer} (see {self.log})")
        _, wall, own, records, result = answer.split(" ", 4)
        return Turn(float(wall), float(own), int(records), result, others / passed / os.cpu_count())

    def _answer(self):
        """The next line that belongs to the protocol; libraries may print others."""
        watchdog = threading.Timer(TIMEOUT, self.process.kill)
        watchdog.start()
        try:
            for line in self.process.stdout:
                if line.startswith(("ready ", "ok ", "failed ")):
                    return line
        finally:
            watchdog.cancel()
        return f"failed: the process ended with {self.process.wait()}, or was ended for its silence"

    def close(self):
        self.process.stdin.close()
        try:
            self.process.wait(timeout=20)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
