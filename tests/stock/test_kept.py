"""Units kept for subscribers stand in a metafield of the variant, once for each number, whatever dies in between."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import delete, update

from shopify_app.gateways.shopify import marks as shopify
from shopify_app.gateways.shopify.errors import Unreachable
from shopify_app.kit.clock import machine_now
from shopify_app.kit.gid import gid
from shopify_app.stock import by_hand, instead, kept
from shopify_app.stock.models import Demand, ItemStanding
from tests.stock.shelf import Shelf, stocked


def day(number: int) -> datetime:
    """Nine o'clock in New York."""
    return datetime(2026, 12, number, 14, tzinfo=UTC)


class Died(BaseException):
    """A worker is gone."""


def _keep(shelf: Shelf, units: int, days: int = 14) -> None:
    with shelf.ctx.db.session() as session:
        gid = shelf.item().item_gid
        by_hand.keep(session, shelf.till.shop_id, gid, units, days, "Beans", "merchant:42", shelf.till.now)


def _there(shelf: Shelf) -> list[tuple[str, str]]:
    """What the sandbox's Shopify holds: key and value."""
    with shelf.world.locked():
        found = shelf.world.of("metafields", shelf.till.domain).all()
    return [(f"{row['namespace']}.{row['key']}", row["value"]) for row in found]


def _waiting(shelf: Shelf) -> int:
    with shelf.ctx.db.session() as session:
        return kept.waiting(session, shelf.till.now, machine_now())


def _later(shelf: Shelf) -> None:
    with shelf.ctx.db.session() as session:
        session.execute(update(ItemStanding).values(kept_again_at=machine_now() - timedelta(seconds=1)))


def test_what_renewals_need_is_told_once_and_again_when_it_changes_or_nobody_knows(
    sandbox_server, postgres_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    name = f"perennial.{kept.KEY}"
    with stocked(sandbox_server, postgres_url, 50, [day(5), day(9), day(28)]) as shelf:
        assert _waiting(shelf) == 0 and kept.drain(shelf.ctx) == 0, "nobody asked for it"
        _keep(shelf, 10)
        assert (_waiting(shelf), kept.drain(shelf.ctx), kept.drain(shelf.ctx)) == (1, 1, 0)
        assert _there(shelf) == [(name, "2")], "the third is charged later than in 14 days"
        assert kept.look(shelf.ctx) == 0 and _waiting(shelf) == 0, "the number is the same"

        write = shopify.set_numbers
        for trouble in (Died(), Unreachable("no answer")):
            _keep(shelf, 1 if isinstance(trouble, Died) else 10)

            def lost(*args: object, trouble: BaseException = trouble) -> None:
                write(*args)  # type: ignore[arg-type]
                raise trouble

            monkeypatch.setattr(shopify, "set_numbers", lost)
            if isinstance(trouble, Died):
                with pytest.raises(Died):
                    kept.drain(shelf.ctx)
            else:
                kept.drain(shelf.ctx)
            assert shelf.item().kept_told is None and _waiting(shelf) == 0, "not known, and leased or put off"
            monkeypatch.setattr(shopify, "set_numbers", write)
            _later(shelf)
            assert (_waiting(shelf), kept.drain(shelf.ctx), _waiting(shelf)) == (1, 1, 0)
        assert _there(shelf) == [(name, "2")]

        with shelf.ctx.db.session() as session:
            session.execute(delete(Demand).where(Demand.contract_id == shelf.contracts()[0].id))
        assert (kept.look(shelf.ctx), kept.drain(shelf.ctx)) == (1, 1)
        assert _there(shelf) == [(name, "1")], "one of them is gone"
        _keep(shelf, 0, 0)
        kept.drain(shelf.ctx)
        assert _there(shelf) == [(name, "0")] and _waiting(shelf) == 0


def test_what_shopify_refuses_is_left_alone_for_a_day(sandbox_server, postgres_url: str) -> None:
    with stocked(sandbox_server, postgres_url, 50, [day(5)]) as shelf:
        with shelf.world.locked():
            for row in shelf.variants:
                shelf.world.of("variants", shelf.till.domain).delete(row["id"])
        with shelf.ctx.db.session() as session:
            session.execute(update(ItemStanding).values(safety_units=3, safety_days=14, kept_units=1))
        assert kept.drain(shelf.ctx) == 1
        with shelf.ctx.db.session() as session:
            again = session.query(ItemStanding).one().kept_again_at
        assert again is not None and again > machine_now() + timedelta(hours=23)
        assert _there(shelf) == [] and _waiting(shelf) == 0


def test_a_swap_leaves_alone_what_is_kept_for_later_renewals(sandbox_server, postgres_url: str) -> None:
    with stocked(sandbox_server, postgres_url, 50, [day(5), day(9), day(28)]) as shelf:
        wanted = gid("ProductVariant", shelf.variants[0]["id"])

        def spare() -> int | None:
            with shelf.ctx.db.session() as session:
                found = instead.substitute(session, shelf.till.shop_id, wanted, shelf.till.now + timedelta(days=14))
            return found.spare if found else None

        assert spare() == 48, "two are charged within those days"
        _keep(shelf, 40, 60)
        kept_units = shelf.item().kept_units
        assert kept_units > 3 and spare() == 50 - kept_units
