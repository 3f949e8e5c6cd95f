"""A statement that never ends is ended by PostgreSQL, and the log names it without its values."""

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
