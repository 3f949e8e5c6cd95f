"""Databases for tests: one of its own for each test, made by copying a template or by emptying a used one.

Making and dropping a database took a third of a run's time (hundreds of small files each), emptying one that a test
left behind takes a tenth of that. A database is given to another test only if nobody is connected to it any more
and nobody changed its shape; else it is dropped, which throws stragglers out.
"""

from __future__ import annotations

import contextlib
import time
import uuid
from dataclasses import dataclass, field

import psycopg
from psycopg import sql
from sqlalchemy import make_url

TEST = "perennial_test_"
TURNS = 40
"""How many tests one database serves: deleted rows stay in its files, and make it slower bit by bit."""

# Tables that rows were written to have a size. Rows that the migrations themselves wrote must stay as they are.
_WRITTEN = """select relname from pg_class where relkind = 'r' and relnamespace = 'public'::regnamespace
    and pg_relation_size(oid) > 0"""
_COUNTERS = (
    "select sequencename, start_value from pg_sequences where schemaname = 'public' and last_value is not null"
)
_OTHERS = "select count(*) from pg_stat_activity where datname = current_database() and pid <> pg_backend_pid()"
_SHAPE = """select (select count(*) from pg_class), (select count(*) from pg_constraint),
    (select count(*) from pg_proc), (select count(*) from pg_trigger where not tgisinternal),
    (select count(*) from pg_namespace), (select max(xmin::text::bigint) from pg_attribute),
    (select count(*) from pg_extension)"""


@dataclass
class Shelf:
    """Emptied copies of one template that wait for the next test of this process."""

    server: str
    template: str
    waiting: list[Database] = field(default_factory=list)

    def take(self) -> Database:
        """A migrated database without rows of any test."""
        return self.waiting.pop() if self.waiting else _made(self.server, self.template)

    def give_back(self, database: Database) -> None:
        """Empty it for the next test; drop it where that is not safe."""
        database.turns += 1
        if database.turns < TURNS and database.emptied():
            self.waiting.append(database)
        else:
            database.drop()

    def close(self) -> None:
        """Drop all that wait."""
        while self.waiting:
            self.waiting.pop().drop()


@dataclass
class Database:
    """A test's database; `seeds` are the tables that hold rows from the start, `shape` counts what it is made of."""

    server: str
    name: str
    seeds: frozenset[str] = frozenset()
    shape: tuple[object, ...] = ()
    turns: int = 0

    @property
    def url(self) -> str:
        """SQLAlchemy URL."""
        return url_of(self.server, self.name)

    def emptied(self) -> bool:
        """Whether all rows are gone and all counters start again; false where somebody may still be writing."""
        with contextlib.suppress(psycopg.Error), _connect(self.server, self.name) as connection:
            if not _left(connection) or connection.execute(_SHAPE).fetchone() != self.shape:
                return False
            with connection.transaction():
                connection.execute("set local session_replication_role = replica")  # foreign keys may wait
                for (table,) in connection.execute(_WRITTEN).fetchall():
                    if table not in self.seeds:
                        connection.execute(sql.SQL("delete from {}").format(sql.Identifier(table)))
                for name, start in connection.execute(_COUNTERS).fetchall():
                    connection.execute("select setval(%s::regclass, %s, false)", [f'"{name}"', start])
            return True
        return False

    def drop(self) -> None:
        """Drop it, whoever is connected."""
        with admin(self.server) as connection:
            connection.execute(sql.SQL("drop database if exists {} with (force)").format(sql.Identifier(self.name)))


def admin(server: str) -> psycopg.Connection:
    """A connection that may make and drop databases."""
    return _connect(server, "postgres")


def url_of(server: str, database: str) -> str:
    """SQLAlchemy URL of a database on this server."""
    return make_url(server).set(database=database).render_as_string(hide_password=False)


def _made(server: str, template: str) -> Database:
    database = Database(server, TEST + uuid.uuid4().hex[:12])
    create = sql.SQL("create database {} template {} strategy file_copy")
    with admin(server) as connection:
        connection.execute(create.format(sql.Identifier(database.name), sql.Identifier(template)))
    with _connect(server, database.name) as connection:
        database.seeds = frozenset(name for (name,) in connection.execute(_WRITTEN).fetchall())
        database.shape = connection.execute(_SHAPE).fetchone() or ()
    return database


def _left(connection: psycopg.Connection, patience: float = 0.1) -> bool:
    """Whether nobody else is connected; a backend needs a moment to notice that its client is gone."""
    until = time.monotonic() + patience
    while (connection.execute(_OTHERS).fetchone() or (1,))[0]:
        if time.monotonic() > until:
            return False
        time.sleep(0.005)
    return True


def _connect(server: str, database: str) -> psycopg.Connection:
    plain = url_of(server, database).replace("+psycopg", "", 1)
    return psycopg.connect(plain, autocommit=True, connect_timeout=10)
