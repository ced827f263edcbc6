"""Input files, written once by our generators into the cache."""

import shutil
import subprocess

MIB = 1 << 20

# name: kind, bytes, files. A file is a batch where the peer works in batches.
FULL = {
    "text": ("text", 128 * MIB, 8),
    "text_small": ("text", 32 * MIB, 8),
    "text_window": ("text", 100 * MIB, 40),
    "ysb": ("ysb", 128 * MIB, 8),
    "nexmark": ("nexmark", 381 * MIB, 1),  # 2 million events
}
QUICK = {
    "text": ("text", 16 * MIB, 4),
    "text_small": ("text", 4 * MIB, 4),
    "text_window": ("text", 10 * MIB, 40),
    "ysb": ("ysb", 16 * MIB, 4),
    "nexmark": ("nexmark", 40 * MIB, 1),
}


def path_of(name, quick, cache, program):
    """What a side is given: the directory of a named input, made if it is missing; a number as it
    is, a hundredth of it with `--quick`."""
    if name.isdigit():
        return str(int(name) // 100) if quick else name
    kind, size, files = (QUICK if quick else FULL)[name]
    directory = cache / "data" / f"{kind}-{size // MIB}m-{files}"
    if not directory.exists():
        unfinished = directory.with_suffix(".part")
        shutil.rmtree(unfinished, ignore_errors=True)
        subprocess.run([program, "generate", kind, unfinished, str(size), str(files)], check=True)
        unfinished.rename(directory)
    return str(directory)


def touch(given):
    """Reads the files once, so that they are in the page cache."""
    if not given.isdigit():
        subprocess.run(f"cat '{given}'/* > /dev/null", shell=True, check=True)
