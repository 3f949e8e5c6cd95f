"""The database: one engine, short sessions, and the column types every table shares."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from typing import Annotated, Any

from sqlalchemy import BigInteger, DateTime, ForeignKey, Identity, MetaData, Text, create_engine, event, text
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.engine import Engine, ExceptionContext
from sqlalchemy.orm import DeclarativeBase, Session, mapped_column, sessionmaker

NAMING = {
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_N_name)s",
    "pk": "pk_%(table_name)s",
}

Json = dict[str, Any]


class Base(DeclarativeBase):
    """Parent of all tables. Strings are `text`, dicts are JSONB, instants carry their zone."""

    metadata = MetaData(naming_convention=NAMING)
    type_annotation_map = {  # noqa: RUF012 - SQLAlchemy reads it as a class attribute
        str: Text,
        int: BigInteger,
        datetime: DateTime(timezone=True),
        Json: JSONB,
        list[Any]: JSONB,
    }


Id = Annotated[int, mapped_column(BigInteger, Identity(always=False), primary_key=True)]
ShopId = Annotated[int, mapped_column(ForeignKey("shops.id", ondelete="CASCADE"))]


class Database:
    """Engine plus session factory; one per process, made after any fork."""

    def __init__(self, url: str, pool_size: int = 5) -> None:
        self.engine: Engine = create_engine(
            url,
            pool_size=pool_size,
            max_overflow=2,
            pool_pre_ping=True,
            pool_timeout=10,
            hide_parameters=True,  # they name people, and errors end up in logs
            connect_args={"connect_timeout": 5, "application_name": "perennial"},
        )
        event.listen(self.engine, "handle_error", _forget_details)
        self._sessions = sessionmaker(self.engine, expire_on_commit=False)

    @contextmanager
    def session(self) -> Iterator[Session]:
        """One unit of work: commits when the block ends, rolls back when it raises."""
        with self._sessions() as session, session.begin():
            yield session

    def ping(self) -> None:
        """Raise sqlalchemy.exc.OperationalError when the database does not answer."""
        with self.engine.connect() as connection:
            connection.execute(text("select 1"))

    def close(self) -> None:
        """Give all connections back."""
        self.engine.dispose()


def _forget_details(context: ExceptionContext) -> None:
    """Take off an error what PostgreSQL adds to its first line: DETAIL repeats the row, mail address and all."""
    for error in (context.original_exception, context.sqlalchemy_exception):
        if error is not None and error.args and isinstance(error.args[0], str):
            error.args = (error.args[0].split("\nDETAIL:")[0], *error.args[1:])


def advisory_key(*parts: object) -> int:
    """Return a stable signed 64-bit number for `pg_advisory_xact_lock` from any parts."""
    from hashlib import blake2b

    digest = blake2b("\x1f".join(map(str, parts)).encode(), digest_size=8).digest()
    return int.from_bytes(digest, "big", signed=True)


def lock(session: Session, *parts: object) -> None:
    """Hold an advisory lock named by `parts` until this transaction ends; waits for another holder."""
    session.execute(text("select pg_advisory_xact_lock(:key)"), {"key": advisory_key(*parts)})


def try_lock(session: Session, *parts: object) -> bool:
    """Like `lock`, but answer False at once when another transaction holds it."""
    query = text("select pg_try_advisory_xact_lock(:key)")
    return bool(session.scalar(query, {"key": advisory_key(*parts)}))
