"""Which errors mean that a server is unavailable."""

import socket

import asyncpg
import pytest
import redis.exceptions as redis
from aiokafka.errors import KafkaConnectionError, MessageSizeTooLargeError
from redis.asyncio.sentinel import MasterNotFoundError
from sqlalchemy import exc as sqlalchemy
from sqlalchemy.dialects.postgresql.asyncpg import AsyncAdapt_asyncpg_dbapi

from persistence.outages import is_unavailable
from persistence.postgres.connection import hosts
from realtime.consumer import is_transient

UNAVAILABLE = [
    ConnectionRefusedError(),
    TimeoutError(),
    socket.gaierror(),
    OSError("Multiple exceptions: [Errno 111] ..."),
    asyncpg.ConnectionDoesNotExistError("closed in the middle of operation"),
    asyncpg.InterfaceError("connection is closed"),
    asyncpg.InternalClientError("cannot switch to state 12"),
    asyncpg.TargetServerAttributeNotMatched("none of the hosts"),
    asyncpg.CannotConnectNowError("the database system is starting up"),
    asyncpg.AdminShutdownError("terminating connection"),
    asyncpg.QueryCanceledError("statement timeout"),
    asyncpg.ReadOnlySQLTransactionError("cannot execute INSERT"),
    asyncpg.DiskFullError("no space left"),
    asyncpg.DeadlockDetectedError("deadlock"),
    sqlalchemy.TimeoutError("QueuePool limit"),
    redis.ConnectionError("reset"),
    MasterNotFoundError("no master"),
    redis.TimeoutError("late"),
    redis.ReadOnlyError("a replica"),
    redis.ResponseError("NOREPLICAS Not enough good replicas to write."),
]
OUR_MISTAKES = [
    ValueError("x"),
    KeyError("x"),
    asyncpg.UniqueViolationError("duplicate"),
    asyncpg.UndefinedTableError("no such table"),
    asyncpg.DataError("invalid input for query argument"),
    asyncpg.InvalidPasswordError("wrong"),
    redis.ResponseError("ERR unknown command"),
    None,
]


def wrapped(cause: Exception) -> sqlalchemy.DBAPIError:
    """An error of asyncpg as SQLAlchemy raises it."""
    driver = AsyncAdapt_asyncpg_dbapi.Error("from the driver", cause)  # type: ignore[no-untyped-call] # theirs
    driver.__cause__ = cause
    return sqlalchemy.DBAPIError("SELECT", None, driver)


@pytest.mark.parametrize("error", UNAVAILABLE, ids=repr)
def test_a_server_that_is_unavailable(error: Exception) -> None:
    assert is_unavailable(error)
    assert is_transient(error)


@pytest.mark.parametrize("error", OUR_MISTAKES, ids=repr)
def test_a_mistake_of_ours(error: Exception | None) -> None:
    assert not is_unavailable(error)


def test_the_cause_of_an_error_of_sqlalchemy_counts() -> None:
    assert is_unavailable(wrapped(asyncpg.AdminShutdownError("terminating connection")))
    assert not is_unavailable(wrapped(asyncpg.UndefinedTableError("no such table")))


def test_an_unavailable_broker_is_transient_and_a_too_large_event_is_not() -> None:
    assert is_transient(KafkaConnectionError())
    assert not is_transient(MessageSizeTooLargeError())


def test_each_host_gets_the_whole_url() -> None:
    url = "postgresql://u:p%2C@one:1,two:2/db?target_session_attrs=read-write"

    assert hosts(url) == [
        "postgresql://u:p%2C@one:1/db?target_session_attrs=read-write",
        "postgresql://u:p%2C@two:2/db?target_session_attrs=read-write",
    ]
    assert hosts("postgresql://one/db") == ["postgresql://one/db"]
