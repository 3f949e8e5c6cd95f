"""The fixtures of tests/support/services.py: what one test writes, the next does not see."""

from __future__ import annotations

import psycopg
import pytest
import redis

from shopify_app.kit.migrate import current, head


@pytest.mark.parametrize("turn", [1, 2])
def test_each_test_has_a_migrated_database_of_its_own(postgres_url: str, turn: int) -> None:
    assert current(postgres_url) == head() != ""
    with psycopg.connect(postgres_url.replace("+psycopg", "")) as connection:
        connection.execute("create table left_behind (id int)")  # fails in turn 2 if turn 1 is visible


def test_an_empty_database_has_no_schema(empty_postgres_url: str) -> None:
    assert current(empty_postgres_url) == ""


@pytest.mark.parametrize("turn", [1, 2])
def test_each_test_has_an_empty_redis(redis_url: str, turn: int) -> None:
    client = redis.Redis.from_url(redis_url)
    assert client.set("left_behind", turn, nx=True)
    client.close()
