"""What `make test-compose` has to know of each service and image."""

import re
from pathlib import Path

import pytest
import yaml
from graphql import build_schema, parse, validate

from stack.cluster.compose import interpolated
from tests.compose.buyer import DOCUMENTS, Buyer, Sales
from tests.compose.faults import STOPPED, kind_of
from tests.compose.images import STAND_INS, TARGETS, needed
from tests.compose.privileges import Rights
from tests.compose.upgrade import OLDER


@pytest.mark.parametrize("file", OLDER)
def test_it_knows_how_each_service_ends(file: str) -> None:
    document = interpolated(yaml.safe_load(Path(file).read_text("utf-8")), {})
    lasting = [
        kind_of(name)
        for name, service in document["services"].items()
        if service["restart"] == "unless-stopped" and "profiles" not in service
    ]

    assert set(lasting) <= STOPPED.keys()


def test_each_image_has_a_stand_in() -> None:
    written = (STAND_INS / "Dockerfile").read_text("utf-8")
    names = {image.rpartition(":")[0] for image in needed()}

    assert names == TARGETS.keys()
    assert set(TARGETS.values()) <= set(
        re.findall(r" AS (\w+)$", written, re.MULTILINE)
    )


@pytest.mark.parametrize("document", DOCUMENTS)
def test_a_customer_of_the_last_release_can_buy(document: str) -> None:
    released = build_schema(Path("docs/releases/0.1.0.graphql").read_text("utf-8"))

    assert validate(released, parse(document)) == []


def test_the_longest_time_without_a_sale_begins_before_the_kill() -> None:
    sales = Sales(Buyer("http://127.0.0.1:1"))
    sales.moments = [1.0, 2.0, 9.0, 10.0]

    assert sales.longest_gap_since(2.5) == 7.0
    assert sales.longest_gap_since(9.5) == 1.0


@pytest.mark.parametrize(
    ("rights", "complaint"),
    [
        (Rights(0, True, 0, False), "runs as root"),
        (Rights(1, False, 0, False), "may write its root"),
        (Rights(1, True, 32, False), "has capabilities 20"),
        (Rights(1, True, 0, True), "may gain privileges"),
    ],
)
def test_a_right_too_many_is_seen(rights: Rights, complaint: str) -> None:
    assert rights.complaints("api") == [complaint]
    assert Rights(1, True, 0, False).complaints("api") == []
