"""Process ids from /proc (Linux)."""

import time
from collections.abc import Iterable
from pathlib import Path


def parents() -> dict[int, int]:
    """The parent of each running process, without zombies."""
    found = {}
    for stat in Path("/proc").glob("[0-9]*/stat"):
        try:
            # The name in brackets may contain brackets and spaces.
            state, parent, *_ = stat.read_text().rpartition(")")[2].split()
        except (FileNotFoundError, ProcessLookupError):
            continue
        if state != "Z":
            found[int(stat.parent.name)] = int(parent)
    return found


def descendants(pid: int) -> set[int]:
    """Its children, their children, and so on."""
    tree = parents()
    found: set[int] = set()
    newest = {pid}
    while newest:
        newest = {child for child, parent in tree.items() if parent in newest}
        found |= newest
    return found


def wait_until_gone(pids: Iterable[int], seconds: float) -> set[int]:
    """The processes that still run when the time is over."""
    until = time.monotonic() + seconds
    while (left := set(pids) & parents().keys()) and time.monotonic() < until:
        time.sleep(0.01)
    return left
