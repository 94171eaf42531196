"""The table of events in the documentation against the catalogue."""

import re
from pathlib import Path

from domain.account_events import NOTICES_CONSUMER
from domain.events import (
    EVENTS,
    FANOUT_CONSUMER,
    PAYMENTS,
    PAYMENTS_CONSUMER,
    RESERVATIONS,
    topics_of,
)

DOCUMENT = Path(__file__).parents[2] / "docs/architecture.md"
TYPES = re.compile(r"[A-Z][A-Za-z]+(, [A-Z][A-Za-z]+)*")


def documented() -> dict[str, tuple[str, tuple[str, ...]]]:
    """Topic and readers of each type; a row without a topic continues the one above."""
    found = {}
    topic = ""
    for line in DOCUMENT.read_text().splitlines():
        cells = [cell.strip(" `") for cell in line.strip("|").split("|")]
        if len(cells) != 4 or not TYPES.fullmatch(cells[1]):
            continue
        topic = cells[0] or topic
        for type_ in cells[1].split(", "):
            found[type_] = (topic, tuple(cells[2].split(", ")))
    return found


def test_the_documentation_lists_every_event() -> None:
    assert documented() == {
        name: (event.topic, event.awaited_by) for name, event in EVENTS.items()
    }


def test_each_consumer_subscribes_to_the_topics_of_its_events() -> None:
    assert topics_of(PAYMENTS_CONSUMER) == (RESERVATIONS,)
    assert topics_of(FANOUT_CONSUMER) == (RESERVATIONS, PAYMENTS)
    assert topics_of(NOTICES_CONSUMER) == (RESERVATIONS, PAYMENTS)
