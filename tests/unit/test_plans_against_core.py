"""A plan answers as graphql-core does: random documents, variables, data and faults."""

import asyncio
import gc
from collections.abc import Iterator
from contextlib import aclosing
from dataclasses import dataclass, field
from random import Random
from typing import Any

import pytest
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st
from strawberry.types import ExecutionResult

from app.executable_schema import build_schema
from tests.support.random_documents import RandomDocument
from tests.support.random_resolvers import RandomResolvers
from transport import results
from transport.documents.document import Document, read
from transport.documents.validation import RULES
from transport.operation_extension import DOCUMENT
from transport.plans.schema import PlannedSchema


@dataclass
class FakeContext:
    request_id: str = "request-1"
    locale: str = "en"
    refusals: list[str] = field(default_factory=list)


@dataclass
class Engines:
    """One schema, run in two ways on the same resolvers."""

    schema: PlannedSchema
    resolvers: RandomResolvers

    def __post_init__(self) -> None:
        self._plans = self.schema._plans

    async def answers(
        self, document: Document, variables: dict[str, Any], *, plans: bool
    ) -> tuple[list[bytes], list[str], list[str]]:
        """With the calls of resolvers, and the codes of refusals."""
        self.schema._plans = self._plans if plans else None
        self.resolvers.calls = []
        context = FakeContext()
        stream = await self.schema.stream(
            document.text,
            variables,
            context,
            operation_extensions={DOCUMENT: document},
        )
        async with aclosing(stream):
            answers = [
                results.encoded(each)
                async for each in stream
                if isinstance(each, ExecutionResult)
            ]
        for _ in range(10):  # what goes on after its sibling has failed
            await asyncio.sleep(0)
        return answers, self.resolvers.calls, context.refusals


@pytest.fixture(scope="module")
def engines() -> Iterator[Engines]:
    schema = build_schema()
    resolvers = RandomResolvers(schema._schema)
    with pytest.MonkeyPatch.context() as monkeypatch:
        resolvers.replace(monkeypatch)
        yield Engines(schema, resolvers)


@pytest.fixture
def no_collection_meanwhile() -> Iterator[None]:
    """Where a field fails, coroutines stay that nobody awaits: that warning is ignored.

    But Python cannot even warn if it collects them inside a namedtuple's code, which
    has no builtins: that is an error instead.
    """
    gc.disable()
    yield
    gc.collect()
    gc.enable()


@pytest.mark.usefixtures("no_collection_meanwhile")
@pytest.mark.parametrize("kind", ["query", "mutation", "subscription"])
# A document takes hundreds of decisions; that is slow to make, and to make smaller.
@settings(max_examples=100, deadline=None, suppress_health_check=list(HealthCheck))
@given(
    dice=st.randoms(use_true_random=False),
    seed=st.integers(0, 10**6),
    odds=st.sampled_from([0.0, 0.05, 0.3]),
)
async def test_answers_are_the_same(
    engines: Engines, kind: str, dice: Random, seed: int, odds: float
) -> None:
    schema = engines.schema._schema
    made = RandomDocument(schema, dice, kind)
    document = read(made.text)
    assume(document.parsed is not None and not document.errors_in(schema, RULES))
    engines.resolvers.seed, engines.resolvers.odds = f"{seed}", odds

    by_core = await engines.answers(document, made.variables, plans=False)
    by_plan = await engines.answers(document, made.variables, plans=True)

    assert by_plan == by_core
