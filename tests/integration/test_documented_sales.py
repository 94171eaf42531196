"""The examples of docs/operations.md set up a cinema, and sell its seats."""

import json
import re
from collections.abc import Iterator
from typing import Any
from uuid import UUID

import pytest

from domain.people import Role, Viewer
from tests.support.catalog import moment
from tests.support.cinema import Cinema
from tests.support.prices import RESERVE
from tests.support.run import ROOT
from tests.support.schema_client import SchemaClient
from tests.support.staff import Staff

SECTION = re.compile(r"^## What a cinema sells\n(.*?)^## ", re.MULTILINE | re.DOTALL)
BLOCK = re.compile(r"^```(graphql|json|sql)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
NAME = re.compile(r"(?:query|mutation) (\w+)")
ADD_MANAGER = """
INSERT INTO accounts (email, name, role)
VALUES (gen_random_uuid() || '@cinema.example', 'Mara', 'MANAGER') RETURNING id
"""
MAP = """query ($id: ID!) { session(id: $id) { salesEndAt seatMap { available blocked
  seats { id status price { amountMinor } seat { label zone { name } } }
} } }"""


def examples() -> Iterator[tuple[str, str, dict[str, Any]]]:
    """Name, text and variables of each operation; SQL has no name."""
    found = SECTION.search((ROOT / "docs/operations.md").read_text("utf-8"))
    assert found
    document = ""
    for kind, text in BLOCK.findall(found[1]):
        if kind == "json":
            name = NAME.match(document)
            assert name
            yield name[1], document, json.loads(text)
        elif kind == "sql":
            yield "", text, {}
        else:
            document = text


class Day:
    """Runs the examples in turn, and knows the ids that they have answered."""

    def __init__(self, client: SchemaClient, cinema: Cinema, manager: Viewer) -> None:
        self.client = client
        self.cinema = cinema
        self.manager = manager
        self.known: dict[str, str] = {}
        self.rows: list[list[tuple[Any, ...]]] = []

    def filled(self, text: str) -> str:
        words = re.compile(r"(?<=[\"'])[A-Z_]{3,}(?=[\"'])")
        return words.sub(lambda word: self.known.get(word[0], word[0]), text)

    async def run(self, name: str, text: str, variables: dict[str, Any]) -> None:
        if not name:
            rows = await self.cinema.pool.fetch(self.filled(text))
            self.rows.append([tuple(row) for row in rows])
            return
        filled = json.loads(self.filled(json.dumps(variables)))
        data = await self.client.data(text, self.manager, **filled)
        for value in data.values():
            assert "code" not in value, (name, value)
        if name == "Known":
            self.known["STANDARD"], self.known["ADULT"] = (
                next(each["id"] for each in data[field] if each["isDefault"])
                for field in ("priceZones", "ticketTypes")
            )
            return
        [answer] = data.values()
        if name == "Room":
            self.known["ROOM_SEAT"] = answer["seats"][0]["id"]
        if name == "Session":
            await self.sells(answer["id"])
        self.known[name.upper()] = answer.get("id", "")

    async def sells(self, session: str) -> None:
        """Nine seats for students are one too many; the session has 22 seats."""
        seats = (await self.map(session))["seatMap"]["seats"]
        self.known["SEAT"] = seats[0]["id"]
        customers = await self.cinema.customers(2)
        codes = []
        for customer, chosen in zip(customers, (seats[1:9], seats[9:10]), strict=True):
            ids = [seat["id"] for seat in chosen]
            student = self.known["STUDENT"]
            tickets = [{"seatId": id_, "ticketTypeId": student} for id_ in ids]
            wanted = {"sessionId": session, "seatIds": ids, "tickets": tickets}
            held = await self.client.mutate(RESERVE, customer, **wanted)
            codes.append(held.get("code"))
        assert codes == [None, "TICKET_QUOTA_EXHAUSTED"]

    async def map(self, session: str) -> dict[str, Any]:
        data = await self.client.data(MAP, self.manager, id=session)
        return dict(data["session"])


@pytest.fixture
async def day(client: SchemaClient, cinema: Cinema) -> Day:
    site = await Staff(cinema.pool, cinema).site()
    manager: UUID = await cinema.pool.fetchval(ADD_MANAGER)
    day = Day(client, cinema, Viewer(manager, Role.MANAGER))
    start, earlier = moment(5), moment(4)
    day.known |= {"CINEMA": site.cinema, "MOVIE": site.movie}
    day.known |= {"START": start, "EARLIER": earlier}
    return day


async def test_the_examples_for_operators_set_up_and_sell(day: Day) -> None:
    for name, text, variables in examples():
        await day.run(name, text, variables)

    session = await day.map(day.known["SESSION"])
    prices = {
        (seat["seat"]["zone"]["name"], seat["price"]["amountMinor"])
        for seat in session["seatMap"]["seats"]
    }
    assert prices == {("Standard", 3500), ("VIP", 5000)}
    assert session["salesEndAt"].removesuffix("+00:00") in day.known["EARLIER"]
    assert session["seatMap"]["blocked"] == 1
    [quotas, changed, blocks] = day.rows
    assert quotas == [("Student", 8, 8)]
    assert changed == []
    [(label, reason, *_)] = blocks
    assert (label, reason) == ("A1", "The arm is loose.")
