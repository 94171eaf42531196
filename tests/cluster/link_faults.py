"""What is done on the ways to the servers: slow, cut, silent, or struck at a moment."""

from collections.abc import Callable

from tests.cluster.faults import Act, Fault, Scene, nothing, start_victims, thaw_victims
from tests.cluster.proxy import Moment, Trap


def slow(to: str, seconds: float) -> Fault:
    def strike(scene: Scene) -> None:
        for link in scene.environment.links(to):
            link.delay(seconds)

    return Fault(f"{seconds * 1000:.0f} ms to {to}", strike, _heal_links(to))


def cut(to: str, of: str = "") -> Fault:
    def strike(scene: Scene) -> None:
        for link in scene.environment.links(to, of):
            link.cut()

    return Fault(f"{of or 'all'} cut off from {to}", strike, _heal_links(to, of))


def black_hole(to: str, of: str = "") -> Fault:
    def strike(scene: Scene) -> None:
        for link in scene.environment.links(to, of):
            link.black_hole()

    return Fault(f"black hole to {to} {of}".strip(), strike, _heal_links(to, of))


def _heal_links(to: str, of: str = "") -> Act:
    def heal(scene: Scene) -> None:
        for link in scene.environment.links(to, of):
            link.heal()

    return heal


def lose(label: str, moment: Moment, of: str, times: int) -> Fault:
    """The connection breaks there, so that nobody knows."""
    return _trapped(f"lost: {label} {moment}", label, moment, of, times=times)


def kill_at(label: str, moment: Moment, of: str) -> Fault:
    def spring(scene: Scene, owner: str) -> None:
        scene.environment.kill(owner)
        scene.victims.append(owner)

    what = f"SIGKILL {of} as {label} is {moment}"
    return _trapped(what, label, moment, of, spring=spring, heal=start_victims)


def freeze_at(label: str, moment: Moment, of: str) -> Fault:
    def spring(scene: Scene, owner: str) -> None:
        scene.environment.freeze(owner)
        scene.victims.append(owner)

    what = f"SIGSTOP {of} as {label} is {moment}"
    heal = thaw_victims
    return _trapped(what, label, moment, of, spring=spring, heal=heal, cuts=False)


def _trapped(
    what: str,
    label: str,
    moment: Moment,
    of: str,
    *,
    spring: Callable[[Scene, str], None] = lambda _scene, _owner: None,
    heal: Act = nothing,
    times: int = 1,
    cuts: bool = True,
) -> Fault:
    def strike(scene: Scene) -> None:
        trap = Trap(
            label=label,
            moment=moment,
            cuts=cuts,
            spring=lambda owner: spring(scene, owner),
            left=times,
            skip=scene.dice.randrange(4),
        )
        scene.traps.append(trap)
        for link in scene.environment.links("postgres", of):
            link.set_trap(trap)

    def undo(scene: Scene) -> None:
        _heal_links("postgres", of)(scene)
        heal(scene)

    return Fault(what, strike, undo)
