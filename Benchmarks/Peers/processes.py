"""Runs a command and says how long it took and how much memory all its processes held at the worst moment."""

import pathlib
import subprocess
import sys
import time


def family(root):
    """A process and all that descend from it."""
    parents = {}
    for folder in pathlib.Path("/proc").iterdir():
        if folder.name.isdigit():
            try:
                parents[int(folder.name)] = int((folder / "stat").read_text().rsplit(")", 1)[1].split()[1])
            except (OSError, IndexError):
                pass
    found, added = {root}, True
    while added:
        added = {pid for pid, parent in parents.items() if parent in found and pid not in found}
        found |= added
    return found


def proportional(pid):
    """Bytes a process holds, pages shared with others counted in part."""
    try:
        for line in open(f"/proc/{pid}/smaps_rollup"):
            if line.startswith("Pss:"):
                return int(line.split()[1]) * 1024
    except OSError:
        pass
    return 0


def run(command, memory=False):
    """Seconds, and the peak of the sum of bytes (0 unless asked for: looking costs time)."""
    peak = 0
    start = time.perf_counter()
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL)
    while memory and process.poll() is None:
        peak = max(peak, sum(map(proportional, family(process.pid))))
        time.sleep(0.02)
    if process.wait() != 0:
        sys.exit(f"{command[0]} ended with {process.returncode}")
    return time.perf_counter() - start, peak
