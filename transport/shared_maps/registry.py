"""The shared maps of a process: equal seat maps are executed and encoded once."""

from collections.abc import Hashable
from dataclasses import dataclass
from typing import Self

from strawberry import Schema

from telemetry.process_metrics import WATCHERS
from transport.documents.call import Call
from transport.execution import Execution
from transport.json_text import encode_sorted
from transport.outgoing_queue import OperationOutbox
from transport.request_context import ContextOf
from transport.shared_maps.shared_map import SharedMap
from transport.shared_maps.watcher import Watcher
from transport.shares.read_shares import ReadShares


@dataclass(frozen=True, slots=True)
class SharedCall:
    """A subscription to `seatMap` alone, which is public and the same for everybody.

    `whole` starts with the whole map. `resumed` is the call as the client made it, if
    it has an `after`.
    """

    whole: Call
    resumed: Call | None

    @classmethod
    def of(cls, call: Call) -> Self | None:
        """None for any other operation."""
        if call.operation is None or call.operation.seat_map is None:
            return None
        variables = dict(call.variables or {})
        name = call.operation.seat_map.after_variable
        after = variables.pop(name, None) if name is not None else None
        return cls(
            whole=call._replace(variables=variables),
            resumed=None if after is None else call,
        )

    @property
    def key(self) -> bytes:
        call = self.whole
        return encode_sorted([call.document.text, call.operation_name, call.variables])


class SharedMaps:
    """Each map lives while it has a watcher."""

    def __init__(
        self, schema: Schema, context_of: ContextOf, shares: ReadShares
    ) -> None:
        self._execution = Execution(schema, context_of)
        self._shares = shares
        self._maps: dict[bytes, SharedMap] = {}

    def __len__(self) -> int:
        return len(self._maps)

    async def watch(
        self, call: SharedCall, outbox: OperationOutbox, client: Hashable
    ) -> None:
        """Fills the outbox until the stream ends; raises OperationFailedError."""
        shared_map = self._map_of(call, client)
        watcher = Watcher(outbox, client)
        shared_map.watchers.join(watcher)
        try:
            with WATCHERS.track_inprogress():
                await shared_map.serve(watcher, call.resumed)
        finally:
            shared_map.watchers.leave(watcher)
            if not shared_map.watchers:
                self._remove(shared_map)
                await shared_map.stop()

    def _map_of(self, call: SharedCall, client: Hashable) -> SharedMap:
        key = call.key
        shared_map = self._maps.get(key)
        if shared_map is None:
            admission = self._shares.line_up(client, call.whole.operation)
            shared_map = SharedMap(
                self._execution,
                self._shares,
                admission,
                call.whole,
                key=key,
                on_end=self._remove,
            )
            self._maps[key] = shared_map
        return shared_map

    def _remove(self, shared_map: SharedMap) -> None:
        if self._maps.get(shared_map.key) is shared_map:
            del self._maps[shared_map.key]
