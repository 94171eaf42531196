"""Python's search for garbage in cycles, made rare."""

import gc
from collections.abc import Iterator
from contextlib import contextmanager

# A crowd's requests, and a burst of events, have hundreds of thousands of objects. With
# Python's 700 the collector looks through them again and again and finds nothing: a
# sixth of the CPU of a storm in an API, a quarter of a worker's. The last number is
# lower than Python's: what sockets left must not pile up.
THRESHOLDS = (50_000, 10, 2)


@contextmanager
def rare_collections() -> Iterator[None]:
    """Excludes all objects that exist now, and looks for the others less often.

    To scan them again and again would stop an API for a tenth of a second, several
    times a second in a storm.
    """
    thresholds = gc.get_threshold()
    gc.collect()
    gc.freeze()
    gc.set_threshold(*THRESHOLDS)
    try:
        yield
    finally:
        gc.set_threshold(*thresholds)
        gc.unfreeze()
