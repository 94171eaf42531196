"""Answers, waves of answers, and their counts and times."""

import json
import math
from collections import Counter
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

HTTP_OK = 200


@dataclass(frozen=True)
class Answer:
    """`began` and `ended` are seconds on the machine's monotonic clock."""

    user: int
    began: float
    ended: float
    status: int
    body: bytes

    @cached_property
    def result(self) -> dict[str, Any] | None:
        """The result of the mutation, or None if there is none."""
        try:
            answer = json.loads(self.body)
            result = next(iter(answer["data"].values()))
        except (ValueError, LookupError, AttributeError, TypeError, StopIteration):
            return None
        fits = isinstance(result, dict) and "errors" not in answer
        return result if fits and self.status == HTTP_OK else None

    @cached_property
    def outcome(self) -> str:
        """The type name of the result, or the status and start of the body."""
        if self.result is not None and "__typename" in self.result:
            return str(self.result["__typename"])
        return f"HTTP {self.status} {self.body[:120].decode(errors='replace')}".strip()

    @property
    def milliseconds(self) -> float:
        return (self.ended - self.began) * 1000


@dataclass(frozen=True)
class Wave:
    """The answers to requests that were sent at the same moment."""

    answers: tuple[Answer, ...]

    @property
    def seconds(self) -> float:
        """From the first request's start to the last answer's end."""
        return self.ended - self.began

    @property
    def began(self) -> float:
        return min((answer.began for answer in self.answers), default=0.0)

    @property
    def ended(self) -> float:
        return max((answer.ended for answer in self.answers), default=0.0)

    def count(self) -> Counter[str]:
        return Counter(answer.outcome for answer in self.answers)


@dataclass(frozen=True)
class Row:
    """One kind of request; times in milliseconds, `rate` in requests a second."""

    name: str
    waves: int
    requests: int
    done: int
    refused: int
    errors: int
    rate: float | None
    avg: float
    p50: float
    p90: float
    p95: float
    max: float


def row(
    name: str,
    waves: Sequence[Wave],
    done: Collection[str] = (),
    refused: Collection[str] = (),
) -> Row:
    """`done` and `refused` are type names; every other outcome is an error."""
    answers = [answer for wave in waves for answer in wave.answers]
    seconds = sum(wave.seconds for wave in waves)
    rate = len(answers) / seconds if seconds else None
    return _row(name, answers, done, refused, waves=len(waves), rate=rate)


def paced_row(name: str, answers: Sequence[Answer], done: Collection[str]) -> Row:
    """For requests sent at a fixed pace: their rate would only show that pace."""
    return _row(name, answers, done, (), waves=0, rate=None)


def _row(
    name: str,
    answers: Sequence[Answer],
    done: Collection[str],
    refused: Collection[str],
    *,
    waves: int,
    rate: float | None,
) -> Row:
    outcomes = Counter(answer.outcome for answer in answers)
    was_done = sum(outcomes[kind] for kind in done)
    was_refused = sum(outcomes[kind] for kind in refused)
    times = sorted(answer.milliseconds for answer in answers) or [math.nan]
    return Row(
        name=name,
        waves=waves,
        requests=len(answers),
        done=was_done,
        refused=was_refused,
        errors=len(answers) - was_done - was_refused,
        rate=rate,
        avg=sum(times) / len(times),
        p50=percentile(times, 50),
        p90=percentile(times, 90),
        p95=percentile(times, 95),
        max=times[-1],
    )


def percentile(ascending: Sequence[float], percent: float) -> float:
    """By nearest rank, so the result is one of the values."""
    rank = math.ceil(len(ascending) * percent / 100)
    return ascending[max(rank, 1) - 1]


def ratio(rate: float | None, ceiling: float | None) -> float:
    return rate / ceiling if rate and ceiling else math.nan


def complaints(waves: Iterable[Wave], expected: dict[str, int]) -> list[str]:
    """A sentence for each wave with other outcomes than the expected ones."""
    wanted = Counter(expected)
    return [
        f"Wave {number}: expected {_listed(wanted)}, got {_listed(wave.count())}."
        for number, wave in enumerate(waves, start=1)
        if +wave.count() != +wanted
    ]


def wrong(rows: Iterable[Row]) -> list[str]:
    """A sentence for each row with errors."""
    return [
        f"{row.errors} requests went wrong: {row.name}." for row in rows if row.errors
    ]


def _listed(outcomes: Counter[str]) -> str:
    return ", ".join(f"{count} {kind}" for kind, count in (+outcomes).most_common(5))
