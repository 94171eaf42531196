"""Plans are compiled once, batch their reads, and end with the task that runs them."""

import asyncio
from typing import Any

import pytest
import strawberry
from strawberry.dataloader import DataLoader
from strawberry.types import Info

from tests.support.metric_growth import counted
from transport.documents import document as documents
from transport.documents.document import read
from transport.operation_extension import DOCUMENT
from transport.plans import plans
from transport.plans.compiler import Compiler
from transport.plans.plan import Plan
from transport.plans.schema import PlannedSchema


class Context:
    """Counts the batches of its loader."""

    def __init__(self) -> None:
        self.request_id, self.locale = "request-1", "en"
        self.batches: list[list[int]] = []
        self.begun = asyncio.Event()
        self.ended: list[str] = []
        self.loader = DataLoader(self._load)

    async def _load(self, keys: list[int]) -> list[int]:
        self.batches.append(keys)
        return [10 * key for key in keys]


@strawberry.type
class Item:
    key: int

    @strawberry.field
    async def value(self, info: Info[Context, None]) -> int:
        return await info.context.loader.load(self.key)

    @strawberry.field
    async def next(self, info: Info[Context, None]) -> "Item":
        return Item(key=await info.context.loader.load(self.key + 1))


@strawberry.type
class Query:
    @strawberry.field
    def items(self) -> list[Item]:
        return [Item(key=key) for key in range(3)]

    @strawberry.field
    async def item(self, key: int) -> Item:
        return Item(key=key)

    @strawberry.field
    async def endless(self, info: Info[Context, None]) -> int:
        try:
            info.context.begun.set()
            await asyncio.Event().wait()
        finally:
            info.context.ended.append("endless")
        return 1


async def run(
    schema: PlannedSchema, text: str, context: Context, **variables: Any
) -> Any:
    result = await schema.execute(
        text, variables, context, operation_extensions={DOCUMENT: read(text)}
    )
    return result.errors or result.data


NESTED = """{
  items { value next { value next { key } } }
  item(key: 5) { value next { key } }
}"""


async def test_reads_of_siblings_are_batched_as_by_core() -> None:
    by_plan, by_core = Context(), Context()

    answer = await run(PlannedSchema(Query), NESTED, by_plan)

    assert answer == await run(PlannedSchema(Query, plans=False), NESTED, by_core)
    assert by_plan.batches == by_core.batches
    assert by_plan.batches[0] == [5, 6, 0, 1, 2, 3]


@pytest.fixture
def compiled(monkeypatch: pytest.MonkeyPatch) -> list[Compiler]:
    """The compilers that were made."""
    made: list[Compiler] = []

    class RecordedCompiler(Compiler):
        def compile(self) -> Plan:
            made.append(self)
            return super().compile()

    monkeypatch.setattr(plans, "Compiler", RecordedCompiler)
    return made


async def test_an_operation_is_compiled_once_for_each_answer_to_its_conditions(
    compiled: list[Compiler],
) -> None:
    schema = PlannedSchema(Query)
    text = """query One($skip: Boolean!, $key: Int!) {
      item(key: $key) { key @skip(if: $skip) value @include(if: $skip) }
    }"""
    for key in range(3):
        shown = await run(schema, text, Context(), skip=False, key=key)
        skipped = await run(schema, text, Context(), skip=True, key=key)
        assert shown == {"item": {"key": key}}
        assert skipped == {"item": {"value": 10 * key}}

    assert len(compiled) == 2


async def test_plans_are_kept_as_long_as_their_document(
    compiled: list[Compiler],
) -> None:
    schema = PlannedSchema(Query)
    text = "{ item(key: 1) { __typename } }"
    for _ in range(2):
        await run(schema, text, Context())
    assert len(compiled) == 1

    documents._KEPT.clear()
    await run(schema, text, Context())
    assert len(compiled) == 2


async def test_all_plans_of_a_document_share_one_limit(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(plans, "MAX_FIELDS", 6)
    schema = PlannedSchema(Query)
    text = """query One { item(key: 1) { key value } }
    query Two($skip: Boolean!) { item(key: 1) { key value @skip(if: $skip) } }"""
    document = read(text)

    async def unplanned(name: str, **variables: Any) -> float:
        before = counted("cinema_unplanned_operations_total", reason="size")
        result = await schema.execute(
            text,
            variables,
            Context(),
            operation_name=name,
            operation_extensions={DOCUMENT: document},
        )
        assert result.errors is None
        return counted("cinema_unplanned_operations_total", reason="size") - before

    assert await unplanned("One") == 0
    assert await unplanned("Two", skip=True) == 0
    assert await unplanned("Two", skip=False) == 1


async def test_all_documents_share_one_limit(
    monkeypatch: pytest.MonkeyPatch, compiled: list[Compiler]
) -> None:
    monkeypatch.setattr(plans, "MAX_KEPT_FIELDS", 5)
    schema = PlannedSchema(Query)
    texts = [f"{{ item(key: {number}) {{ key value }} }}" for number in range(3)]
    for text in texts:
        await run(schema, text, Context())
    await run(schema, texts[2], Context())
    assert len(compiled) == 3

    await run(schema, texts[0], Context())
    assert len(compiled) == 4


async def test_the_end_of_its_task_ends_what_a_plan_awaits() -> None:
    context = Context()
    task = asyncio.create_task(run(PlannedSchema(Query), "{ endless }", context))
    await context.begun.wait()
    task.cancel()

    with pytest.raises(asyncio.CancelledError):
        await task
    assert context.ended == ["endless"]
