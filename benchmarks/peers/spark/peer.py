"""Grep and word count as discretized streams in PySpark; a file is a batch.

Runs workloads on command: lines of `WORKLOAD INPUT` in, lines of `ok SECONDS CPU RECORDS ANSWER`
out.
"""

import operator
import os
import pathlib
import sys
import threading
import time
import zlib

from pyspark import SparkConf, SparkContext
from pyspark.streaming import StreamingContext

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent))
sys.dont_write_bytecode = True
from driver.sides import cpu_seconds  # noqa: E402

WORKERS = 2
RECORD_BYTES = 100
PATTERN = "streamed"

# Shorter than any batch takes, so that batches always wait and the clock does not count.
INTERVAL = 0.05


class Taker:
    """Takes the results of so many batches, and the time that they took."""

    def __init__(self, batches):
        self.left = batches
        self.sums = [0, 0, 0]
        self.wall = self.cpu = 0.0
        self.begun = None
        self.failure = None
        self.done = threading.Event()

    def batch(self, result):
        if self.left == 0:
            return
        if self.begun is None:
            self.begun = time.monotonic(), cpu_seconds(os.getpid())
        try:
            self.sums = [a + b for a, b in zip(self.sums, result())]
        except Exception as reason:
            self.failure = reason
        self.wall = time.monotonic() - self.begun[0]
        self.cpu = cpu_seconds(os.getpid()) - self.begun[1]
        self.left -= 1
        if self.left == 0:
            self.done.set()


def sums_of(pairs):
    words = distinct = checksum = 0
    for word, n in pairs:
        words += n
        distinct += 1
        checksum += zlib.crc32(word.encode()) * n
    yield words, distinct, checksum


def add_sums(a, b):
    return tuple(x + y for x, y in zip(a, b))


def grep(lines, taker):
    lines.filter(lambda line: PATTERN in line) \
        .foreachRDD(lambda rdd: taker.batch(lambda: (rdd.count(), 0, 0)))


def word_count(lines, taker):
    # Without an argument, split drops what is empty.
    lines.flatMap(lambda line: line.split()).map(lambda word: (word, 1)) \
        .reduceByKey(operator.add, WORKERS) \
        .foreachRDD(lambda rdd: taker.batch(lambda: rdd.mapPartitions(sums_of).reduce(add_sums)))


WORKLOADS = {
    "grep": (grep, lambda sums: str(sums[0])),
    "word_count": (word_count, lambda sums: f"{sums[0]}/{sums[1]}/{sums[2] % (1 << 64)}"),
}


def run(context, workload, directory):
    build, answer = WORKLOADS[workload]
    files = sorted(f for f in pathlib.Path(directory).iterdir() if f.name[0] != ".")
    taker = Taker(len(files))
    streams = StreamingContext(context, INTERVAL)
    build(streams.queueStream([context.textFile(str(f), WORKERS) for f in files]), taker)
    streams.start()
    taker.done.wait()
    streams.stop(stopSparkContext=False, stopGraceFully=False)
    if taker.failure:
        raise taker.failure
    records = sum(f.stat().st_size for f in files) // RECORD_BYTES
    print("ok", taker.wall, taker.cpu, records, answer(taker.sums), flush=True)


def main():
    conf = SparkConf().setMaster("local[2]").setAppName("peer") \
        .set("spark.ui.enabled", "false") \
        .set("spark.network.timeout", "900s") \
        .set("spark.ui.showConsoleProgress", "false") \
        .set("spark.local.dir", sys.argv[1])
    context = SparkContext(conf=conf)
    context.setLogLevel("ERROR")
    print("ready PySpark", context.version, "Python", sys.version.split()[0], flush=True)
    for line in sys.stdin:
        workload, directory = line.split()
        try:
            run(context, workload, directory)
        except Exception as reason:
            print("failed", workload, repr(reason).replace("\n", " "), flush=True)
    context.stop()


main()
