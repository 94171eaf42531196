"""Lua scripts on one Redis node; calls of the same moment share a round trip."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from hashlib import sha1
from typing import Any

from redis.asyncio import Redis
from redis.exceptions import NoScriptError

from runtime.cancel_scope import outliving
from runtime.patience import Patience
from telemetry.spans import spans

PATIENCE_SECONDS = 0.5  # for a connection and the answers to all calls of a flush
FLUSHES = 8  # under way at once: fewer than a client has connections


class Script:
    def __init__(self, text: str) -> None:
        self.text = text
        self.sha = sha1(text.encode(), usedforsecurity=False).hexdigest()


@dataclass(slots=True)
class _ScriptCall:
    script: Script
    keys: Sequence[str]
    args: Sequence[str | int]
    answer: asyncio.Future[Any]


class ScriptBatch:
    """A command costs more CPU here than in Redis, and most of it per round trip.

    So calls wait until the event loop has run all ready tasks, and are sent together.
    If many flushes are under way, calls wait until one of them has ended.
    """

    def __init__(self, redis: "Redis") -> None:
        self._redis = redis
        self._waiting: list[_ScriptCall] = []
        self._flushes: set[asyncio.Task[None]] = set()

    def run(
        self, script: Script, keys: Sequence[str], *args: str | int
    ) -> "asyncio.Future[Any]":
        """The script's result. Raises RedisError or OSError.

        Not a coroutine: gather() would make a task of each call.
        """
        loop = asyncio.get_running_loop()
        call = _ScriptCall(script, keys, args, loop.create_future())
        if not self._waiting:
            loop.call_soon(self._flush)
        self._waiting.append(call)
        return call.answer

    def _flush(self) -> None:
        if not self._waiting or len(self._flushes) == FLUSHES:
            return
        calls, self._waiting = self._waiting, []
        task = asyncio.get_running_loop().create_task(outliving(self._send(calls)))
        self._flushes.add(task)
        task.add_done_callback(self._end_flush)

    def _end_flush(self, task: "asyncio.Task[None]") -> None:
        self._flushes.discard(task)
        self._flush()

    async def _send(self, calls: list[_ScriptCall]) -> None:
        try:
            answers = await self._pipeline(calls)
            if any(isinstance(answer, NoScriptError) for answer in answers):
                # Redis came back empty and lost the scripts. Only calls that did not
                # run are repeated.
                await self._load({call.script for call in calls})
                again = [
                    call
                    for call, answer in zip(calls, answers, strict=True)
                    if isinstance(answer, NoScriptError)
                ]
                repeated = iter(await self._pipeline(again))
                answers = [
                    next(repeated) if isinstance(answer, NoScriptError) else answer
                    for answer in answers
                ]
        except Exception as error:  # noqa: BLE001  # each caller gets it, none hangs
            answers = [error] * len(calls)
        for call, answer in zip(calls, answers, strict=True):
            if call.answer.done():  # its caller was cancelled
                continue
            if isinstance(answer, Exception):
                call.answer.set_exception(answer)
            else:
                call.answer.set_result(answer)

    async def _pipeline(self, calls: Sequence[_ScriptCall]) -> list[Any]:
        with spans().child("Redis scripts"):
            async with Patience(PATIENCE_SECONDS):
                return await self._execute(calls)

    async def _execute(self, calls: Sequence[_ScriptCall]) -> list[Any]:
        async with self._redis.pipeline(transaction=False) as pipe:
            for call in calls:
                pipe.evalsha(call.script.sha, len(call.keys), *call.keys, *call.args)
            return await pipe.execute(raise_on_error=False)

    async def _load(self, scripts: set[Script]) -> None:
        for script in scripts:
            await self._redis.script_load(script.text)
