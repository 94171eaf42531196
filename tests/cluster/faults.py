"""Faults of servers and processes: each has a strike and a healing."""

import asyncio
import random
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Protocol

from tests.cluster.environment import Environment
from tests.cluster.proxy import Trap
from tests.cluster.workload.watcher import SimulatedWatcher


class Crowd(Protocol):
    @property
    def watchers(self) -> Sequence[SimulatedWatcher]: ...


@dataclass
class FaultContext:
    """What faults act on, and what they need to remember until they heal."""

    environment: Environment
    clients: Crowd
    rng: random.Random
    victims: list[str] = field(default_factory=list)
    traps: list[Trap] = field(default_factory=list)
    restarting: list[asyncio.Task[None]] = field(default_factory=list)

    def all_have_struck(self) -> bool:
        return all(trap.triggered for trap in self.traps)


FaultAction = Callable[[FaultContext], None]


def nothing(_context: FaultContext) -> None: ...


@dataclass(frozen=True)
class Fault:
    what: str
    strike: FaultAction
    heal: FaultAction = nothing


def kill(name: str) -> Fault:
    return Fault(
        f"SIGKILL {name}",
        lambda context: context.environment.kill(name),
        lambda context: context.environment.start(name),
    )


def kill_leader(kind: str) -> Fault:
    """The primary at that moment; it comes back as the others allow."""

    def strike(context: FaultContext) -> None:
        context.victims.append(context.environment.leader(kind))
        context.environment.kill(context.victims[-1])

    return Fault(f"SIGKILL the {kind} primary", strike, start_victims)


def freeze_leader(kind: str) -> Fault:
    def strike(context: FaultContext) -> None:
        context.victims.append(context.environment.leader(kind))
        context.environment.freeze(context.victims[-1])

    return Fault(f"SIGSTOP the {kind} primary", strike, thaw_victims)


def kill_follower(kind: str) -> Fault:
    def strike(context: FaultContext) -> None:
        leader = context.environment.leader(kind)
        name = next(n for n in context.environment.names(f"{kind}-") if n != leader)
        context.victims.append(name)
        context.environment.kill(name)

    return Fault(f"SIGKILL a {kind} replica", strike, start_victims)


def thaw_victims(context: FaultContext) -> None:
    for victim in context.victims:
        context.environment.thaw(victim)
    context.victims.clear()


def start_victims(context: FaultContext) -> None:
    for victim in context.victims:
        context.environment.start(victim)
    context.victims.clear()


def freeze(*names: str) -> Fault:
    def strike(context: FaultContext) -> None:
        for name in names:
            context.environment.freeze(name)

    def heal(context: FaultContext) -> None:
        for name in names:
            context.environment.thaw(name)

    return Fault(f"SIGSTOP {', '.join(names)}", strike, heal)


def restart_in_turn(*names: str) -> Fault:
    """Restarts one after the other under load, as an upgrade does."""

    def strike(context: FaultContext) -> None:
        async def restart() -> None:
            for name in names:
                await context.environment.restart(name)

        context.restarting.append(asyncio.create_task(restart()))

    return Fault(f"restarted in turn: {', '.join(names)}", strike)


def empty(name: str) -> Fault:
    """Restarts at once without its data."""

    def strike(context: FaultContext) -> None:
        context.environment.kill(name)
        context.environment.start(name)

    return Fault(f"{name} back empty", strike)


def stop_reading() -> Fault:
    def strike(context: FaultContext) -> None:
        for watcher in context.clients.watchers:
            if watcher.stalls:
                watcher.reading.clear()

    def heal(context: FaultContext) -> None:
        for watcher in context.clients.watchers:
            watcher.reading.set()

    return Fault("two watchers stop reading", strike, heal)


def wrong_clocks(seconds: int) -> Fault:
    """The clock of one API is ahead, that of another behind."""
    shifts = {"api-1": seconds, "api-2": -seconds}

    def strike(context: FaultContext) -> None:
        for name, shift in shifts.items():
            context.environment.kill(name)
            context.environment.start(name, "tests.cluster.skewed_clock", str(shift))

    def heal(context: FaultContext) -> None:
        for name in shifts:
            context.environment.kill(name)
            context.environment.start(name)

    return Fault(f"clocks of two APIs {seconds} s off", strike, heal)


def fill_disk() -> Fault:
    def strike(context: FaultContext) -> None:
        with (context.environment.disk / "filler").open("wb", buffering=0) as filler:
            try:
                while filler.write(bytes(1 << 16)):
                    pass
            except OSError:
                return  # full

    def heal(context: FaultContext) -> None:
        (context.environment.disk / "filler").unlink(missing_ok=True)

    return Fault("disk full under Postgres", strike, heal)
