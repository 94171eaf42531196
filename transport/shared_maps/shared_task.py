"""A task of a shared map: nobody's own end cancels it."""

import asyncio
from collections.abc import Coroutine
from typing import Any

from runtime.cancel_scope import CancelScope
from transport.shares.admission import Admission


class SharedTask:
    """The admission ends with it, even with one that never began."""

    def __init__(self, work: Coroutine[Any, Any, None], admission: Admission) -> None:
        self._scope = CancelScope()
        self._admission = admission
        self.task = asyncio.create_task(self._run(work))
        self.task.add_done_callback(self._end_admission)

    async def stop(self) -> None:
        """Waits for its end."""
        self._scope.cancel()
        await asyncio.wait([self.task])

    async def _run(self, work: Coroutine[Any, Any, None]) -> None:
        try:
            with self._scope:
                await work
        finally:
            work.close()  # it may never have begun

    def _end_admission(self, task: "asyncio.Task[None]") -> None:
        if task.cancelled():
            self._admission.cut()
        self._admission.end()
