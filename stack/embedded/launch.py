"""Replaces itself by another program, which ends when the parent process ends.

It is a script of its own, with few imports, because it works between fork and exec:
there a parent with threads may not run Python.
"""

import ctypes
import os
import signal
import subprocess
import sys
import threading
from contextlib import suppress
from pathlib import Path

PR_SET_PDEATHSIG = 1
PR_SET_CHILD_SUBREAPER = 36
CLONE_NEWUSER = 0x10000000


def die_with_parent(parent: int, death_signal: int) -> None:
    """Linux only: the kernel sends the signal when the parent's thread ends."""
    ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, death_signal)
    if os.getppid() != parent:  # it ended before the prctl
        sys.exit(1)


def become_nobody_in_namespace() -> None:
    """A user namespace in which root is nobody, so that no file changes its owner."""
    uid, gid = os.geteuid(), os.getegid()
    libc = ctypes.CDLL(None, use_errno=True)
    if libc.unshare(CLONE_NEWUSER) != 0:
        raise OSError(ctypes.get_errno(), "user namespaces are not allowed here")
    nobody_uid, nobody_gid = nobody()
    Path("/proc/self/setgroups").write_text("deny", "ascii")
    Path("/proc/self/uid_map").write_text(f"{nobody_uid} {uid} 1", "ascii")
    Path("/proc/self/gid_map").write_text(f"{nobody_gid} {gid} 1", "ascii")


def become_nobody() -> None:
    uid, gid = nobody()
    os.setgroups([])
    os.setgid(gid)
    os.setuid(uid)


def nobody() -> tuple[int, int]:
    import pwd  # noqa: PLC0415 - only root needs it, and every start counts

    entry = pwd.getpwnam("nobody")
    return entry.pw_uid, entry.pw_gid


USERS = {
    "self": lambda: None,
    "namespace": become_nobody_in_namespace,
    "nobody": become_nobody,
}


def watch(program: list[str], death_signal: int, lifeline: int) -> int:
    """Not on Linux: waits beside the program for the end of a pipe of the parent."""
    child = subprocess.Popen(program)  # noqa: S603 - our own servers
    for passed_on in (signal.SIGTERM, signal.SIGINT, signal.SIGQUIT):
        signal.signal(passed_on, lambda number, _: child.send_signal(number))

    def end_with_parent() -> None:
        os.read(lifeline, 1)
        child.send_signal(death_signal)

    threading.Thread(target=end_with_parent, daemon=True).start()
    status = child.wait()
    return status if status >= 0 else 128 - status


def watch_tree(program: list[str], parent: int) -> int:
    """Linux only: when the program or the parent ends, kills all its descendants.

    Also those that left its process group, and those whose own parent has ended.
    """
    ctypes.CDLL(None).prctl(PR_SET_CHILD_SUBREAPER, 1)
    signal.signal(signal.SIGUSR1, lambda *_: kill_tree(os.getpid()))
    # The kernel sends HUP to a process group with frozen members that loses its parent.
    signal.signal(signal.SIGHUP, lambda *_: None)
    die_with_parent(parent, signal.SIGUSR1)
    launcher = [sys.executable, "-I", "-S", __file__, str(os.getpid())]
    launcher += [str(int(signal.SIGKILL)), "self", "none"]
    child = subprocess.Popen([*launcher, *program])  # noqa: S603 - our own servers
    for passed_on in (signal.SIGTERM, signal.SIGINT, signal.SIGQUIT):
        signal.signal(passed_on, lambda number, _: os.kill(child.pid, number))
    ended, status = 0, 0
    while ended != child.pid:  # others that end here are orphans of the program
        ended, status = os.wait()
    kill_tree(os.getpid())
    code = os.waitstatus_to_exitcode(status)
    return code if code >= 0 else 128 - code


def kill_tree(root: int) -> None:
    """All descendants, not the root. Frozen first, so that none starts another."""
    for pid in freeze_tree(root):
        with suppress(ProcessLookupError):
            os.kill(pid, signal.SIGKILL)


def freeze_tree(root: int) -> set[int]:
    """All descendants, stopped from the top down, so that none escapes."""
    frozen: set[int] = set()
    while new := descendants(root) - frozen:
        for pid in new:
            with suppress(ProcessLookupError):
                os.kill(pid, signal.SIGSTOP)
        frozen |= new
    return frozen


def descendants(root: int) -> set[int]:
    """Children, their children and so on, without those that have ended."""
    parents = {}
    for stat in Path("/proc").glob("[0-9]*/stat"):
        with suppress(OSError):
            # The name in brackets may hold anything, brackets and spaces too.
            state, parent, *_ = stat.read_text().rpartition(")")[2].split()
            if state != "Z":
                parents[int(stat.parent.name)] = int(parent)
    found: set[int] = set()
    newest = {root}
    while newest:
        newest = {pid for pid, parent in parents.items() if parent in newest}
        found |= newest
    return found


def main(
    parent: str, death_signal: str, user: str, lifeline: str, *program: str
) -> None:
    USERS[user]()
    if lifeline == "tree":
        sys.exit(watch_tree(list(program), int(parent)))
    if lifeline != "none":
        sys.exit(watch(list(program), int(death_signal), int(lifeline)))
    # After the change of user, which would clear it.
    die_with_parent(int(parent), int(death_signal))
    os.execv(program[0], program)  # noqa: S606 - our own servers


if __name__ == "__main__":
    main(*sys.argv[1:])
