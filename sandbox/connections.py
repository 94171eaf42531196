"""Connections that end without an answer, as those of a failing network do."""

from typing import Any, cast

from starlette.types import Receive, Scope
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

EXTENSION = "sandbox.drop"


class DroppableHttp(HttpToolsProtocol):
    """Gives the application a way to drop the connection of a request."""

    def on_message_begin(self) -> None:
        super().on_message_begin()
        cast("dict[str, Any]", self.scope)["extensions"] = {
            EXTENSION: self.transport.abort
        }


def drop(scope: Scope) -> None:
    scope["extensions"][EXTENSION]()


async def until_gone(receive: Receive) -> None:
    while (await receive())["type"] != "http.disconnect":
        pass
