"""The embedded broker starts again, empty, when its log is long."""

from collections.abc import Iterator

import pytest

from domain.events import RESERVATIONS
from realtime.broker import Kafka
from stack.embedded.broker import Broker
from stack.embedded.broker_log import (
    DEAD_LETTERS,
    LONG_LOG,
    LONGEST_LOG,
    LOOK_SECONDS,
    BrokerLog,
    Ends,
    log_ends,
)
from stack.embedded.data_folder import DataFolder


class FakeBroker:
    """One partition for each topic, with nothing but its marker at first."""

    now = 1_000.0

    def __init__(self) -> None:
        self.ends: dict[str, list[int]] | None = {
            name: [1] for name in (RESERVATIONS, *DEAD_LETTERS)
        }
        self.log = BrokerLog(self._read_ends, lambda: self.now)

    def _read_ends(self) -> Ends | None:
        return self.ends

    def is_too_long_with(self, **ends: int) -> bool:
        """After the time to the next look."""
        self.now += LOOK_SECONDS
        if self.ends is not None:
            self.ends |= {name.replace("_", "."): [end] for name, end in ends.items()}
        return self.log.is_too_long()


@pytest.fixture
def fake() -> FakeBroker:
    return FakeBroker()


def test_a_long_log_is_emptied_once_no_event_comes(fake: FakeBroker) -> None:
    assert not fake.is_too_long_with(reservations=LONG_LOG)
    assert not fake.is_too_long_with(reservations=LONG_LOG + 1)
    assert fake.is_too_long_with()


def test_a_short_log_stays(fake: FakeBroker) -> None:
    assert not fake.is_too_long_with(reservations=7)
    assert not fake.is_too_long_with()


def test_the_longest_log_is_emptied_while_events_come(fake: FakeBroker) -> None:
    assert not fake.is_too_long_with(reservations=LONGEST_LOG - 1_000)
    assert fake.is_too_long_with(reservations=LONGEST_LOG + 1)


def test_dead_letters_are_kept_for_people(fake: FakeBroker) -> None:
    assert fake.ends is not None
    fake.ends[DEAD_LETTERS[0]] = [2]

    assert not fake.is_too_long_with(reservations=LONGEST_LOG + 1)
    assert not fake.is_too_long_with()


def test_a_broker_that_does_not_answer_is_left_to_the_supervisor(
    fake: FakeBroker,
) -> None:
    fake.ends = None

    assert not fake.is_too_long_with()


def test_it_looks_only_now_and_then(fake: FakeBroker) -> None:
    fake.is_too_long_with(reservations=LONGEST_LOG + 1)

    assert fake.log.seconds_to_look() == LOOK_SECONDS
    assert not fake.log.is_too_long()


@pytest.fixture
def broker(folder: DataFolder) -> Iterator[Broker]:
    broker = Broker(folder)
    broker.start()
    broker.wait_until_ready()
    yield broker
    broker.kill()
    broker.port.close()


async def test_the_real_broker_tells_the_ends_of_its_log(broker: Broker) -> None:
    kafka = Kafka(
        bootstrap_servers=broker.bootstrap_servers,
        idempotence=False,
        replication_factor=1,
        partitions=4,
        fetch_wait_ms=0,
        session_timeout_ms=2_000,
    )
    await kafka.ensure_topics()
    async with kafka.producer() as producer:
        for _ in range(3):
            await producer.send_and_wait(RESERVATIONS, b"event", partition=2)

    ends = log_ends(broker.port.number)
    assert ends is not None
    assert ends[RESERVATIONS] == [1, 1, 4, 1]
    assert [ends[name] for name in DEAD_LETTERS] == [[1, 1, 1, 1]] * 2

    broker.kill()
    assert log_ends(broker.port.number) is None
