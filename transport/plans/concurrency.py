"""The fields of one object, executed concurrently, or one after the other."""

from collections.abc import Coroutine, Sequence
from types import CoroutineType
from typing import Any

from graphql.pyutils import Path, gather_with_cancel

from transport.plans.run import Place, PlanRun

Fields = Sequence[tuple[str, Place]]  # by the names that they have in the answer


def concurrently(fields: Fields) -> Place:
    """Sibling coroutines begin in the same tick, so that their reads are batched."""
    fields = tuple(fields)

    def execute(source: Any, path: Path | None, run: PlanRun) -> Any:
        answer: dict[str, Any] = {}
        waiting: list[str] = []
        try:
            for key, place in fields:
                answer[key] = value = place(source, path, run)
                if type(value) is CoroutineType:
                    waiting.append(key)
        except Exception:
            run.settle([answer[key] for key in waiting])
            raise
        return _with_awaited(answer, waiting) if waiting else answer

    return execute


def serially(fields: Fields) -> Place:
    fields = tuple(fields)

    async def execute(source: Any, path: Path | None, run: PlanRun) -> dict[str, Any]:
        answer: dict[str, Any] = {}
        for key, place in fields:
            value = place(source, path, run)
            if type(value) is CoroutineType:
                value = await value
            answer[key] = value
        return answer

    return execute


def items(place: Place) -> Place:
    """Of a list, whose items are executed concurrently, too."""

    def execute(values: Any, path: Path | None, run: PlanRun) -> Any:
        answer: list[Any] = []
        waiting: list[int] = []
        iterator = iter(values)
        try:
            for index, item in enumerate(iterator):
                value = place(item, Path(path, index, None), run)
                if type(value) is CoroutineType:
                    waiting.append(index)
                answer.append(value)
        except Exception:
            run.settle([answer[index] for index in waiting])
            raise
        return _with_awaited(answer, waiting) if waiting else answer

    return execute


async def _with_awaited(answer: Any, waiting: list[Any]) -> Any:
    """`answer` is a dict or a list; `waiting` has the keys of its coroutines."""
    coroutines: list[Coroutine[Any, Any, Any]] = [answer[key] for key in waiting]
    if len(coroutines) == 1:
        answer[waiting[0]] = await coroutines[0]
        return answer
    for key, value in zip(waiting, await gather_with_cancel(*coroutines), strict=True):
        answer[key] = value
    return answer
