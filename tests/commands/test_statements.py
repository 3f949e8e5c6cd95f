"""A statement that never ends is ended and named without its values; one asked often is planned anew."""

from __future__ import annotations

import logging

import pytest
from sqlalchemy import text
from sqlalchemy.exc import OperationalError

from shopify_app.kit.db import Database


def test_a_runaway_statement_is_named_and_ended(postgres_url: str, caplog: pytest.LogCaptureFixture) -> None:
    database = Database(postgres_url, statement_seconds=0.2)
    with (
        caplog.at_level(logging.ERROR),
        pytest.raises(OperationalError, match="statement timeout"),
        database.session() as session,
    ):
        session.execute(text("select pg_sleep(:long), :person"), {"long": 30, "person": "ada@marsh-post.net"})
    (record,) = caplog.records
    assert "pg_sleep" in record.__dict__["sql"] and "ada" not in str(record.__dict__)
    with database.session() as session:
        assert session.scalar(text("show statement_timeout")) == "200ms", "of every transaction of the connection"
    database.close()


def test_what_is_asked_often_is_still_planned_for_its_values(postgres_url: str) -> None:
    database = Database(postgres_url, pool_size=1)
    for _ in range(2):  # after the pool took the connection back, too
        with database.session() as session:
            for number in range(20):
                session.execute(text("select count(*) from shops where id = any(:ids)"), {"ids": [number]})
    with database.session() as session:
        counted = "select custom_plans, generic_plans from pg_prepared_statements where statement like '%any%'"
        ((custom, generic),) = session.execute(text(counted)).all()
        assert custom > 20 and generic == 0
    database.close()
