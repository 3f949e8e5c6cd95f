"""A database or Redis that does not answer, told in one line that names the setting and never its password."""

from __future__ import annotations

from redis.exceptions import ConnectionError as RedisLost
from redis.exceptions import TimeoutError as RedisSilent
from sqlalchemy.exc import OperationalError

from shopify_app.config import address_of

SHUT_DOWN = ("08", "57P")
"""Beginnings of SQLSTATE that say the connection is gone (PostgreSQL docs, error codes)."""


def words(error: Exception) -> str | None:
    """Return what to tell of `error`, None when it is about something else."""
    if isinstance(error, OperationalError) and _is_connection(error):
        return f"the database does not answer: is DATABASE_URL{address_of('DATABASE_URL')} right, is the server up?"
    if isinstance(error, RedisLost | RedisSilent):
        return f"Redis does not answer: is REDIS_URL{address_of('REDIS_URL')} right, is the server up?"
    return None


def _is_connection(error: OperationalError) -> bool:
    # without any SQLSTATE no server has answered, or it let us in no further than the door
    state = getattr(error.orig, "sqlstate", None)
    return state is None or state.startswith(SHUT_DOWN)
