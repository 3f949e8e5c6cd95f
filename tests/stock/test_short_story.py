"""Stock falls below demand: exactly those affected hear, before the charge; nobody pays for what cannot ship."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from sandbox.testing import SandboxServer
from shopify_app.stock.choose import choose
from tests.stock.shelf import stocked


def day(number: int, month: int = 12) -> datetime:
    """Nine o'clock in New York."""
    return datetime(2026 + (month < 12), month, number, 14, tzinfo=UTC)


CHARGES = [day(5), day(6), day(8), day(12)]


def test_those_affected_hear_in_order_and_nobody_pays_for_what_cannot_ship(
    sandbox_server: SandboxServer, postgres_url: str
) -> None:
    with stocked(sandbox_server, postgres_url, 10, CHARGES) as shelf:
        assert shelf.told() == []
        assert shelf.item().supply == 10
        shelf.put(2)
        told = shelf.told("stock.low", "stock.out")
        assert [fact.kind for fact in told] == ["stock.low", "stock.low"]
        third, fourth = (contract for contract in shelf.contracts()[2:])
        assert [fact.contract_gid for fact in told] == [third.shopify_gid, fourth.shopify_gid]
        assert told[0].data["options"] == ["delay", "skip"]
        assert told[0].data["default"] == "delay"
        assert told[0].data["default_at"] == day(7).isoformat()
        assert shelf.cycle(third.id, 1).held_reason

        one, _ = shelf.decisions()
        assert choose(shelf.ctx, shelf.till.shop_id, one.id, "skip", "shopper:7").is_done
        shelf.until(day(7))
        assert shelf.paid() == 2
        assert shelf.left() == 0
        assert shelf.cycle(third.id, 1).skipped
        shelf.until(day(13))
        assert shelf.paid() == 2
        # the fourth said nothing, and waits
        assert [fact.kind for fact in shelf.told("stock.delayed")] == ["stock.delayed"]
        assert shelf.cycle(fourth.id, 1).expected_at.date() == day(26).date()

        shelf.put(1)
        back = shelf.told("stock.back")
        assert [fact.contract_gid for fact in back] == [fourth.shopify_gid]
        shelf.until(day(15))
        assert shelf.paid() == 3
        assert shelf.cycle(fourth.id, 1).status == "BILLED"
        assert len(shelf.told("stock.low", "stock.out")) == 2
        assert all(payment["at"] for payment in shelf.till.ledger())
        assert timedelta(0) <= shelf.till.now - day(15)
