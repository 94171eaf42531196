"""Which errors mean that a server is unavailable or overloaded.

After such an error it is unknown whether the request took effect. A retry makes sense,
with the same idempotency key where there is one.
"""

import asyncpg
import redis.exceptions as redis
from sqlalchemy import exc as sqlalchemy

UNAVAILABLE = (
    OSError,  # refused, reset, unreachable, no such host; TimeoutError too
    asyncpg.PostgresConnectionError,
    asyncpg.InterfaceError,  # the connection or the pool is closed
    asyncpg.InternalClientError,  # "cannot switch to state": cut off in mid-protocol
    asyncpg.TransactionRollbackError,
    asyncpg.InsufficientResourcesError,
    asyncpg.OperatorInterventionError,  # stopping, starting, or a statement time-out
    asyncpg.LockNotAvailableError,
    asyncpg.PostgresSystemError,
    # The server is no longer the primary.
    asyncpg.ReadOnlySQLTransactionError,
    asyncpg.IdleInTransactionSessionTimeoutError,
    sqlalchemy.TimeoutError,  # no connection of the pool was free in time
    redis.ConnectionError,
    redis.TimeoutError,
    redis.ReadOnlyError,
    redis.OutOfMemoryError,
    redis.MasterDownError,
    redis.ClusterDownError,
    redis.TryAgainError,
)
# An InterfaceError, too, but a mistake of ours.
OUR_MISTAKE = asyncpg.ClientConfigurationError
# redis-py has no classes for these: too few replicas, or a disk that cannot be written.
UNAVAILABLE_REPLIES = ("NOREPLICAS", "MISCONF")


def is_unavailable(error: BaseException | None) -> bool:
    if isinstance(error, sqlalchemy.DBAPIError):
        error = error.orig and (error.orig.__cause__ or error.orig)
    if isinstance(error, redis.ResponseError) and str(error).startswith(
        UNAVAILABLE_REPLIES
    ):
        return True
    return isinstance(error, UNAVAILABLE) and not isinstance(error, OUR_MISTAKE)
