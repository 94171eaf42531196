"""What is done to servers, processes and the ways between them, and undone again."""

import asyncio
import random
from collections.abc import Callable
from dataclasses import dataclass, field

from tests.cluster.environment import Environment
from tests.cluster.proxy import Trap
from tests.cluster.workload.crowd import Crowd


@dataclass
class Scene:
    """What faults are made of; each remembers here what its healing needs."""

    environment: Environment
    crowd: Crowd
    dice: random.Random
    victims: list[str] = field(default_factory=list)
    traps: list[Trap] = field(default_factory=list)
    restarting: list[asyncio.Task[None]] = field(default_factory=list)


Act = Callable[[Scene], None]


def nothing(_scene: Scene) -> None: ...


@dataclass(frozen=True)
class Fault:
    what: str
    strike: Act
    heal: Act = nothing


def kill(name: str) -> Fault:
    return Fault(
        f"SIGKILL {name}",
        lambda scene: scene.environment.kill(name),
        lambda scene: scene.environment.start(name),
    )


def kill_leader(kind: str) -> Fault:
    """Whoever it is by then; it comes back as what the others let it be."""

    def strike(scene: Scene) -> None:
        scene.victims.append(scene.environment.leader(kind))
        scene.environment.kill(scene.victims[-1])

    return Fault(f"SIGKILL the {kind} primary", strike, start_victims)


def freeze_leader(kind: str) -> Fault:
    def strike(scene: Scene) -> None:
        scene.victims.append(scene.environment.leader(kind))
        scene.environment.freeze(scene.victims[-1])

    return Fault(f"SIGSTOP the {kind} primary", strike, thaw_victims)


def kill_follower(kind: str) -> Fault:
    def strike(scene: Scene) -> None:
        leader = scene.environment.leader(kind)
        name = next(n for n in scene.environment.names(f"{kind}-") if n != leader)
        scene.victims.append(name)
        scene.environment.kill(name)

    return Fault(f"SIGKILL a {kind} replica", strike, start_victims)


def thaw_victims(scene: Scene) -> None:
    for victim in scene.victims:
        scene.environment.thaw(victim)
    scene.victims.clear()


def start_victims(scene: Scene) -> None:
    for victim in scene.victims:
        scene.environment.start(victim)
    scene.victims.clear()


def freeze(*names: str) -> Fault:
    def strike(scene: Scene) -> None:
        for name in names:
            scene.environment.freeze(name)

    def heal(scene: Scene) -> None:
        for name in names:
            scene.environment.thaw(name)

    return Fault(f"SIGSTOP {', '.join(names)}", strike, heal)


def restart_in_turn(*names: str) -> Fault:
    """As an upgrade does, while the crowd goes on."""

    def strike(scene: Scene) -> None:
        async def restart() -> None:
            for name in names:
                await scene.environment.restart(name)

        scene.restarting.append(asyncio.create_task(restart()))

    return Fault(f"restarted in turn: {', '.join(names)}", strike)


def empty(name: str) -> Fault:
    """It comes back at once, and remembers nothing."""

    def strike(scene: Scene) -> None:
        scene.environment.kill(name)
        scene.environment.start(name)

    return Fault(f"{name} back empty", strike)


def stop_reading() -> Fault:
    def strike(scene: Scene) -> None:
        for watcher in scene.crowd.watchers:
            if watcher.stalls:
                watcher.reading.clear()

    def heal(scene: Scene) -> None:
        for watcher in scene.crowd.watchers:
            watcher.reading.set()

    return Fault("two watchers stop reading", strike, heal)


def wrong_clocks(seconds: int) -> Fault:
    """One API is so much ahead, another so much behind."""
    shifts = {"api-1": seconds, "api-2": -seconds}

    def strike(scene: Scene) -> None:
        for name, shift in shifts.items():
            scene.environment.kill(name)
            scene.environment.start(name, "tests.cluster.skewed", str(shift))

    def heal(scene: Scene) -> None:
        for name in shifts:
            scene.environment.kill(name)
            scene.environment.start(name)

    return Fault(f"clocks of two APIs {seconds} s off", strike, heal)


def fill_disk() -> Fault:
    def strike(scene: Scene) -> None:
        with (scene.environment.disk / "filler").open("wb", buffering=0) as filler:
            try:
                while filler.write(bytes(1 << 16)):
                    pass
            except OSError:
                return  # full

    def heal(scene: Scene) -> None:
        (scene.environment.disk / "filler").unlink(missing_ok=True)

    return Fault("disk full under Postgres", strike, heal)
