"""A fact is written once, in its change's transaction, and says nothing of other shops."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime

import pytest
from sqlalchemy import select

from shopify_app.journal import erase
from shopify_app.journal.models import Fact
from shopify_app.journal.record import record
from shopify_app.kit.db import Database
from tests.journal import rows

NOW = datetime(2026, 12, 1, 14, tzinfo=UTC)


@pytest.fixture
def db(postgres_url: str) -> Iterator[Database]:
    database = Database(postgres_url)
    yield database
    database.close()


def test_telling_it_twice_records_it_once(db: Database) -> None:
    with db.session() as session:
        shop = rows.shop(session)
        first = record(session, shop.id, key="started:1", kind="subscription.started", occurred_at=NOW)
        again = record(session, shop.id, key="started:1", kind="subscription.started", occurred_at=NOW)
        assert first is not None and first.id
        assert again is None
        other = rows.shop(session, "tannery-tea.myshopify.com")
        assert record(session, other.id, key="started:1", kind="subscription.started", occurred_at=NOW)


def test_a_fact_dies_with_its_change(db: Database) -> None:
    with pytest.raises(RuntimeError), db.session() as session:
        shop = rows.shop(session)
        record(session, shop.id, key="started:1", kind="subscription.started", occurred_at=NOW)
        raise RuntimeError
    with db.session() as session:
        assert session.scalars(select(Fact)).all() == []


def test_nothing_before_is_null_and_not_a_json_null(db: Database) -> None:
    with db.session() as session:
        shop = rows.shop(session)
        record(session, shop.id, key="a", kind="k", occurred_at=NOW, after={"status": "ACTIVE"})
        assert session.scalars(select(Fact).where(Fact.before.is_(None), Fact.after.is_not(None))).all()


def test_a_time_without_zone_and_an_endless_key_are_refused(db: Database) -> None:
    with db.session() as session:
        shop = rows.shop(session)
        with pytest.raises(ValueError, match="aware"):
            record(session, shop.id, key="a", kind="k", occurred_at=datetime(2026, 12, 1))
        with pytest.raises(ValueError, match="255"):
            record(session, shop.id, key="a" * 256, kind="k", occurred_at=NOW)


def test_erasing_empties_what_channels_were_told_and_stops_what_waits(db: Database) -> None:
    with db.session() as session:
        shop = rows.shop(session)
        mine = rows.fact(session, shop.id, "mine", "gid://shopify/Customer/5")
        theirs = rows.fact(session, shop.id, "theirs", "gid://shopify/Customer/6")
        waiting = rows.delivery(session, mine, "pending", body={"email": "jo@shopper.io"})
        kept = rows.delivery(session, theirs, "accepted", body={"email": "al@shopper.io"})
        assert erase.held(session, shop.id, "gid://shopify/Customer/5")["deliveries"] == [{"email": "jo@shopper.io"}]
        assert erase.erase(session, shop.id, "gid://shopify/Customer/5") == 2
        session.expire_all()
        assert (waiting.state, waiting.body, mine.customer_gid) == ("dropped", None, None)
        assert kept.body is not None
        assert erase.held(session, shop.id, "gid://shopify/Customer/5") == {"facts": [], "deliveries": []}
