"""Holding orders that are short: in two goes, exactly, and none that somebody else has in hand."""

from __future__ import annotations

import functools
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import BigInteger, create_engine, func, literal, select, text, update

from sandbox.testing import SandboxServer
from shopify_app.contracts.models import BillingCycle
from shopify_app.kit.clock import machine_now
from shopify_app.stock import hold, look
from shopify_app.stock.models import StockCause
from tests.stock.shelf import Shelf, stocked


def day(number: int) -> datetime:
    """Nine o'clock in New York."""
    return datetime(2026, 12, number, 14, tzinfo=UTC)


def test_the_first_are_held_and_told_before_the_rest_is_even_read(
    sandbox_server: SandboxServer, postgres_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[int | None] = []
    ask = look.supply.claims

    def claims(*given: object, **named: object) -> object:
        asked.append(given[4] if len(given) > 4 else None)  # type: ignore[arg-type]
        return ask(*given, **named)  # type: ignore[arg-type]

    monkeypatch.setattr(look.supply, "claims", claims)
    with stocked(sandbox_server, postgres_url, 9, [day(8), day(4), day(6)]) as shelf:
        monkeypatch.setattr(look, "look", functools.partial(look.look, at_once=2))
        asked.clear()
        shelf.put(0)
        assert asked[:2] == [2, None], "two of three in the first go, and the whole line in the second"
        assert [one.charge_at for one in shelf.decisions()] == [day(4), day(6), day(8)]
        assert [(one.round, one.units, one.state) for one in shelf.decisions()] == [(1, 1, "told")] * 3
        assert [fact.data["charge_at"][8:10] for fact in shelf.told("stock.out")] == ["04", "06", "08"]
        assert all(shelf.cycle(one.id, 1).held_reason for one in shelf.contracts())
        before = _versions(shelf)
        look.look(shelf.ctx, shelf.till.shop_id, shelf.item().item_gid)
        assert len(shelf.decisions()) == 3 and _versions(shelf) == before, "what is held is not written again"


def test_an_order_in_somebodys_hand_is_left_and_taken_at_the_next_look(
    sandbox_server: SandboxServer, postgres_url: str
) -> None:
    with stocked(sandbox_server, postgres_url, 9, [day(6)]) as shelf:
        _lease(shelf, timedelta(minutes=5))
        shelf.put(0)
        (contract,) = shelf.contracts()
        assert shelf.decisions() == [] and shelf.cycle(contract.id, 1).held_reason is None
        assert _causes(shelf) == 0, "it has struck nobody"
        assert shelf.item().dirty_at is not None, "and is looked at again"
        _lease(shelf, timedelta(minutes=-5))
        shelf.read()
        (found,) = shelf.decisions()
        assert found.charge_at == day(6) and _causes(shelf) == 1


def test_an_instant_sent_as_a_number_arrives_exactly(postgres_url: str) -> None:
    whole = [
        day(4),
        datetime(2026, 3, 8, 7, 30, 0, 1, tzinfo=UTC),
        datetime(2077, 12, 31, 23, 59, 59, 999_999, tzinfo=UTC),
    ]
    engine = create_engine(postgres_url)
    with engine.connect() as connection:
        sent = [hold._instant(literal(hold._number(one), BigInteger())) for one in whole]
        assert list(connection.execute(select(*sent)).one()) == whole
    engine.dispose()


def _lease(shelf: Shelf, ahead: timedelta) -> None:
    with shelf.ctx.db.session() as session:
        session.execute(update(BillingCycle).values(lease_until=machine_now() + ahead))


def _causes(shelf: Shelf) -> int:
    with shelf.ctx.db.session() as session:
        return session.scalar(select(func.count()).select_from(StockCause)) or 0


def _versions(shelf: Shelf) -> list[str]:
    """Which transaction wrote each held order last."""
    with shelf.ctx.db.session() as session:
        query = "select xmin::text from billing_cycles where held_reason is not null order by id"
        return list(session.scalars(text(query)))
