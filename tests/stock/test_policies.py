"""What becomes of an order in which something is missing: each policy to its end at Shopify, in December 2026."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from decimal import Decimal

from sandbox.seeds import tiny
from sandbox.shopify import contracts, stock
from sandbox.testing import SandboxServer
from shopify_app.billing import parking
from shopify_app.contracts.models import Contract
from shopify_app.stock import ends
from shopify_app.stock.policy import ASK, DELAY, REST, SAME, SELL, SKIP, SWAP, TELL
from tests.billing.till import DOMAIN
from tests.stock.shelf import Shelf, stocked


def day(number: int) -> datetime:
    """Nine o'clock in New York."""
    return datetime(2026, 12, number, 14, tzinfo=UTC)


def amounts(shelf: Shelf) -> list[Decimal]:
    """What was paid for items: shipping is 4.50."""
    return [Decimal(str(payment["amount"])) - Decimal("4.50") for payment in shelf.till.ledger()]


def test_a_substitute_is_sent_for_the_lower_price_while_there_is_enough_of_it(
    sandbox_server: SandboxServer, postgres_url: str
) -> None:
    with stocked(sandbox_server, postgres_url, 9, [day(6), day(7), day(8)]) as shelf:
        other = shelf.another("Dark Roast", 2, "12.00")
        shelf.policy(action=SWAP, swap_variant_gid=other, fallback=SKIP)
        shelf.put(0)
        first, second, third = shelf.decisions()
        assert [one.default for one in (first, second, third)] == [SWAP, SWAP, SKIP]
        assert shelf.told("stock.out")[0].data["alternatives"][0]["title"] == "Dark Roast"
        shelf.until(day(9))
        assert amounts(shelf) == [Decimal("12.00"), Decimal("12.00")]
        assert (shelf.left(0), shelf.left(1)) == (0, 0)
        (told, _) = shelf.told("stock.substituted")
        assert [item["title"] for item in told.after["items"]] == ["Dark Roast"]
        assert [item["quantity"] for item in told.before["items"]] == [1]
        assert shelf.cycle(third.contract_id, 1).skipped


def test_the_price_may_stay_as_it_was(sandbox_server: SandboxServer, postgres_url: str) -> None:
    with stocked(sandbox_server, postgres_url, 9, [day(6)]) as shelf:
        other = shelf.another("Dark Roast", 5, "19.00")
        shelf.policy(action=SWAP, swap_variant_gid=other, price_rule=SAME)
        shelf.put(0)
        shelf.until(day(7))
        assert amounts(shelf) == [Decimal("14.00")]


def test_the_rest_is_shipped_if_it_is_worth_it_and_else_the_order_is_skipped(
    sandbox_server: SandboxServer, postgres_url: str
) -> None:
    with stocked(sandbox_server, postgres_url, 9, []) as shelf:
        shelf.another("Filters", 50, "5.00")
        for at, count in ((day(6), 1), (day(7), 3)):
            with shelf.world.locked():
                row = tiny.add_contract(shelf.world, DOMAIN, created_at=at.replace(month=11))
                row["lines"].append(contracts.line(shelf.world, DOMAIN, shelf.variants[1]["id"], count))
                shelf.world.of("contracts", DOMAIN).put(row)
        shelf.policy(action=REST, min_value=Decimal(10))
        shelf.put(0)
        assert [one.default for one in shelf.decisions()] == [SKIP, REST]
        shelf.until(day(8))
        assert amounts(shelf) == [Decimal("15.00")]
        assert len(shelf.told("stock.partially_filled")) == 1


def test_selling_anyway_is_asked_of_shopify_for_this_order_alone(
    sandbox_server: SandboxServer, postgres_url: str
) -> None:
    with stocked(sandbox_server, postgres_url, 9, [day(6)]) as shelf:
        shelf.policy(action=SELL)
        shelf.put(0)
        shelf.until(day(7))
        assert (shelf.paid(), shelf.left()) == (1, -1)
        (attempt,) = shelf.world.of("attempts", DOMAIN).all()
        assert attempt["inventory_policy"] == "ALLOW_OVERSELLING"
        (one,) = shelf.decisions()
        assert one.ended_at
        following = shelf.cycle(one.contract_id, 2)
        assert following.inventory_policy is None


