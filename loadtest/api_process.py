"""Memory and CPU time of the processes of a run, from /proc."""

import json
import time
from collections.abc import Iterator
from pathlib import Path

from runtime import run_file

PROC = Path("/proc")
# Linux makes the number of a process's clock from its id. To the nanosecond, while
# /proc counts in ticks of 10 ms.
CPU_CLOCK = 2


def find_api(data_dir: Path) -> int | None:
    """The process id of `python -m app serve` below the run in that folder."""
    return next(iter(find_apis(data_dir)), None)


def find_apis(data_dir: Path) -> list[int]:
    """All of them: a cluster has several."""
    return [process for process in find_all(data_dir) if _is_api(process)]


def find_all(data_dir: Path) -> list[int]:
    """The processes below the run in that folder: programs and servers."""
    try:
        run = int(json.loads((data_dir / run_file.FILE).read_text("utf-8"))["pid"])
    except (OSError, ValueError, KeyError):
        return []
    parents = dict(_parents())
    return [each for each in sorted(parents) if run in _ancestors(each, parents)]


def resident_kib(process: int | None) -> int | None:
    if process is None:
        return None
    try:
        status = (PROC / str(process) / "status").read_text("utf-8")
    except OSError:
        return None
    return int(status.partition("VmRSS:")[2].split()[0])


def cpu_seconds(process: int) -> float | None:
    """User and system time since it started; None when it has ended."""
    try:
        return time.clock_gettime(~process << 3 | CPU_CLOCK)
    except OSError:
        return None


def _parents() -> Iterator[tuple[int, int]]:
    for entry in PROC.iterdir():
        if entry.name.isdigit():
            try:
                stat = (entry / "stat").read_text("utf-8", errors="replace")
            except OSError:  # it has ended
                continue
            # The name, in brackets, may hold anything: count from its end.
            yield int(entry.name), int(stat.rpartition(")")[2].split()[1])


def _ancestors(process: int, parents: dict[int, int]) -> Iterator[int]:
    while process in parents:
        process = parents[process]
        yield process


def _is_api(process: int) -> bool:
    try:
        command = (PROC / str(process) / "cmdline").read_bytes().split(b"\0")
    except OSError:
        return False
    return b"serve" in command and b"python" in command[0]
