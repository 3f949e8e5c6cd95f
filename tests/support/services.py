"""PostgreSQL and Redis for tests: one server of each per machine, one database of each per test.

`DATABASE_URL` and `REDIS_URL` name servers to use instead of the embedded ones. Several pytest processes
(xdist workers, or two people's sessions) share the servers; the last one to leave stops them.
"""

from __future__ import annotations

import fcntl
import hashlib
import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

import psycopg
import pytest
import redis
from psycopg import sql
from sqlalchemy import Engine, make_url
from sqlalchemy.dialects.postgresql.psycopg import PGDialect_psycopg

from shopify_app.demo.embedded import (
    PostgresFailed,
    ensure_postgres,
    ensure_valkey,
    remove_postgres,
    stop_postgres,
    stop_valkey,
)
from shopify_app.demo.processes import locked, try_lock
from shopify_app.kit import db
from tests.support.databases import Shelf, admin, url_of

ROOT = Path(__file__).resolve().parents[2]
STATE = ROOT / ".perennial" / "tests"
TEMPLATE = "perennial_template_"
STATEMENTS = 5_000
"""More than the app has: the usual 500 are too few for all tests together, which then translate many anew."""
REDIS_DATABASES = 256
"""What the embedded Valkey offers; a server from `REDIS_URL` has 16 unless configured otherwise."""


# --- PostgreSQL


class _Alike(PGDialect_psycopg):
    """A dialect that is as good as any other of its kind: all tests speak to one server."""

    supports_statement_cache = True

    def __eq__(self, other: object) -> bool:
        return isinstance(other, _Alike)

    def __hash__(self) -> int:
        return hash(_Alike)


@pytest.fixture(scope="session", autouse=True)
def compiled_statements() -> Iterator[None]:
    """Every test has an engine of its own; all share what SQLAlchemy made of the app's statements.

    A quarter of a run's processor time went into compiling the same statements for each new engine. Nor does an
    engine ask before each use whether its connection lives: no server of these tests is ever restarted.
    """
    make = db.create_engine
    caches: list[Any] = []

    def sharing(*args: Any, **options: Any) -> Engine:
        engine = make(*args, **options | {"pool_pre_ping": False, "query_cache_size": STATEMENTS})
        caches[:] = caches[:1] or [engine._compiled_cache]
        engine._compiled_cache = caches[0]
        engine.dialect.__class__ = (
            _Alike  # the dialect is part of the cache's keys; its listeners stay the engine's own
        )
        return engine

    db.create_engine = sharing
    yield
    db.create_engine = make


@pytest.fixture(scope="session")
def postgres_server() -> Iterator[str]:
    """SQLAlchemy URL of a server on which tests may make and drop databases."""
    given = os.environ.get("DATABASE_URL")
    if given:
        yield make_url(given).set(drivername="postgresql+psycopg").render_as_string(hide_password=False)
        return
    with _sharing("postgres", stop=_tidy_and_stop):
        yield _embedded_postgres()


@pytest.fixture(scope="session")
def postgres_template(postgres_server: str) -> str:
    """Name of a database migrated to the newest schema, made once per state of `migrations/`."""
    name = TEMPLATE + _migrations_fingerprint()
    with locked(STATE / "template.lock"), admin(postgres_server) as connection:
        if not connection.execute("select 1 from pg_database where datname = %s", [name]).fetchone():
            _make_template(postgres_server, connection, name)
    return name


@pytest.fixture(scope="session")
def postgres_shelf(postgres_server: str, postgres_template: str) -> Iterator[Shelf]:
    """Where emptied databases wait for their next test."""
    shelf = Shelf(postgres_server, postgres_template)
    yield shelf
    shelf.close()


@pytest.fixture
def postgres_url(postgres_shelf: Shelf) -> Iterator[str]:
    """SQLAlchemy URL of a migrated database of this test's own, emptied or dropped afterwards."""
    database = postgres_shelf.take()
    yield database.url
    postgres_shelf.give_back(database)


