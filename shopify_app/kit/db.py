"""The database: one engine, short sessions, and the column types every table shares."""

from __future__ import annotations

import logging
import operator
from collections.abc import Callable, Collection, Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime
from functools import reduce
from typing import Annotated, Any

from psycopg.errors import QueryCanceled
from sqlalchemy import (
    BigInteger,
    ColumnElement,
    DateTime,
    ForeignKey,
    Identity,
    Integer,
    MetaData,
    Select,
    TableValuedAlias,
    Text,
    any_,
    bindparam,
    cast,
    create_engine,
    event,
    func,
    literal,
    select,
    text,
    tuple_,
)
from sqlalchemy.dialects.postgresql import ARRAY, JSONB
from sqlalchemy.engine import Engine, ExceptionContext
from sqlalchemy.orm import DeclarativeBase, Session, mapped_column, sessionmaker
from sqlalchemy.types import TypeEngine

log = logging.getLogger(__name__)

NAMING = {
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_N_name)s",
    "pk": "pk_%(table_name)s",
}

Json = dict[str, Any]
Instant = datetime | ColumnElement[datetime]
"""A moment in a statement: its value, or the place of one that is filled in later."""
NOW = bindparam("now", type_=DateTime(timezone=True))
MACHINE_NOW = bindparam("machine_now", type_=DateTime(timezone=True))
"""Places for the two clocks in a statement that is made once and asked every few seconds: making a large one takes
longer than its answer."""


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

    def __init__(self, url: str, pool_size: int = 5, statement_seconds: float = 0) -> None:
        """PostgreSQL ends a statement after `statement_seconds`, its waits for locks included; 0 is never."""
        self.engine: Engine = create_engine(
            url,
            pool_size=pool_size,
            max_overflow=2,
            pool_pre_ping=True,
            pool_timeout=10,
            hide_parameters=True,  # they name people, and errors end up in logs
            connect_args={"connect_timeout": 5, "application_name": "perennial"},
        )
        event.listen(self.engine, "handle_error", _name_runaway)
        event.listen(self.engine, "handle_error", _forget_details)
        event.listen(self.engine, "connect", _prepare(statement_seconds))
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


def _prepare(seconds: float) -> Callable[[Any, object], None]:
    """Return what sets the limit on each new connection, and that plans are made for the values they are for.

    psycopg prepares what is asked often, and PostgreSQL would then keep one plan for all values: one that is made
    for ten keys takes minutes with twenty thousand, one for a rare word seconds with a common one.

    By a statement, since poolers such as PgBouncer refuse a connection that asks for it as a start-up option.
    """

    def prepare(connection: Any, record: object) -> None:
        connection.execute(f"set statement_timeout = {int(seconds * 1000)}")
        connection.execute("set plan_cache_mode = force_custom_plan")
        connection.commit()  # else the pool's rollback takes it back

    return prepare


def _name_runaway(context: ExceptionContext) -> None:
    """Log which statement took too long (or was cancelled): the text alone, whose values are placeholders."""
    if isinstance(context.original_exception, QueryCanceled):
        log.error("PostgreSQL ended a statement", extra={"sql": " ".join((context.statement or "").split())})


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


def total(*selects: Select[*tuple[Any, ...]]) -> Select[int]:
    """Return one statement for how many rows these select together."""
    counts = [select(func.count()).select_from(each.subquery()).scalar_subquery() for each in selects]
    return select(reduce(operator.add, counts))


def rows_of(rows: Collection[tuple[Any, ...]], *types: TypeEngine[Any]) -> TableValuedAlias:
    """Return rows as a table of a statement, with the columns a, b …: one parameter a column, however many rows.

    A list of pairs behind `in` would be compared with every row, pair by pair.
    """
    names = "abcdef"[: len(types)]
    columns = list(zip(*rows, strict=True)) or [()] * len(types)
    arrays = [_array(values, each) for values, each in zip(columns, types, strict=True)]
    return func.unnest(*arrays).table_valued(*names, name="given").render_derived()


def _array(values: Sequence[Any], of: TypeEngine[Any]) -> ColumnElement[Any]:
    """Values as one parameter; numbers as PostgreSQL writes arrays, a quarter of the time of handing over each."""
    if not isinstance(of, Integer):
        return literal(list(values), ARRAY(of))
    return cast(literal("{" + ",".join("null" if one is None else str(int(one)) for one in values) + "}"), ARRAY(of))


def is_one_of(keys: Collection[tuple[int, int]], first: Any, second: Any) -> ColumnElement[bool]:
    """These two number columns are one of these pairs, as a condition."""
    given = rows_of(keys, BigInteger(), BigInteger())
    found: ColumnElement[bool] = tuple_(first, second).in_(select(given.c.a, given.c.b))
    return found


def is_among(column: Any, values: Collection[Any]) -> ColumnElement[bool]:
    """A column is one of these values, as a condition with one parameter, however many: `in` has one for each, and
    with hundreds of them making the statement takes longer than its answer."""
    found: ColumnElement[bool] = column == any_(_array(list(values), column.type))
    return found
