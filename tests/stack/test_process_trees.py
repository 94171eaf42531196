"""When a parent ends, all descendants of its program end, in any process group."""

import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import pytest

from stack.embedded import launch
from stack.embedded.process_user import unprivileged_user
from tests.support.processes import descendants, parents, wait_until_gone

# It leaves its group, as Postgres does under Patroni, and loses its own parent.
SPREADS = "(setsid sh -c 'sleep 600 & exec sleep 600' &); sleep 600"
PARENT = """
import os, subprocess, sys
launcher, identity, program = sys.argv[1:]
command = [sys.executable, "-I", "-S", launcher, str(os.getpid()), "9", identity]
command += ["tree", "/bin/sh", "-c", program]
subprocess.Popen(command, process_group=0).wait()
"""
SLEEPERS = 3


@pytest.fixture
def parent() -> Iterator["subprocess.Popen[bytes]"]:
    arguments = [launch.__file__, unprivileged_user(), SPREADS]
    with subprocess.Popen([sys.executable, "-c", PARENT, *arguments]) as process:
        until = time.monotonic() + 30
        while sleepers(process.pid) < SLEEPERS and time.monotonic() < until:
            time.sleep(0.02)
        yield process
        process.kill()


def sleepers(pid: int) -> int:
    found = 0
    for each in descendants(pid):
        with suppress(FileNotFoundError, ProcessLookupError):
            found += Path(f"/proc/{each}/comm").read_text() == "sleep\n"
    return found


def launcher_of(parent: "subprocess.Popen[bytes]") -> int:
    return next(pid for pid, of in parents().items() if of == parent.pid)


def test_all_of_it_ends_with_its_parent(parent: "subprocess.Popen[bytes]") -> None:
    tree = descendants(parent.pid)
    assert len(tree) == SLEEPERS + 2  # and the launcher, and a shell

    parent.kill()

    assert wait_until_gone(tree, seconds=10) == set()


def test_also_what_is_frozen(parent: "subprocess.Popen[bytes]") -> None:
    tree = descendants(parent.pid)
    frozen = launch.freeze_tree(launcher_of(parent))
    assert frozen == tree - {launcher_of(parent)}

    parent.kill()

    assert wait_until_gone(tree, seconds=10) == set()


def test_all_of_it_is_killed_at_once(parent: "subprocess.Popen[bytes]") -> None:
    tree = descendants(parent.pid)

    launch.kill_tree(launcher_of(parent))

    assert wait_until_gone(tree, seconds=10) == set()
    assert parent.wait(10) == 0
