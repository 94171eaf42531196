"""Executes an operation of any kind as a stream of results."""

import asyncio
import logging
from collections.abc import AsyncGenerator
from contextlib import aclosing
from typing import TypeVar

from strawberry import Schema
from strawberry.types import ExecutionResult

from resolvers.ports import NextTurn
from telemetry import origin
from transport import results
from transport.documents.call import Call
from transport.operation_extension import DOCUMENT
from transport.operation_metrics import OperationMetrics
from transport.operation_run import OperationRun
from transport.request_context import ANONYMOUS, Caller, ContextOf, new_request_id
from transport.results import OperationFailedError
from transport.shares.admission import Admission

log = logging.getLogger(__name__)

T = TypeVar("T")

FIRST_RESULT_SECONDS = 20.0


class Execution:
    """Turns calls into encoded payloads."""

    def __init__(self, schema: Schema, context_of: ContextOf) -> None:
        self._schema = schema
        self._context_of = context_of
        self._metrics = OperationMetrics(schema, "websocket")

    async def payloads(
        self,
        call: Call,
        caller: Caller = ANONYMOUS,
        run: OperationRun | None = None,
        admission: Admission | None = None,
        next_turn: NextTurn | None = None,
    ) -> AsyncGenerator[bytes, None]:
        """Raises OperationFailedError, and AuthenticationError before anything else.

        The first payload ends the admission, which the caller has waited for. Larger
        payloads later on wait for `next_turn`, by default for the same admission again.

        Each operation has its own context, so nothing new begins by a token that has
        expired since the socket was opened.
        """
        now = origin.current() or origin.begin(new_request_id())
        request_id = now.request_id
        context = self._context_of(
            caller.authorization, caller.locale, request_id, caller.address
        )
        if admission is not None:
            context.next_turn = next_turn or admission.again
        stopwatch = self._metrics.start(call.operation)
        try:
            stream = await self._schema.stream(
                call.document.text,
                variable_values=call.variables,
                context_value=context,
                operation_name=call.operation_name,
                operation_extensions={DOCUMENT: call.document},
            )
            async with aclosing(stream):
                async for result in _measured(stream, admission):
                    if isinstance(result, ExecutionResult):  # no @defer here
                        codes = results.codes_in(result)
                        stopwatch.stop(codes, context.refusals)
                        if run is not None:
                            run.outcome = results.outcome(codes)
                        if admission is None:
                            payload = _payload(result, request_id)
                        else:
                            with admission.measuring():
                                payload = _payload(result, request_id)
                            admission.end(codes)
                        yield payload
        except OperationFailedError:
            raise
        except Exception as error:
            errors = results.server_fault(error, request_id)
            stopwatch.stop(results.codes(errors), ())
            log.exception("an operation failed", extra={"request_id": request_id})
            raise OperationFailedError(errors) from error

    async def first_payload(self, call: Call, admission: Admission) -> bytes:
        """Runs the call without a caller, so it can read only what is public."""
        await admission.wait()
        async with (
            asyncio.timeout(FIRST_RESULT_SECONDS),
            aclosing(self.payloads(call, admission=admission)) as payloads,
        ):
            async for payload in payloads:
                return payload
        raise OperationFailedError(results.internal_error(new_request_id()))


async def _measured(
    results: AsyncGenerator[T, None], admission: Admission | None
) -> AsyncGenerator[T, None]:
    if admission is None:
        async for result in results:
            yield result
        return
    while True:
        try:
            result = await admission.measured(results.__anext__())
        except StopAsyncIteration:
            return
        yield result


def _payload(result: ExecutionResult, request_id: str) -> bytes:
    bug = results.bug_in(result)
    if bug is not None:
        log.error("an operation failed", extra={"request_id": request_id}, exc_info=bug)
        raise OperationFailedError(results.server_fault(bug, request_id))
    if results.never_began(result):
        raise OperationFailedError(results.formatted(result.errors))
    return results.encoded(result)
