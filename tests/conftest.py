"""Fixtures every test may ask for. An area's own live in `tests/<area>/conftest.py`."""

from tests.support.services import (
    empty_postgres_url,
    postgres_server,
    postgres_template,
    postgres_url,
    redis_database,
    redis_url,
)

__all__ = [
    "empty_postgres_url",
    "postgres_server",
    "postgres_template",
    "postgres_url",
    "redis_database",
    "redis_url",
]
