"""Restarts child processes that have ended."""

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from runtime.back_off import BackOff
from stack.embedded.child_process import ChildProcess

HEALTHY_SECONDS = 30.0


@dataclass
class _Supervised:
    process: ChildProcess
    back_off: BackOff = field(default_factory=lambda: BackOff(0.1, 5.0))
    alive_since: float = 0.0
    restart_at: float | None = None
    left_down: bool = False


class Supervisor:
    """Waits longer before each restart of a process that ends soon after its start."""

    def __init__(
        self,
        processes: Sequence[ChildProcess],
        say: Callable[[str], None],
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        now = clock()
        self._clock = clock
        self._supervised = [_Supervised(each, alive_since=now) for each in processes]
        self._say = say

    def check(self) -> float | None:
        """Returns the seconds until the next restart; None when none is due."""
        now = self._clock()
        for each in self._supervised:
            if each.left_down:
                continue
            if each.restart_at is None and not each.process.is_running():
                self._schedule(each, now)
            if each.restart_at is not None and each.restart_at <= now:
                each.process.start()
                each.restart_at, each.alive_since = None, now
        due = [
            each.restart_at for each in self._supervised if each.restart_at is not None
        ]
        return max(0.0, min(due) - now) if due else None

    def leave_down(self, process: ChildProcess) -> None:
        """No restart of a process that is about to end, or has ended."""
        found = self._find(process)
        found.left_down, found.restart_at = True, None

    def restart(self, process: ChildProcess) -> None:
        """Starts a process that was left down; does nothing to one that runs."""
        found = self._find(process)
        if not process.is_running():
            process.start()
        found.left_down, found.restart_at = False, None
        found.back_off.reset()
        found.alive_since = self._clock()

    def _find(self, process: ChildProcess) -> _Supervised:
        return next(each for each in self._supervised if each.process is process)

    def _schedule(self, ended: _Supervised, now: float) -> None:
        if now - ended.alive_since > HEALTHY_SECONDS:
            ended.back_off.reset()
        delay, process = ended.back_off.next_delay(), ended.process
        ended.restart_at = now + delay
        self._say(
            f"{process.name} has ended (exit code {process.exit_code()}); "
            f"it starts again in {delay:.1f} s. Its log: {process.log}"
        )
