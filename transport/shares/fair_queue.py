"""Who is served next: of the clients that wait, the one that has been given least."""

from collections import deque
from collections.abc import Collection, Hashable, Iterator
from dataclasses import dataclass, field
from typing import Generic, TypeVar

Item = TypeVar("Item", bound=Hashable)

# As many clients are remembered before the first look for those that can be forgotten.
SWEEP_AT_LEAST = 1_000


@dataclass(slots=True)
class _Client(Generic[Item]):
    given: float  # seconds
    waiting: deque[Item] = field(default_factory=deque)


class FairQueue(Generic[Item]):
    """Weighted fair queueing with equal weights, and charges that come afterwards.

    `_level` is what a client would have been given if it had always waited. A client
    that begins to wait begins there, since it has saved nothing in the time in which it
    wanted nothing. What it was given beyond the level it owes to the others. They go
    before it until the level has reached it, so newcomers do not keep it for ever.

    An item may be in the queues of several clients. The one that is faster counts.
    """

    def __init__(self) -> None:
        self._level = 0.0
        self._waiting: dict[Hashable, _Client[Item]] = {}
        self._clients: dict[Hashable, _Client[Item]] = {}
        self._places: dict[Item, list[Hashable]] = {}
        self._sweep_at = SWEEP_AT_LEAST

    def __len__(self) -> int:
        return len(self._places)

    def __contains__(self, item: object) -> bool:
        return item in self._places

    def __iter__(self) -> Iterator[Item]:
        return iter(self._places)

    def waiting_of(self, client: Hashable) -> int:
        found = self._waiting.get(client)
        return len(found.waiting) if found else 0

    @property
    def remembered(self) -> int:
        """How many clients are known: those that wait, and those that owe."""
        return len(self._clients)

    def join(self, item: Item, client: Hashable) -> None:
        places = self._places.setdefault(item, [])
        if client in places:
            return
        places.append(client)
        known = self._client(client)
        known.given = max(known.given, self._level)
        known.waiting.append(item)
        self._waiting[client] = known

    def first(self, besides: Collection[Hashable] = ()) -> Item:
        """The next one. Raises ValueError if no client besides these waits."""
        clients = (self._waiting[name] for name in self._waiting if name not in besides)
        return min(clients, key=lambda each: each.given).waiting[0]

    def pop(self, besides: Collection[Hashable] = ()) -> tuple[Item, list[Hashable]]:
        """The next one, and the clients that have waited for it."""
        item = self.first(besides)
        clients = self.remove(item)
        for name in clients:  # those that have been given the same take turns
            if name in self._waiting:
                self._waiting[name] = self._waiting.pop(name)
        return item, clients

    def remove(self, item: Item) -> list[Hashable]:
        clients = self._places.pop(item)
        for name in clients:
            client = self._waiting[name]
            client.waiting.remove(item)
            if not client.waiting:
                del self._waiting[name]
        return clients

    def last_of_longest(self) -> Item:
        """Whom to refuse so that a client with few items has room."""
        longest = max(self._waiting.values(), key=lambda each: len(each.waiting))
        return longest.waiting[-1]

    def reserve(self, clients: Collection[Hashable], seconds: float) -> None:
        """What an item will cost, as far as anybody knows; each pays an equal part."""
        for name in clients:
            self._client(name).given += seconds / len(clients)

    def charge(
        self, clients: Collection[Hashable], seconds: float, reserved: float = 0.0
    ) -> None:
        """What it has cost, and what was reserved for it."""
        self.reserve(clients, seconds - reserved)
        others = sum(name not in self._waiting for name in clients)
        self._level += seconds / (len(self._waiting) + others)

    def _client(self, name: Hashable) -> _Client[Item]:
        client = self._clients.get(name)
        if client is None:
            if len(self._clients) >= self._sweep_at:
                self._sweep()
            client = self._clients[name] = _Client(self._level)
        return client

    def _sweep(self) -> None:
        """A client that owes nothing is as good as a new one."""
        self._clients = {
            name: client
            for name, client in self._clients.items()
            if client.waiting or client.given > self._level
        }
        self._sweep_at = max(SWEEP_AT_LEAST, 2 * len(self._clients))
