"""Reads the messages of graphql-transport-ws that clients send."""

from dataclasses import dataclass
from typing import Any

from starlette.types import Message

from transport.documents.persisted_queries import has_hash
from transport.json_text import NotJsonError, decode
from transport.limits import MAX_BYTES, MAX_NAME_CHARACTERS


class SocketClosedError(Exception):
    """The connection has to be closed with this code of the protocol."""

    def __init__(self, code: int, reason: str) -> None:
        super().__init__(code, reason)
        self.code = code
        self.reason = reason


@dataclass(frozen=True, slots=True)
class ConnectionInit:
    authorization: str | None
    locale: str | None


@dataclass(frozen=True, slots=True)
class Ping:
    payload: dict[str, Any] | None


@dataclass(frozen=True, slots=True)
class Pong:
    pass


@dataclass(frozen=True, slots=True)
class Subscribe:
    id: str
    query: str | None  # or a hash in the extensions
    extensions: dict[str, Any] | None
    variables: dict[str, Any] | None
    operation_name: str | None


@dataclass(frozen=True, slots=True)
class Complete:
    id: str


Frame = ConnectionInit | Ping | Pong | Subscribe | Complete


def frame_of(message: Message) -> Frame:
    """Raises SocketClosedError for anything outside the protocol."""
    text = message.get("text")
    if not isinstance(text, str):
        raise _invalid("not a text frame")
    if len(text) > MAX_BYTES:
        raise SocketClosedError(1009, "Message too big")
    try:
        frame = decode(text)
    except NotJsonError as error:
        raise _invalid("not JSON") from error
    if not isinstance(frame, dict):
        raise _invalid("not an object")
    match frame.get("type"):
        case "connection_init":
            return _connection_init(_optional(frame, "payload", dict) or {})
        case "ping":
            return Ping(_optional(frame, "payload", dict))
        case "pong":
            _optional(frame, "payload", dict)
            return Pong()
        case "subscribe":
            return _subscribe(_id(frame), frame.get("payload"))
        case "complete":
            return Complete(_id(frame))
        case _:
            raise _invalid("unknown type")


def _connection_init(payload: dict[str, Any]) -> ConnectionInit:
    locale = _optional(payload, "locale", str)
    if locale is not None and len(locale) > MAX_NAME_CHARACTERS:
        raise _invalid(f"locale takes {MAX_NAME_CHARACTERS} characters at most")
    # HTTP spells the header like this. If both are there, the documented name counts.
    capital = _optional(payload, "Authorization", str)
    authorization = _optional(payload, "authorization", str)
    return ConnectionInit(capital if authorization is None else authorization, locale)


def _subscribe(id: str, payload: object) -> Subscribe:
    if not isinstance(payload, dict):
        raise _invalid("payload has to be an object")
    query = payload.get("query")
    extensions = _optional(payload, "extensions", dict)
    if not isinstance(query, str) and (query is not None or not has_hash(extensions)):
        raise _invalid("query has to be a string")
    return Subscribe(
        id=id,
        query=query,
        extensions=extensions,
        variables=_optional(payload, "variables", dict),
        operation_name=_optional(payload, "operationName", str),
    )


def _id(frame: dict[str, Any]) -> str:
    value = frame.get("id")
    if not isinstance(value, str) or not 0 < len(value) <= MAX_NAME_CHARACTERS:
        raise _invalid(
            f"id has to be a string of 1 to {MAX_NAME_CHARACTERS} characters"
        )
    return value


def _optional(holder: dict[str, Any], name: str, kind: type) -> Any:
    value = holder.get(name)
    if value is not None and not isinstance(value, kind):
        what = "an object" if kind is dict else "a string"
        raise _invalid(f"{name} has to be {what} or null")
    return value


def _invalid(why: str) -> SocketClosedError:
    return SocketClosedError(4400, f"Invalid message: {why}")