def test_what_is_only_told_waits_for_a_person_on_its_day_and_goes_on_when_stock_comes(
    sandbox_server: SandboxServer, postgres_url: str
) -> None:
    with stocked(sandbox_server, postgres_url, 9, [day(6)]) as shelf:
        shelf.policy(action=TELL)
        shelf.put(0)
        shelf.until(day(5))
        (one,) = shelf.decisions()
        assert shelf.cycle(one.contract_id, 1).parked_reason is None
        shelf.until(day(8))
        assert shelf.cycle(one.contract_id, 1).parked_reason == ends.WAITED
        assert shelf.paid() == 0
        shelf.put(1)
        shelf.until(day(9))
        assert shelf.paid() == 1


def test_a_person_who_releases_what_is_only_told_has_it_charged_all_the_same(
    sandbox_server: SandboxServer, postgres_url: str
) -> None:
    with stocked(sandbox_server, postgres_url, 9, [day(6)]) as shelf:
        shelf.policy(action=TELL)
        shelf.put(0)
        shelf.until(day(7))
        (one,) = shelf.decisions()
        with shelf.ctx.db.session() as session:
            contract, cycle = ends.rows(session, one)
            assert parking.release(session, contract, "merchant:1", shelf.till.now, cycle)
        shelf.until(day(8))
        assert (shelf.paid(), shelf.left()) == (1, -1)
        assert len(shelf.decisions()) == 1


def test_a_preference_comes_before_the_policy_and_waiting_ends_with_the_fallback(
    sandbox_server: SandboxServer, postgres_url: str
) -> None:
    with stocked(sandbox_server, postgres_url, 9, [day(6), day(7)]) as shelf:
        with shelf.ctx.db.session() as session:
            session.get_one(Contract, shelf.contracts()[0].id).out_of_stock = "skip"
        shelf.policy(action=ASK, default=DELAY, allowed=(DELAY, SKIP), max_delay_days=5, fallback=SKIP)
        shelf.put(0)
        first, second = shelf.decisions()
        assert (first.default, second.default) == (SKIP, DELAY)
        shelf.until(day(8))
        assert shelf.cycle(first.contract_id, 1).skipped
        assert shelf.cycle(second.contract_id, 1).expected_at.date() == day(12).date()
        shelf.until(day(13))
        assert shelf.cycle(second.contract_id, 1).skipped
        assert shelf.paid() == 0
        assert [fact.kind for fact in shelf.told()].count("stock.out") == 2


def test_who_is_overtaken_by_a_hand_is_let_go_and_a_second_strike_is_told_again(
    sandbox_server: SandboxServer, postgres_url: str
) -> None:
    with stocked(sandbox_server, postgres_url, 9, [day(6), day(10)]) as shelf:
        shelf.put(0)
        one, two = shelf.decisions()
        with shelf.world.locked():
            gone = shelf.world.of("contracts", DOMAIN).all()[0]
            contracts.change(shelf.world, DOMAIN, gone, status="CANCELLED")
        shelf.read()
        one, two = shelf.decisions()
        assert (one.state, one.reason) == ("closed", ends.GONE)
        shelf.put(3)
        assert shelf.cycle(two.contract_id, 1).held_reason is None
        assert [fact.kind for fact in shelf.told("stock.back")] == ["stock.back"]
        shelf.put(0)
        assert len(shelf.told("stock.out")) == 3
        shelf.put(1)
        shelf.until(day(11))
        assert shelf.paid() == 1
        assert shelf.cycle(two.contract_id, 1).status == "BILLED"


def test_what_may_be_oversold_or_is_not_counted_is_nobody_s_trouble(
    sandbox_server: SandboxServer, postgres_url: str
) -> None:
    with stocked(sandbox_server, postgres_url, 0, []) as shelf:
        with shelf.world.locked():
            row = shelf.variants[0]
            shelf.world.of("variants", DOMAIN).put({**row, "inventory_policy": "CONTINUE"})
            tiny.add_contract(shelf.world, DOMAIN, created_at=day(6).replace(month=11))
        shelf.read()
        assert shelf.decisions() == []
        shelf.until(day(7))
        assert shelf.paid() == 1
        assert stock.available(shelf.world, DOMAIN, row["inventory_item_id"]) == -2
        assert shelf.till.now > day(7) - timedelta(hours=1)
