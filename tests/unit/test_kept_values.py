"""Values are kept within a limit, and all forgotten at once."""

from runtime.kept_values import KeptValues


def test_values_are_kept_up_to_the_limit() -> None:
    kept: KeptValues[str, str] = KeptValues(limit=10)
    kept.keep("a", "first", 6)
    kept.keep("a", "second", 5)
    kept.keep("b", "third", 5)
    assert (kept.get("a"), kept.get("b"), kept.get("c")) == ("second", "third", None)
    assert (len(kept), kept.size) == (2, 10)


def test_one_more_is_kept_alone() -> None:
    kept: KeptValues[str, str] = KeptValues(limit=10)
    kept.keep("a", "first", 5)
    kept.keep("b", "second", 5)
    kept.keep("c", "third", 11)
    assert (kept.get("a"), kept.get("b"), kept.get("c")) == (None, None, "third")
    assert (len(kept), kept.size) == (1, 11)


def test_what_is_dropped_leaves_room() -> None:
    kept: KeptValues[str, str] = KeptValues(limit=10)
    kept.keep("a", "first", 5)
    kept.keep("b", "second", 5)
    kept.drop("a")
    kept.drop("a")
    kept.keep("c", "third", 5)
    assert (kept.get("a"), kept.get("b"), kept.get("c")) == (None, "second", "third")
