"""Between a shortage and its day: orders that move, charges under way, workers that die, waits that end."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest

from sandbox.seeds import tiny
from sandbox.shopify import contracts
from sandbox.testing import SandboxServer
from shopify_app.edits import move
from shopify_app.stock import act
from shopify_app.stock.choose import choose
from shopify_app.stock.policy import DELAY, REST, SKIP
from tests.billing.till import DOMAIN
from tests.stock.shelf import MINUTES, stocked

ME = "shopper:gid://shopify/Customer/7"


def day(number: int) -> datetime:
    """Nine o'clock in New York."""
    return datetime(2026, 12, number, 14, tzinfo=UTC)


def test_an_order_that_its_shopper_moves_while_it_is_held_is_decided_for_its_new_date(
    sandbox_server: SandboxServer, postgres_url: str
) -> None:
    with stocked(sandbox_server, postgres_url, 9, [day(6)]) as shelf:
        shelf.put(0)
        (first,) = shelf.decisions()
        (contract,) = shelf.contracts()
        assert move.move(shelf.ctx, shelf.till.shop_id, contract.shopify_gid, 1, day(12), ME).is_done
        shelf.read()
        first, second = shelf.decisions()
        assert (first.state, first.reason) == ("closed", "the order has another date")
        assert second.charge_at == day(12) and second.ended_at is None
        assert shelf.cycle(contract.id, 1).held_reason, "it is still not there: nobody is charged"
        assert [fact.data["charge_at"] for fact in shelf.told("stock.out")] == [
            day(6).isoformat(),
            day(12).isoformat(),
        ], "told anew, since what happens without a choice has another date"
        shelf.put(1)
        shelf.until(day(11))
        assert shelf.paid() == 0, "it is not brought forward: the shopper wanted this day"
        shelf.until(day(13))
        assert shelf.paid() == 1


def test_a_charge_under_way_is_a_shortage_that_nobody_hears_of(
    sandbox_server: SandboxServer, postgres_url: str
) -> None:
    with stocked(sandbox_server, postgres_url, 2, [day(5), day(6)]) as shelf:
        _, second = shelf.contracts()
        shelf.till.at(day(5))
        shelf.till.charge()
        shelf.put(1)  # Shopify took the unit, and we do not know yet whom it was for
        assert shelf.cycle(second.id, 1).held_reason, "whoever may be short is not charged"
        assert shelf.told() == []
        with shelf.world.locked():
            shelf.world.of("inventory_levels", DOMAIN).put(
                {**shelf.world.of("inventory_levels", DOMAIN).all()[0], "available": 2}
            )
        shelf.till.sandbox.settle()  # which takes it in the sandbox, too
        shelf.till.at(shelf.till.now + MINUTES)
        shelf.till.look()
        shelf.read()
        assert shelf.cycle(second.id, 1).held_reason is None
        shelf.until(day(7))
        assert (shelf.paid(), shelf.left()) == (2, 0)
        assert shelf.told() == [], "there was enough for both all along"


def test_whoever_dies_between_shopify_and_the_record_has_done_it_once(
    sandbox_server: SandboxServer, postgres_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    with stocked(sandbox_server, postgres_url, 9, [day(6)]) as shelf:
        shelf.policy(action=DELAY, max_delay_days=10, fallback=SKIP)
        shelf.put(0)

        def dies(*_: object) -> None:
            raise RuntimeError("killed")

        with monkeypatch.context() as patched:
            patched.setattr(act, "_applied", dies)
            shelf.until(day(6))
        (one,) = shelf.decisions()
        moved_to = shelf.cycle(one.contract_id, 1).expected_at
        assert one.done is None and moved_to > day(6), "Shopify has moved it, and we did not write why"
        shelf.leases_end()
        shelf.weigh()
        (one,) = shelf.decisions()
        assert (one.done, one.state) == (DELAY, "applied")
        assert shelf.cycle(one.contract_id, 1).expected_at == moved_to, "moved once"
        assert [fact.kind for fact in shelf.told("stock.delayed")] == ["stock.delayed"]
        shelf.until(day(8))
        assert shelf.paid() == 0


def test_who_waited_as_long_as_it_goes_gets_the_rest(sandbox_server: SandboxServer, postgres_url: str) -> None:
    with stocked(sandbox_server, postgres_url, 9, []) as shelf:
        shelf.another("Filters", 50, "5.00")
        with shelf.world.locked():
            row = tiny.add_contract(shelf.world, DOMAIN, created_at=day(6).replace(month=11))
            row["lines"].append(contracts.line(shelf.world, DOMAIN, shelf.variants[1]["id"], 3))
            shelf.world.of("contracts", DOMAIN).put(row)
        shelf.read()
        shelf.policy(action=DELAY, max_delay_days=5, fallback=REST)
        shelf.put(0)
        shelf.until(day(8))
        assert shelf.paid() == 0
        shelf.until(day(11) - timedelta(minutes=90))  # what an order holds is changed while its day has not come
        shelf.until(day(12))
        (payment,) = shelf.till.ledger()
        assert Decimal(str(payment["amount"])) == Decimal("19.50"), "three filters and shipping"
        assert [fact.kind for fact in shelf.told()] == ["stock.out", "stock.delayed", "stock.partially_filled"]


def test_a_choice_that_comes_after_its_day_changes_nothing(sandbox_server: SandboxServer, postgres_url: str) -> None:
    with stocked(sandbox_server, postgres_url, 9, [day(6)]) as shelf:
        shelf.put(0)
        (one,) = shelf.decisions()
        shelf.until(day(7))
        assert not choose(shelf.ctx, shelf.till.shop_id, one.id, SKIP, ME).is_done
        assert not shelf.cycle(one.contract_id, 1).skipped
