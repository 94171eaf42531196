"""What feeds an operation of a socket: an execution of its own, or a shared one."""

from contextlib import aclosing
from dataclasses import dataclass

from app.transport import results
from app.transport.execution import Call, Execution, OperationFailedError
from app.transport.frames import ConnectionInit, Subscribe
from app.transport.outgoing import Lane
from app.transport.refusals import refusal_of
from app.transport.shared import SharedStreams


@dataclass(frozen=True, slots=True)
class Feeding:
    execution: Execution
    shared: SharedStreams

    async def feed(
        self, frame: Subscribe, lane: Lane, init: ConnectionInit, address: str | None
    ) -> None:
        """Returns when the operation ends.

        Raises OperationFailedError, and AuthenticationError once the token is over.
        """
        refusal = refusal_of(frame.query, frame.operation_name, frame.variables)
        if refusal is not None:
            raise OperationFailedError(results.error(refusal, results.BAD_USER_INPUT))
        call = Call(frame.query, frame.variables, frame.operation_name)
        watch = self.shared.watch_of(call)
        if watch is not None:
            await self.shared.follow(watch, lane)
            return
        payloads = self.execution.payloads(
            call, init.authorization, init.locale, address
        )
        async with aclosing(payloads):
            async for payload in payloads:
                await lane.send(payload)
