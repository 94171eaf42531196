"""Equal seat maps are executed and encoded once, however many watch them."""

from dataclasses import dataclass, replace

from strawberry import Schema

from telemetry.process_metrics import WATCHERS
from transport.documents.call import Call
from transport.execution import Execution
from transport.json_text import encode_sorted
from transport.request_context import ContextOf
from transport.shared_maps.shared_map import Group, Member
from transport.socket_endpoint.outgoing_queue import Lane


@dataclass(frozen=True, slots=True)
class Watch:
    """A call that can be shared: from the start, and as it was, if with an `after`."""

    whole: Call
    resumed: Call | None

    @property
    def key(self) -> bytes:
        call = self.whole
        return encode_sorted([call.document.text, call.operation_name, call.variables])


class SharedStreams:
    """The groups of a process; each lives while it has a member."""

    def __init__(self, schema: Schema, context_of: ContextOf) -> None:
        self._execution = Execution(schema, context_of)
        self._groups: dict[bytes, Group] = {}

    def __len__(self) -> int:
        return len(self._groups)

    @staticmethod
    def watch_of(call: Call) -> Watch | None:
        """None unless it is a subscription to `seatMap` alone: that is public."""
        if call.operation is None or call.operation.seat_map is None:
            return None
        variables = dict(call.variables or {})
        name = call.operation.seat_map.after_variable
        after = variables.pop(name, None) if name is not None else None
        return Watch(
            whole=replace(call, variables=variables),
            resumed=None if after is None else call,
        )

    async def follow(self, watch: Watch, lane: Lane) -> None:
        """Feeds the lane until the stream ends; raises OperationFailedError."""
        group = self._group(watch)
        member = Member(lane)
        group.members.add(member)
        try:
            with WATCHERS.track_inprogress():
                await group.keep_up(member, watch.resumed)
        finally:
            group.members.discard(member)
            if not group.members:
                self._forget(group)
                await group.stop()

    def _group(self, watch: Watch) -> Group:
        key = watch.key
        group = self._groups.get(key)
        if group is None:
            group = Group(self._execution, watch.whole, key, self._forget)
            self._groups[key] = group
        return group

    def _forget(self, group: Group) -> None:
        if self._groups.get(group.key) is group:
            del self._groups[group.key]
