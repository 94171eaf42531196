"""Answers of the API that a test changes on their way to the page.

For states that are dear to reach. What the page gets has to have the schema's shape.
"""

import copy
import json
from collections.abc import Callable
from typing import Any

from graphql import OperationDefinitionNode, build_schema, execute_sync, parse
from playwright.async_api import Page, Route

from tests.support.run import ROOT

Data = dict[str, Any]
Change = Callable[[Data], None]

SCHEMA = build_schema((ROOT / "schema/schema.graphql").read_text("utf-8"))
REGISTERED = ROOT / "deploy/kubernetes/programs/trusted-documents.json"
DOCUMENTS: dict[str, str] = json.loads(REGISTERED.read_text("utf-8"))


class Answers:
    """Of one page, from now on, by the names of its operations."""

    def __init__(self, page: Page) -> None:
        self._page = page
        self._changes: dict[str, Change] = {}
        self._instead: dict[str, Data] = {}
        self._lost: set[str] = set()
        self._has_begun = False

    async def change(self, operation: str, change: Change) -> None:
        """What the API has answered."""
        self._changes[operation] = change
        await self._begin()

    async def give(self, operation: str, data: Data) -> None:
        """Without asking the API."""
        self._instead[operation] = data
        await self._begin()

    async def lose(self, operation: str) -> None:
        """As without a network. Also what is on its way."""
        self._lost.add(operation)
        await self._begin()

    async def _begin(self) -> None:
        # A request that is on its way must not be answered twice.
        if not self._has_begun:
            self._has_begun = True
            await self._page.route("**/graphql", self._answer)

    async def _answer(self, route: Route) -> None:
        request: Data = route.request.post_data_json or {}
        document = DOCUMENTS[request["extensions"]["persistedQuery"]["sha256Hash"]]
        operation = operation_of(document)
        if operation in self._instead:
            answer = {"data": self._instead[operation]}
        elif operation in self._changes:
            answer = await (await route.fetch()).json()
            if "data" in answer:  # or else it asks for the text of the document
                self._changes[operation](answer["data"])
        elif operation not in self._lost:
            await route.fallback()
            return
        if operation in self._lost:
            await route.abort()
            return
        if "data" in answer:
            assert_shape(document, request["variables"], answer["data"])
        await route.fulfill(json=answer)


def operation_of(document: str) -> str:
    """The name of its only one."""
    [name] = [
        each.name.value
        for each in parse(document).definitions
        if isinstance(each, OperationDefinitionNode) and each.name
    ]
    return name


def assert_shape(document: str, variables: Data, data: Data) -> None:
    """Executing the document over these data gives the same data."""
    result = execute_sync(SCHEMA, parse(document), data, variable_values=variables)
    assert result.errors is None, result.errors
    assert result.data == data


def with_half_prices(prices: list[Data]) -> None:
    """So that there is a choice of types: the demo data have one."""
    for price in prices.copy():
        half = copy.deepcopy(price)
        half["ticketType"] |= {"id": "half", "name": "Half price", "isDefault": False}
        half["price"]["amountMinor"] //= 2
        prices.append(half)


def refusal(typename: str, **more: Any) -> Data:
    return {
        "__typename": typename,
        "code": "REFUSED",
        "message": "Nothing was changed, for a reason that takes some words to say.",
        **more,
    }


async def silence_socket(page: Page) -> None:
    """No update overtakes an answer that was changed."""
    await page.route_web_socket("**/graphql", lambda _: None)
