"""Faults of the links to servers: slow, cut, silent, or at a certain statement."""

from collections.abc import Callable

from tests.cluster.faults import (
    Fault,
    FaultAction,
    FaultContext,
    nothing,
    start_victims,
    thaw_victims,
)
from tests.cluster.proxy import Moment, Trap


def slow(to: str, seconds: float) -> Fault:
    def strike(context: FaultContext) -> None:
        for link in context.environment.links(to):
            link.delay(seconds)

    return Fault(f"{seconds * 1000:.0f} ms to {to}", strike, _heal_links(to))


def cut(to: str, of: str = "") -> Fault:
    def strike(context: FaultContext) -> None:
        for link in context.environment.links(to, of):
            link.cut()

    return Fault(f"{of or 'all'} cut off from {to}", strike, _heal_links(to, of))


def black_hole(to: str, of: str = "") -> Fault:
    def strike(context: FaultContext) -> None:
        for link in context.environment.links(to, of):
            link.black_hole()

    return Fault(f"black hole to {to} {of}".strip(), strike, _heal_links(to, of))


def _heal_links(to: str, of: str = "") -> FaultAction:
    def heal(context: FaultContext) -> None:
        for link in context.environment.links(to, of):
            link.heal()

    return heal


def lose(label: str, moment: Moment, of: str, times: int) -> Fault:
    """Cuts the connection there, so that the outcome is unknown."""
    return _trapped(f"lost: {label} {moment}", label, moment, of, times=times)


def kill_at(label: str, moment: Moment, of: str, *, skips: int = 3) -> Fault:
    """`skips`: so many statements at most go through before, by the seed."""

    def trigger(context: FaultContext, owner: str) -> None:
        context.environment.kill(owner)
        context.victims.append(owner)

    what = f"SIGKILL {of} as {label} is {moment}"
    return _trapped(
        what, label, moment, of, trigger=trigger, heal=start_victims, skips=skips
    )


def freeze_at(label: str, moment: Moment, of: str) -> Fault:
    def trigger(context: FaultContext, owner: str) -> None:
        context.environment.freeze(owner)
        context.victims.append(owner)

    what = f"SIGSTOP {of} as {label} is {moment}"
    heal = thaw_victims
    return _trapped(what, label, moment, of, trigger=trigger, heal=heal, cuts=False)


def _trapped(
    what: str,
    label: str,
    moment: Moment,
    of: str,
    *,
    trigger: Callable[[FaultContext, str], None] = lambda _context, _owner: None,
    heal: FaultAction = nothing,
    times: int = 1,
    cuts: bool = True,
    skips: int = 3,
) -> Fault:
    def strike(context: FaultContext) -> None:
        trap = Trap(
            label=label,
            moment=moment,
            cuts=cuts,
            trigger=lambda owner: trigger(context, owner),
            left=times,
            skip=context.rng.randrange(skips + 1),
        )
        context.traps.append(trap)
        for link in context.environment.links("postgres", of):
            link.set_trap(trap)

    def undo(context: FaultContext) -> None:
        _heal_links("postgres", of)(context)
        heal(context)

    return Fault(what, strike, undo)
