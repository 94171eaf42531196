"""Several faults at once, chosen by the seed and healed in random order."""

import random

from tests.cluster.faults import Fault, freeze, kill, stop_reading
from tests.cluster.link_faults import black_hole, cut, slow
from tests.cluster.scenario import Scenario

MIXABLE = (
    kill("api-1"),
    freeze("api-2"),
    kill("worker-1"),
    freeze("worker-2"),
    kill("redis"),
    kill("kafka"),
    kill("postgres"),
    slow("postgres", 0.5),
    cut("postgres", "api-3"),
    black_hole("redis"),
    black_hole("kafka"),
    stop_reading(),
)

MIXES = tuple(
    Scenario(
        name=f"mix-of-{count}",
        expected="all of it at once",
        faults=MIXABLE,
        mix=count,
        bound=30,
        outage=60,
    )
    for count in (3, 4, 5)
)


def faults_of(scenario: Scenario, rng: random.Random) -> list[Fault]:
    if scenario.mix:
        return rng.sample(scenario.faults, scenario.mix)
    return list(scenario.faults)
