"""Which errors mean that a server is away or overloaded: nobody is to blame.

Whether what was asked for happened all the same is then unknown. It is worth asking
again, with the same idempotency key where one matters.
"""

import asyncpg
import redis.exceptions as redis
from sqlalchemy import exc as sqlalchemy

AWAY = (
    OSError,  # refused, reset, unreachable, no such host; and what took too long
    asyncpg.PostgresConnectionError,
    asyncpg.InterfaceError,  # of a connection or a pool that is closed
    asyncpg.InternalClientError,  # "cannot switch to state": cut off in between
    asyncpg.TransactionRollbackError,
    asyncpg.InsufficientResourcesError,
    asyncpg.OperatorInterventionError,  # stopping, starting, or a statement too long
    asyncpg.LockNotAvailableError,
    asyncpg.PostgresSystemError,
    # It was the primary, and is none any more.
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
# What asyncpg cannot encode is an InterfaceError to it.
NOT_AWAY = (asyncpg.DataError, asyncpg.ClientConfigurationError)
# redis-py has no class for these: too few replicas, or a disk that takes nothing.
AWAY_REPLIES = ("NOREPLICAS", "MISCONF")


def is_away(error: BaseException | None) -> bool:
    if isinstance(error, sqlalchemy.DBAPIError):
        error = error.orig and (error.orig.__cause__ or error.orig)
    if isinstance(error, redis.ResponseError) and str(error).startswith(AWAY_REPLIES):
        return True
    return isinstance(error, AWAY) and not isinstance(error, NOT_AWAY)
