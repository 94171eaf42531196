"""GraphQL over HTTP by its specification, executed by Strawberry."""

import logging
from collections.abc import Hashable
from http import HTTPStatus

from starlette.types import Receive, Scope, Send
from strawberry.schema.exceptions import (
    CannotGetOperationTypeError,
    InvalidOperationTypeError,
)
from strawberry.types import ExecutionResult
from strawberry.types.graphql import OperationType

from auth.tokens import AuthenticationError
from telemetry import origin
from transport import results
from transport.documents.call import Call
from transport.documents.persisted_queries import (
    PersistedQueries,
    RefusedDocumentError,
)
from transport.documents.refusals import refusal_of
from transport.http_endpoint.answer import Answer, error_answer, failed_answer
from transport.http_endpoint.http_request import ClientGoneError, HttpRequest
from transport.http_endpoint.negotiation import GRAPHQL_RESPONSE, JSON, status_of
from transport.http_endpoint.request_data import RefusedRequestError, data_of
from transport.json_text import encode
from transport.operation_extension import DOCUMENT
from transport.operation_metrics import OperationMetrics
from transport.operation_run import OperationRun
from transport.plans.schema import PlannedSchema
from transport.request_context import ContextOf, OperationContext, reader_of
from transport.shares.known_documents import KnownDocuments
from transport.shares.read_shares import ReadShares
from transport.socket_endpoint.client_counts import client_network

log = logging.getLogger(__name__)

# Without subscriptions: Strawberry would run one as a query.
ALLOWED = {
    "GET": frozenset({OperationType.QUERY}),
    "POST": frozenset({OperationType.QUERY, OperationType.MUTATION}),
}


# Of refused documents. The others are steps of a protocol, with the status of Apollo's
# own server: clients go on.
STATUS_OF_DOCUMENT = {results.BAD_USER_INPUT: 400, "DOCUMENT_NOT_TRUSTED": 403}


class GraphQLHttp:
    """An ASGI application for a starlette `Route`. It serves no page."""

    def __init__(
        self,
        schema: PlannedSchema,
        context_of: ContextOf,
        shares: ReadShares | None = None,
        persisted: PersistedQueries | None = None,
    ) -> None:
        self._schema = schema
        self._context_of = context_of
        self._shares = shares or ReadShares()
        self._documents = KnownDocuments(schema, self._shares, persisted)
        self._metrics = OperationMetrics(schema, "http")

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        request = HttpRequest(scope, receive)
        trace_parent = request.headers.get(b"traceparent")
        with OperationRun(request.id, trace_parent=trace_parent) as request.run:
            try:
                answer = await self._answer(request)
            except ClientGoneError:
                request.run.outcome = "cancelled"
                return
            if answer.status >= HTTPStatus.INTERNAL_SERVER_ERROR:
                request.run.outcome = "failed"
            elif answer.status >= HTTPStatus.BAD_REQUEST:
                request.run.outcome = "refused"
            await answer.send(request, send)

    async def _answer(self, request: HttpRequest) -> Answer:
        try:
            _check(request)
            return await self._answer_of_operation(request)
        except RefusedRequestError as refused:
            errors = results.error(refused.message, refused.code)
            return error_answer(refused.status, errors, refused.headers)
        except RefusedDocumentError as refused:
            errors = results.error(refused.message, refused.code)
            return error_answer(STATUS_OF_DOCUMENT.get(refused.code, 200), errors)
        except AuthenticationError as refused:
            log.debug("a token was refused", extra={"reason": str(refused)})
            errors = results.in_language(results.unauthenticated(), request.locale)
            return error_answer(401, errors, {"WWW-Authenticate": "Bearer"})
        except results.OperationFailedError as failed:
            return failed_answer(results.in_language(failed.errors, request.locale))
        except ClientGoneError:
            raise
        except Exception:
            log.exception("a request failed", extra={"request_id": request.id})
            return error_answer(500, _internal_error(request))

    async def _answer_of_operation(self, request: HttpRequest) -> Answer:
        context = self._context_for(request)
        data = await data_of(request)
        reader = reader_of(client_network(request.scope))
        document = await self._documents.find(
            data.text, data.extensions, reader, request.while_connected
        )
        call = Call.to(document, data.operation_name, data.variables)
        request.run.operation = call.operation
        refusal = refusal_of(call)
        if refusal is not None:
            raise RefusedRequestError(400, refusal)
        if call.is_mutation:
            with self._shares.change():
                result = await self._execute(request, call, context)
                return _answer_with(result, request)
        with request.while_connected():
            return await self._read(request, call, context, reader)

    async def _read(
        self,
        request: HttpRequest,
        call: Call,
        context: OperationContext,
        reader: Hashable,
    ) -> Answer:
        async with self._shares.admission_for(reader, call.operation) as admission:
            work = self._execute(request, call, context)
            result = await admission.measured(work)
            with admission.measuring():
                answer = _answer_with(result, request)
            admission.end(results.codes_in(result))
            return answer

    def _context_for(self, request: HttpRequest) -> OperationContext:
        if now := origin.current():
            now.user_agent = request.headers.get(b"user-agent")
        return self._context_of(
            request.headers.get(b"authorization"),
            request.languages,
            request.id,
            request.address,
        )

    async def _execute(
        self, request: HttpRequest, call: Call, context: OperationContext
    ) -> ExecutionResult:
        stopwatch = self._metrics.start(call.operation)
        try:
            result = await self._schema.execute(
                call.document.text,
                variable_values=call.variables,
                context_value=context,
                operation_name=call.operation_name,
                allowed_operation_types=ALLOWED[request.method],
                operation_extensions={DOCUMENT: call.document},
            )
        except CannotGetOperationTypeError as error:
            raise RefusedRequestError(400, error.as_http_error_reason()) from error
        except InvalidOperationTypeError as error:
            raise _not_by(request.method, error) from error
        stopwatch.stop(results.codes_in(result), context.refusals)
        return result


def _answer_with(result: ExecutionResult, request: HttpRequest) -> Answer:
    if bug := results.bug_in(result):
        log.error("a request failed", extra={"request_id": request.id}, exc_info=bug)
        return error_answer(500, _internal_error(request))
    codes = results.codes_in(result)
    request.run.outcome = results.outcome(codes)
    began = not results.never_began(result)
    status = 200 if began else status_of(codes, request.media_type)
    return Answer(encode(results.payload_of(result)), status)


def _check(request: HttpRequest) -> None:
    if request.method not in ALLOWED:
        raise RefusedRequestError(
            405, "Use GET or POST for GraphQL.", Allow="GET, POST"
        )
    if not request.acceptable:
        raise RefusedRequestError(406, f"Answers are {GRAPHQL_RESPONSE} or {JSON}.")


def _internal_error(request: HttpRequest) -> results.Errors:
    errors = results.internal_error(request.id)
    return results.in_language(errors, request.locale)


def _not_by(method: str, error: InvalidOperationTypeError) -> RefusedRequestError:
    if error.operation_type is OperationType.SUBSCRIPTION:
        return RefusedRequestError(400, "Subscriptions are for WebSockets.")
    return RefusedRequestError(
        405, f"Send a {error.operation_type.value} by POST, not {method}.", Allow="POST"
    )
