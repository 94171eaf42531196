"""What feeds an operation of a socket: an execution of its own, or a shared one."""

import logging
from contextlib import aclosing
from dataclasses import dataclass

from auth.tokens import AuthenticationError
from transport import results
from transport.documents.call import Call
from transport.documents.refusals import refusal_of
from transport.execution import Execution, OperationFailedError
from transport.operation_run import Course, under_way
from transport.request_context import new_request_id
from transport.shared_maps.registry import SharedStreams
from transport.socket_endpoint.frames import ConnectionInit
from transport.socket_endpoint.outgoing_queue import Lane

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Feeding:
    execution: Execution
    shared: SharedStreams

    async def feed(
        self, call: Call, lane: Lane, init: ConnectionInit, address: str | None
    ) -> results.Errors | None:
        """Runs the operation to its end; what ended it if that was no good one."""
        with under_way(new_request_id(), call.operation) as course:
            try:
                await self._feed(call, lane, init, address, course)
            except OperationFailedError as failed:
                errors = failed.errors
            except AuthenticationError:
                errors = results.unauthenticated()
            except Exception as error:
                log.exception("an operation failed", extra={"request_id": course.id})
                errors = results.our_fault(error, course.id)
            else:
                return None
            course.outcome = results.outcome(results.codes(errors))
            return errors

    async def _feed(
        self,
        call: Call,
        lane: Lane,
        init: ConnectionInit,
        address: str | None,
        course: Course,
    ) -> None:
        """Raises OperationFailedError, and AuthenticationError of a token too old."""
        refusal = refusal_of(call)
        if refusal is not None:
            raise OperationFailedError(results.error(refusal, results.BAD_USER_INPUT))
        watch = self.shared.watch_of(call)
        if watch is not None:
            await self.shared.follow(watch, lane)
            return
        payloads = self.execution.payloads(
            call, init.authorization, init.locale, address, course
        )
        async with aclosing(payloads):
            async for payload in payloads:
                await lane.send(payload)
