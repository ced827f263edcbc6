"""Which peers there are, how each is set up, and what is asked of it.

Bars and aims are those of the project's goals against peers.
"""

import os
import pathlib
import shutil
import subprocess
import sys

from .compare import Row
from .sides import PeerUnavailable

HERE = pathlib.Path(__file__).resolve().parent.parent

PYSPARK = "pyspark==3.5.6"

ROWS = [
    Row("timely", "exchange", "50000000", 0.9, 1.5),
    Row("timely", "word_count", "text", 1.0, 3),
    Row("timely", "grep", "text"),
    Row("timely", "empty_epochs_1", "100000", 0.25, 1.0),
    Row("timely", "empty_epochs_2", "100000", 0.25, 1.0),
    Row("spark", "grep", "text", 20, 60),
    Row("spark", "word_count", "text", 20, 60),
    Row("spark", "word_count_window", "text_window", 20, 60),
    Row("spark", "ysb_durable", "ysb", 8, 25),
    Row("pyspark", "grep", "text_small", 100, 300),
    Row("pyspark", "word_count", "text_small", 100, 300),
    Row("flink", "grep", "text"),
    Row("flink", "ysb", "ysb", 8, 25),
    Row("flink", "q0", "nexmark", 20, 80),
    Row("flink", "q1", "nexmark", 20, 80),
    Row("flink", "q2", "nexmark", 20, 80),
    Row("flink", "q5", "nexmark", 30, 100),
    Row("flink", "q8", "nexmark", 20, 80),
    Row("pekko", "fused_chain", "20000000", 10, 50),
    Row("pekko", "async_boundary", "20000000", 30, 100),
]


def need(tool, what_for):
    if shutil.which(tool) is None:
        raise PeerUnavailable(f"`{tool}` is not installed ({what_for})")


def step(command, log, env=None):
    """Runs a step of a set-up; what it says goes to the log."""
    with open(log, "ab") as out:
        done = subprocess.run(command, stdout=out, stderr=subprocess.STDOUT,
                              env={**os.environ, **(env or {})})
    if done.returncode != 0:
        tail = pathlib.Path(log).read_text(errors="replace").strip().splitlines()[-3:]
        raise PeerUnavailable(f"`{' '.join(map(str, command[:3]))} ...` failed: "
                              f"{' | '.join(tail)} (see {log})")


def timely(cache, log):
    need("cargo", "builds timely-dataflow from the registry of crates")
    target = cache / "timely"
    step(["cargo", "build", "--release", "--manifest-path", HERE / "timely/Cargo.toml"],
         log, {"CARGO_TARGET_DIR": str(target)})
    return [target / "release/timely-peer"], {}


HEAP = ["-Xms6g", "-Xmx6g", "-XX:+UseParallelGC", "-XX:+AlwaysPreTouch"]

# Spark needs them on Java 17; its own launcher adds the same.
OPENED = [f"--add-opens=java.base/{package}=ALL-UNNAMED" for package in (
    "java.lang", "java.lang.invoke", "java.lang.reflect", "java.io", "java.net", "java.nio",
    "java.util", "java.util.concurrent", "java.util.concurrent.atomic", "sun.nio.ch",
    "sun.nio.cs", "sun.security.action", "sun.util.calendar")]


LOGGING = f"-Dlog4j2.configurationFile={HERE / 'spark/log4j2.properties'}"


def pyspark_package(cache, log):
    """The interpreter that has it. The package holds all of Spark's Java archives, too."""
    need("java", "runs Spark")
    python = cache / "venv/bin/python"
    if not python.exists():
        step([sys.executable, "-m", "venv", cache / "venv"], log)
    if not list(cache.glob("venv/lib/*/site-packages/pyspark/jars")):
        step([python, "-m", "pip", "install", "-q", PYSPARK], log)
    return python


def pyspark(cache, log):
    python = pyspark_package(cache, log)
    submit = f"--driver-memory 4g --driver-java-options '{' '.join(HEAP[2:])} {LOGGING}' pyspark-shell"
    return [python, HERE / "spark/peer.py", cache / "spark"], {
        "PYSPARK_PYTHON": str(python), "PYSPARK_SUBMIT_ARGS": submit}


def spark(cache, log):
    pyspark_package(cache, log)
    need("javac", "compiles our program for Spark")
    jars = next(cache.glob("venv/lib/*/site-packages/pyspark/jars"))
    classes = cache / "spark/classes"
    step(["javac", "-nowarn", "-d", classes, "-cp", f"{jars}/*", *(HERE / "spark").glob("*.java")],
         log)
    return ["java", *HEAP, *OPENED, LOGGING, "-cp", f"{classes}:{jars}/*", "Peer",
            cache / "spark"], {}


def maven(name, cache, log):
    """Compiles a project; returns the class path with all that it needs."""
    need("java", f"runs {name}")
    need("mvn", f"gets {name} from the central Maven repository")
    out = cache / name
    step(["mvn", "-B", "-q", "-f", HERE / name / "pom.xml", f"-Dout={out}", "compile",
          "dependency:copy-dependencies", f"-DoutputDirectory={out / 'jars'}"], log)
    return f"{out / 'classes'}:{out / 'jars'}/*"


def flink(cache, log):
    # Each run has a cluster of its own, whose buffers are to be freed before there are too many.
    opened = ["-XX:MaxDirectMemorySize=1g", "--add-opens=java.base/java.util=ALL-UNNAMED",
              "--add-opens=java.base/java.lang=ALL-UNNAMED"]
    return ["java", *HEAP, *opened, "-cp", maven("flink", cache, log), "Peer"], {}


def pekko(cache, log):
    return ["java", *HEAP, "-cp", maven("pekko", cache, log), "Peer"], {}


# name: what sets it up and returns its command and environment
PEERS = {
    "timely": timely,
    "spark": spark,
    "pyspark": pyspark,
    "flink": flink,
    "pekko": pekko,
}
