"""Reads a GraphQL request from an HTTP request, or refuses it."""

from functools import lru_cache
from typing import Any, NamedTuple, TypeVar

from starlette.datastructures import QueryParams
from starlette.types import Scope

from transport.documents.persisted_queries import has_hash
from transport.http_endpoint.http_request import HttpRequest
from transport.json_text import NotJsonError, decode
from transport.limits import MAX_BYTES, MAX_URL_BYTES
from transport.request_context import RequestHeaders
from transport.results import BAD_USER_INPUT

T = TypeVar("T")


class RefusedRequestError(Exception):
    """The response has this status: there is nothing that could be executed."""

    def __init__(
        self, status: int, message: str, code: str = BAD_USER_INPUT, **headers: str
    ) -> None:
        super().__init__(message)
        self.status = status
        self.message = message
        self.code = code
        self.headers = headers


class RequestData(NamedTuple):
    text: str | None  # or a hash in the extensions
    extensions: dict[str, Any] | None
    operation_name: str | None
    variables: dict[str, Any] | None


async def data_of(request: HttpRequest) -> RequestData:
    if request.method == "GET":
        _check_length_of_url(request.scope)
        parameters = _parameters_of_url(request.scope)
    else:
        _check_content_type(request.headers.get(b"content-type") or "")
        _check_content_encoding(request.headers.get(b"content-encoding") or "")
        _check_announced_length(request.headers)
        body = await request.body(at_most=MAX_BYTES)
        if body is None:
            raise _too_long({})
        parameters = _json(body, "The body")
    if not isinstance(parameters, dict):
        raise RefusedRequestError(400, "The body has to be a JSON object.")
    query = parameters.get("query")
    extensions = _optional(parameters, "extensions", dict)
    if query is None and has_hash(extensions):
        query = ""
    is_text = isinstance(query, str) and (query.strip() or has_hash(extensions))
    if not is_text:
        raise RefusedRequestError(400, "`query` has to be a GraphQL document.")
    return RequestData(
        query,
        extensions,
        _optional(parameters, "operationName", str),
        _optional(parameters, "variables", dict),
    )


def _check_length_of_url(scope: Scope) -> None:
    length = len(scope["path"]) + len(scope["query_string"])
    if length > MAX_URL_BYTES:
        raise RefusedRequestError(
            414,
            f"The URL has {length} bytes, and {MAX_URL_BYTES} are allowed: use POST.",
        )


def _parameters_of_url(scope: Scope) -> dict[str, Any]:
    parameters: dict[str, Any] = dict(QueryParams(scope["query_string"]))
    for name in ("variables", "extensions"):
        text = parameters.get(name)
        parameters[name] = _json(text, f"`{name}`") if text else None
    # HTML forms and some clients send an empty name if there is none.
    parameters["operationName"] = parameters.get("operationName") or None
    return parameters


@lru_cache(maxsize=64)  # there are few kinds of clients
def _check_content_type(content_type: str) -> None:
    name, *parameters = (part.strip() for part in content_type.lower().split(";"))
    charsets = [
        value.strip(' "')
        for key, _, value in (parameter.partition("=") for parameter in parameters)
        if key.strip() == "charset"
    ]
    # A page of another origin may send the other types without a preflight request.
    if name != "application/json" or not set(charsets) <= {"utf-8", "utf8"}:
        raise RefusedRequestError(
            415, "Content-Type has to be application/json, in UTF-8."
        )


def _check_content_encoding(encoding: str) -> None:
    if encoding.strip().lower() not in {"", "identity"}:
        raise RefusedRequestError(
            415,
            "Compressed bodies are not supported: leave out Content-Encoding.",
            **{"Accept-Encoding": "identity"},
        )


def _check_announced_length(headers: RequestHeaders) -> None:
    """Before the body is read, so that a client that asks first does not send it."""
    if int(headers.get(b"content-length") or 0) > MAX_BYTES:
        waits = (headers.get(b"expect") or "").lower() == "100-continue"
        # It will not send the body, so we cannot know where its next request begins.
        raise _too_long({"Connection": "close"} if waits else {})


def _too_long(headers: dict[str, str]) -> RefusedRequestError:
    return RefusedRequestError(
        413, f"The body is longer than {MAX_BYTES} bytes.", **headers
    )


def _json(text: str | bytes, what: str) -> Any:
    try:
        return decode(text)
    except NotJsonError as error:
        raise RefusedRequestError(400, f"{what} is not JSON: {error}.") from error


def _optional(parameters: dict[str, Any], name: str, kind: type[T]) -> T | None:
    value = parameters.get(name)
    if value is None or isinstance(value, kind):
        return value
    what = "an object" if kind is dict else "a string"
    raise RefusedRequestError(400, f"`{name}` has to be {what} or null.")
