"""Runs one operation of a socket, by itself or as a watcher of a shared map."""

import logging
from contextlib import aclosing
from dataclasses import dataclass, field

from auth.tokens import AuthenticationError
from runtime.cancel_scope import CancelScope
from transport import results
from transport.documents.call import Call
from transport.documents.persisted_queries import RefusedDocumentError
from transport.documents.refusals import refusal_of
from transport.execution import Execution
from transport.operation_run import OperationRun
from transport.outgoing_queue import OperationOutbox
from transport.request_context import Caller, new_request_id
from transport.results import OperationFailedError
from transport.shared_maps.registry import SharedCall, SharedMaps
from transport.shares.known_documents import KnownDocuments
from transport.shares.read_shares import ReadShares
from transport.socket_endpoint.frames import Subscribe

log = logging.getLogger(__name__)


@dataclass(slots=True, eq=False)
class RunningOperation:
    outbox: OperationOutbox
    reading: CancelScope = field(default_factory=CancelScope)  # mutations are not in it

    def end(self) -> None:
        """A mutation may be in a transaction: it is finished, but nothing is sent."""
        self.outbox.close()
        self.reading.cancel()


@dataclass(frozen=True, slots=True)
class SubscriptionRunner:
    """Runs subscriptions, and also the queries and mutations of a socket."""

    execution: Execution
    shared_maps: SharedMaps
    documents: KnownDocuments
    shares: ReadShares

    async def run(
        self, frame: Subscribe, operation: RunningOperation, caller: Caller
    ) -> results.Errors | None:
        """Runs the operation to its end; returns the errors that ended it, if any."""
        try:
            document = await self.documents.find(
                frame.query,
                frame.extensions,
                caller.reader,
                lambda: operation.reading,
            )
        except RefusedDocumentError as refused:
            return results.error(refused.message, refused.code)
        except OperationFailedError as failed:
            return failed.errors
        call = Call.to(document, frame.operation_name, frame.variables)
        if call.is_mutation:
            return await self._run_call(call, operation.outbox, caller)
        with operation.reading:
            return await self._run_call(call, operation.outbox, caller)

    async def _run_call(
        self, call: Call, outbox: OperationOutbox, caller: Caller
    ) -> results.Errors | None:
        with OperationRun(new_request_id(), call.operation) as run:
            try:
                await self._run(call, outbox, caller, run)
            except OperationFailedError as failed:
                errors = failed.errors
            except AuthenticationError:
                errors = results.unauthenticated()
            except Exception as error:
                request_id = run.request_id
                log.exception("an operation failed", extra={"request_id": request_id})
                errors = results.server_fault(error, request_id)
            else:
                return None
            run.outcome = results.outcome(results.codes(errors))
            return errors

    async def _run(
        self, call: Call, outbox: OperationOutbox, caller: Caller, run: OperationRun
    ) -> None:
        """Raises OperationFailedError; AuthenticationError for an expired token."""
        refusal = refusal_of(call)
        if refusal is not None:
            raise OperationFailedError(results.error(refusal, results.BAD_USER_INPUT))
        shared = SharedCall.of(call)
        if shared is not None:
            await self.shared_maps.watch(shared, outbox, caller.reader)
            return
        if call.is_mutation:
            changes = aclosing(self.execution.payloads(call, caller, run))
            with self.shares.change():  # not while a slow client reads the answer
                async with changes as payloads:
                    answers = [payload async for payload in payloads]
            for payload in answers:
                await outbox.send(payload)
            return
        shares = self.shares.admission_for(caller.reader, call.operation)
        async with (
            shares as admission,
            aclosing(self.execution.payloads(call, caller, run, admission)) as payloads,
        ):
            async for payload in payloads:
                await outbox.send(payload)
