"""Many rows in one statement are the rows that single statements would have written."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta, timezone

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from shopify_app.journal.models import Fact
from shopify_app.journal.record import record, record_all, row_of
from shopify_app.kit.bulk import write_back
from shopify_app.kit.db import Database
from tests.journal import rows

NOW = datetime(2026, 12, 1, 14, 0, 0, 123456, tzinfo=timezone(timedelta(hours=-5)))
FULL = {"after": {"text": 'Müller "&" \\ 🌹', "numbers": [1, 2.5, None], "empty": ""}, "cycle_index": 2**40}


@pytest.fixture
def session(postgres_url: str) -> Iterator[Session]:
    database = Database(postgres_url)
    with database.session() as session:
        yield session
    database.close()


def _told(session: Session) -> list[tuple[object, ...]]:
    columns = (
        Fact.kind,
        Fact.occurred_at,
        Fact.actor,
        Fact.cause,
        Fact.cycle_index,
        Fact.before,
        Fact.after,
        Fact.data,
    )
    return [tuple(row) for row in session.execute(select(*columns).order_by(Fact.id))]


def test_facts_together_are_as_facts_one_by_one(session: Session) -> None:
    one, other = rows.shop(session), rows.shop(session, "tannery-tea.myshopify.com")
    many = [{"kind": "full", **FULL}, {"kind": "bare"}, {"kind": "data", "data": {"a": [{"b": 1}]}, "actor": "staff"}]
    for fields in many:
        record(session, one.id, key=fields["kind"], occurred_at=NOW, **fields)
    record_all(session, [row_of(other.id, key=fields["kind"], occurred_at=NOW, **fields) for fields in many])
    told = _told(session)
    assert told[:3] == told[3:]
    assert session.scalars(select(Fact.key).where(Fact.shop_id == other.id, Fact.before.is_(None))).all() == [
        "full",
        "bare",
        "data",
    ]


def test_a_fact_that_is_known_stays_as_it_is(session: Session) -> None:
    shop = rows.shop(session)
    record(session, shop.id, key="a", kind="first", occurred_at=NOW)
    record_all(session, [row_of(shop.id, key=key, kind="later", occurred_at=NOW) for key in ("a", "b")])
    record_all(session, [])
    assert session.execute(select(Fact.key, Fact.kind).order_by(Fact.key)).all() == [("a", "first"), ("b", "later")]


def test_changed_columns_are_written_and_no_others(session: Session) -> None:
    shop = rows.shop(session)
    record_all(session, [row_of(shop.id, key=key, kind="k", occurred_at=NOW, **FULL) for key in "abc"])
    facts = session.scalars(select(Fact).order_by(Fact.id)).all()
    later = NOW.astimezone(UTC) + timedelta(days=1, microseconds=1)
    with session.no_autoflush:
        for number, fact in enumerate(facts[:2]):
            fact.occurred_at, fact.data, fact.cycle_index, fact.kind = later, {"n": number}, None, "unwritten"
        write_back(session, facts[:2], "occurred_at", "data", "cycle_index")
        write_back(session, [], "data")
        session.expunge_all()
    columns = select(Fact.occurred_at, Fact.data, Fact.cycle_index, Fact.kind, Fact.after).order_by(Fact.id)
    first, second, third = session.execute(columns).all()
    assert first == (later, {"n": 0}, None, "k", FULL["after"])
    assert second == (later, {"n": 1}, None, "k", FULL["after"])
    assert third == (NOW, {}, FULL["cycle_index"], "k", FULL["after"])
