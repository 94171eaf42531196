"""Several faults at once, drawn by the seed, that heal in any order."""

import random

from tests.cluster.faults import (
    Fault,
    black_hole,
    cut,
    freeze,
    kill,
    slow,
    stop_reading,
)
from tests.cluster.scenario import Scenario

MIXES = (
    Scenario(name="mix-of-3", expected="all of it at once", mix=3, bound=30, outage=60),
    Scenario(name="mix-of-4", expected="all of it at once", mix=4, bound=30, outage=60),
    Scenario(name="mix-of-5", expected="all of it at once", mix=5, bound=30, outage=60),
)

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


def faults_of(scenario: Scenario, dice: random.Random) -> list[Fault]:
    if scenario.mix:
        return dice.sample(MIXABLE, scenario.mix)
    return list(scenario.faults)
