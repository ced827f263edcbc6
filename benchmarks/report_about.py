"""What a report says of a run besides its rows: the source and the machine."""

import os
import platform
import re
import subprocess
from datetime import datetime, timezone
from pathlib import Path

# What is said of a run, in this order.
ABOUT = ("commit", "date", "processor", "cores", "memory", "kernel", "compiler")


def first_line_of(*command):
    try:
        done = subprocess.run(command, capture_output=True, text=True, check=True)
        return done.stdout.splitlines()[0]
    except (OSError, subprocess.CalledProcessError, IndexError):
        return ""


def field_of(file, pattern):
    try:
        found = re.search(pattern, Path(file).read_text(), re.MULTILINE)
        return found.group(1) if found else ""
    except OSError:
        return ""


def detect():
    """This machine and this source tree, as far as they tell; nothing for what they do not."""
    source = Path(__file__).resolve().parent.parent
    commit = first_line_of("git", "-C", str(source), "rev-parse", "--short", "HEAD")
    if commit and first_line_of("git", "-C", str(source), "status", "--porcelain", "-uno"):
        commit += ", changed"
    kib = field_of("/proc/meminfo", r"^MemTotal:\s*(\d+)")
    compiler = field_of(source / "build/release/CMakeCache.txt", r"^CMAKE_CXX_COMPILER:\w+=(.+)$")
    return {
        "commit": commit,
        "date": datetime.now(timezone.utc).strftime("%Y-%m-%d %H:%M UTC"),
        "processor": field_of("/proc/cpuinfo", r"^model name\s*:\s*(.+)$") or platform.machine(),
        "cores": os.cpu_count() or "",
        "memory": f"{int(kib) / 2**20:.1f} GiB" if kib else "",
        "kernel": f"{platform.system()} {platform.release()}",
        "compiler": first_line_of(compiler or "c++", "--version"),
    }
