"""The SQLAlchemy engine of catalog, people and lists."""

from sqlalchemy import make_url
from sqlalchemy.engine import URL
from sqlalchemy.ext.asyncio import AsyncEngine, create_async_engine

from persistence.spans import spans


def sqlalchemy_url(database_url: str) -> URL:
    return make_url(database_url).set(drivername="postgresql+asyncpg")


def open_engine(database_url: str, *, max_size: int, name: str) -> AsyncEngine:
    engine = create_async_engine(
        sqlalchemy_url(database_url),
        pool_size=max_size,
        max_overflow=0,
        pool_timeout=5,
        pool_pre_ping=False,
        hide_parameters=True,  # in its exceptions, which get into logs
        connect_args={
            "timeout": 5,
            "command_timeout": 10,
            "server_settings": {
                "application_name": name,
                "timezone": "UTC",
                "jit": "off",
            },
        },
    )
    spans().watch_engine(engine.sync_engine)
    return engine