@pytest.fixture(scope="module")
def module_postgres_url(postgres_shelf: Shelf) -> Iterator[str]:
    """Like `postgres_url`, shared by a module whose tests change nothing."""
    database = postgres_shelf.take()
    yield database.url
    postgres_shelf.give_back(database)


@pytest.fixture
def empty_postgres_url(postgres_server: str) -> Iterator[str]:
    """SQLAlchemy URL of a database with nothing in it, for tests about migrating."""
    database = Shelf(postgres_server, "template0").take()
    yield database.url
    database.drop()


def _embedded_postgres() -> str:
    try:
        return ensure_postgres(STATE, fast=True)
    except PostgresFailed:
        remove_postgres(STATE)  # without fsync a power cut may leave data that no longer starts: worth nothing
        return ensure_postgres(STATE, fast=True)


def _make_template(server: str, connection: psycopg.Connection, name: str) -> None:
    from shopify_app.kit.migrate import upgrade

    # Built under another name and renamed, so that an interrupted migration never passes for a template.
    building = f"{name}_building"
    connection.execute(sql.SQL("drop database if exists {} with (force)").format(sql.Identifier(building)))
    connection.execute(sql.SQL("create database {} template template0").format(sql.Identifier(building)))
    upgrade(url_of(server, building))
    connection.execute(
        sql.SQL("alter database {} rename to {}").format(sql.Identifier(building), sql.Identifier(name))
    )


def _migrations_fingerprint() -> str:
    digest = hashlib.sha256()
    for path in sorted((ROOT / "migrations").rglob("*.py")):
        digest.update(path.read_bytes())
    return digest.hexdigest()[:12]


def _tidy_and_stop() -> None:
    """Drops what killed sessions left behind and templates of older schemas, then stops the server."""
    current = TEMPLATE + _migrations_fingerprint()
    with suppress(psycopg.Error), admin(ensure_postgres(STATE, fast=True)) as connection:
        rows = connection.execute("select datname from pg_database where datname like 'perennial\\_%'").fetchall()
        for (name,) in rows:
            if name != current:
                connection.execute(sql.SQL("drop database {} with (force)").format(sql.Identifier(name)))
    stop_postgres(STATE)


# --- Redis


@pytest.fixture(scope="session")
def redis_database() -> Iterator[str]:
    """URL of a Redis database number that no other pytest process uses."""
    given = os.environ.get("REDIS_URL")
    with _sharing("valkey", stop=lambda: given or stop_valkey(STATE)):
        server = given or ensure_valkey(STATE, fast=True)
        number, held = _claim_number(16 if given else REDIS_DATABASES)
        yield _with_number(server, number)
        os.close(held)


@pytest.fixture
def redis_url(redis_database: str) -> str:
    """URL of a Redis database, emptied before this test."""
    client = redis.Redis.from_url(redis_database)
    client.flushdb()
    client.close()
    return redis_database


def _claim_number(limit: int) -> tuple[int, int]:
    for number in range(1, limit):  # 0 is what a developer's own processes use
        held = try_lock(STATE / f"redis-{number}.lock")
        if held is not None:
            return number, held
    raise RuntimeError(f"all {limit} Redis databases are taken by other test runs")


def _with_number(server: str, number: int) -> str:
    if server.startswith("unix:"):
        return server.partition("?")[0] + f"?db={number}"
    return make_url(server).set(database=str(number)).render_as_string(hide_password=False)


# --- sharing between processes


@contextmanager
def _sharing(name: str, stop: Callable[[], object]) -> Iterator[None]:
    """Counts this process as a user of a server; the last user to leave calls `stop`.

    A shared file lock is the count: the kernel takes a killed process off it.
    """
    STATE.mkdir(parents=True, exist_ok=True)
    with (STATE / f"{name}.users").open("a") as users:
        fcntl.flock(users, fcntl.LOCK_SH)
        try:
            yield
        finally:
            with suppress(BlockingIOError):
                fcntl.flock(users, fcntl.LOCK_EX | fcntl.LOCK_NB)
                stop()
