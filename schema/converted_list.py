"""Lists whose items are made only when somebody reads them."""

from collections.abc import Callable, Hashable, Sequence
from typing import Generic, TypeVar, overload

Source = TypeVar("Source")
Item = TypeVar("Item")


class ConvertedList(Sequence[Item], Generic[Source, Item]):
    """`convert` of each source: immutable values, of which it makes equal items.

    So what was written for a source can be written again for the same object. `key`
    is that of the list, whatever its items are at a time.
    """

    __slots__ = ("convert", "key", "sources")

    def __init__(
        self,
        key: Hashable,
        sources: tuple[Source, ...],
        convert: Callable[[Source], Item],
    ) -> None:
        self.key = key
        self.sources = sources
        self.convert = convert

    def __len__(self) -> int:
        return len(self.sources)

    @overload
    def __getitem__(self, index: int) -> Item: ...

    @overload
    def __getitem__(self, index: slice) -> Sequence[Item]: ...

    def __getitem__(self, index: int | slice) -> Item | Sequence[Item]:
        if isinstance(index, slice):
            return [self.convert(each) for each in self.sources[index]]
        return self.convert(self.sources[index])
