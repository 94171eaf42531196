"""The client that has been given least is next. No test measures time here."""

import pytest

from transport.shares import fair_queue
from transport.shares.fair_queue import FairQueue

Queue = FairQueue[str]


def queue_of(*items: str) -> Queue:
    """The first letter of an item names its client."""
    queue = Queue()
    for item in items:
        queue.join(item, item[0])
    return queue


def served(queue: Queue, costs: dict[str, float]) -> list[str]:
    """All that waits, in order; each costs its client what `costs` says."""
    order = []
    while queue:
        item, clients = queue.pop()
        queue.charge(clients, costs[item[0]])
        order.append(item)
    return order


def test_equal_clients_take_turns() -> None:
    queue = queue_of("a1", "a2", "a3", "b1", "c1", "b2")

    assert served(queue, dict.fromkeys("abc", 1.0)) == [
        *("a1", "b1", "c1", "a2", "b2", "a3")
    ]


def test_clients_that_cost_nothing_take_turns_too() -> None:
    queue = queue_of("a1", "a2", "b1", "b2")

    assert served(queue, dict.fromkeys("ab", 0.0)) == ["a1", "b1", "a2", "b2"]


def test_who_costs_eight_times_as_much_is_served_an_eighth_as_often() -> None:
    cheap = [f"b{number}" for number in range(16)]
    queue = queue_of("a1", "a2", "a3", *cheap)

    order = served(queue, {"a": 8.0, "b": 1.0})

    assert order == ["a1", *cheap[:8], "a2", *cheap[8:], "a3"]


def test_many_items_of_one_client_keep_no_other_back() -> None:
    queue = queue_of(*(f"a{number}" for number in range(100)))
    queue.charge(queue.pop()[1], 1.0)
    queue.join("b1", "b")
    queue.join("b2", "b")

    order = served(queue, dict.fromkeys("ab", 1.0))

    assert [order.index("b1"), order.index("b2")] == [1, 3]


def test_nobody_saves_shares_while_it_wants_nothing() -> None:
    queue = queue_of(*(f"a{number}" for number in range(20)))
    for _ in range(10):
        queue.charge(queue.pop()[1], 1.0)
    for number in range(10):
        queue.join(f"b{number}", "b")

    order = served(queue, dict.fromkeys("ab", 1.0))

    assert "".join(each[0] for each in order) == "ab" * 10


def test_a_debt_is_remembered_until_others_have_caught_up() -> None:
    queue = queue_of("a1", "b1")
    queue.charge(queue.pop()[1], 5.0)  # a has nothing waiting now
    queue.join("a2", "a")
    queue.join("b2", "b")

    assert served(queue, dict.fromkeys("ab", 1.0)) == ["b1", "b2", "a2"]


def test_newcomers_do_not_keep_a_debtor_back_for_ever() -> None:
    queue = queue_of("a1", "a2", "z1")
    queue.charge(queue.pop()[1], 10.0)
    newcomers = 0
    while queue.first() != "a2":
        queue.charge(queue.pop()[1], 1.0)
        newcomers += 1
        queue.join(f"n{newcomers}", f"newcomer {newcomers}")

    assert 5 <= newcomers <= 25


def test_an_item_of_two_clients_goes_with_the_faster_and_is_paid_by_both() -> None:
    queue = queue_of("a1", "a2", "b1", "b2")
    queue.join("shared", "a")
    queue.join("shared", "c")

    order = [queue.pop() for _ in range(3)]

    assert [item for item, _ in order] == ["a1", "b1", "shared"]
    assert set(order[-1][1]) == {"a", "c"}
    assert "shared" not in queue
    queue.charge(order[-1][1], 4.0)
    queue.join("c1", "c")
    assert served(queue, dict.fromkeys("abc", 1.0)) == ["b2", "a2", "c1"]


def test_what_was_reserved_counts_until_the_cost_is_known() -> None:
    queue = queue_of("a1", "a2", "b1", "b2")
    for cost in (3.0, 1.0):
        queue.reserve(queue.pop()[1], cost)
    assert queue.first() == "b2"

    queue.charge(["a"], 0.5, reserved=3.0)

    assert queue.first() == "a2"


def test_who_leaves_is_in_no_queue() -> None:
    queue = queue_of("a1", "b1")
    queue.join("a1", "b")

    assert set(queue.remove("a1")) == {"a", "b"}
    assert list(queue) == ["b1"]
    assert (queue.waiting_of("a"), queue.waiting_of("b")) == (0, 1)


def test_the_last_of_the_longest_queue_makes_room() -> None:
    assert queue_of("a1", "b1", "b2", "b3", "c1").last_of_longest() == "b3"


def test_strangers_are_forgotten(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(fair_queue, "SWEEP_AT_LEAST", 10)
    queue = Queue()
    for number in range(1_000):
        queue.join("item", f"stranger {number}")
        queue.charge(queue.pop()[1], 1.0)

    assert queue.remembered <= 21
