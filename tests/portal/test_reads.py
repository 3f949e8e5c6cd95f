"""What a shopper sees: their own subscriptions, as the mirror has them, without a call to Shopify."""

from __future__ import annotations

from dataclasses import asdict
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

from sqlalchemy import null, update

from shopify_app.contracts.models import BillingCycle
from shopify_app.gateways.shopify.contents import LineSnapshot
from shopify_app.journal.record import record
from shopify_app.orders.models import FulfillmentOrder, Order
from shopify_app.shoppers.models import PaymentMethod
from shopify_app.shops.models import Shop
from tests.portal.shopper import Shopper
from tests.support.app import Story

CHARGE = datetime(2027, 1, 1, 14, tzinfo=UTC)


def test_the_list_holds_ones_own_and_nothing_else(resting: Shopper) -> None:
    answer = resting.get("/contracts")
    (mine,) = answer["contracts"]
    assert answer["next_after"] is None
    assert (mine["number"], mine["status"], mine["on_hold"]) == (str(resting.contract), "ACTIVE", False)
    assert mine["started_on"] == "2026-12-01" and mine["billing"] == {"interval": "MONTH", "count": 1}
    (line,) = mine["lines"]
    assert (line["title"], line["variant"], line["quantity"]) == ("House Blend", "250 g", 1)
    assert line["price"] == {"amount": "14.00", "currency": "USD"}
    upcoming = resting.cycles()[0]
    assert mine["next_charge"]["date"] == upcoming["date"]
    assert mine["next_charge"]["charge_at"] == upcoming["charge_at"]
    assert resting.get(f"/contracts?after={resting.contract}")["contracts"] == []


def test_the_list_of_one_order_holds_what_that_order_came_from(resting: Shopper) -> None:
    orders = {row["contract_id"]: row["id"] for row in resting.story.world.of("orders", resting.story.shop_domain)}
    mine = resting.get(f"/contracts?order={orders[resting.contract]}")["contracts"]
    assert [each["number"] for each in mine] == [str(resting.contract)]
    assert resting.get(f"/contracts?order={orders[resting.foreign]}")["contracts"] == []  # of somebody else
    assert resting.get("/contracts?order=1")["contracts"] == []
    wrong = resting.ask("GET", "/contracts?order=%231001")
    assert (wrong.status_code, wrong.json()["field"]) == (422, "order")


def test_one_subscription_with_its_address_money_and_card(resting: Shopper) -> None:
    found = resting.get(f"/contracts/{resting.contract}")
    assert found["total"]["currency"] == "USD" and found["time_zone"] == "America/New_York"
    assert found["total"] == found["next_charge"]["total"]
    address = found["delivery_method"]["address"]
    assert found["delivery_method"]["kind"] == "shipping" and address["city"] and address["country_code"]
    assert found["payment_method"]["last_digits"] and found["payment_method"]["state"] == "ok"
    assert found["payment"] == {"state": "ok", "confirm_url": None}


def test_a_card_is_told_to_be_over_before_the_next_charge_or_removed(shopper: Shopper) -> None:
    def state(**values: object) -> str:
        with shopper.story.ctx.db.session() as session:
            session.execute(update(PaymentMethod).values(**values))
        return shopper.get(f"/contracts/{shopper.contract}")["payment_method"]["state"]

    assert state(expires_on=date(2026, 12, 31)) == "expires_before_next"
    assert state(expires_on=date(2026, 11, 30)) == "expired"
    assert state(revoked_at=datetime(2026, 12, 1, tzinfo=UTC)) == "removed"


def test_dates_to_come_say_until_when_and_what_is_possible(resting: Shopper) -> None:
    first, second, *_ = resting.cycles()
    # bought on December 1: the checkout order is no cycle of its own, so January 1 is the first date (sandbox README)
    assert first["state"] == "planned" and first["date"] < second["date"]
    assert first["changeable_until"] == first["charge_at"] and first["charge_at"].endswith("T14:00:00Z")
    assert first["total"] == resting.get(f"/contracts/{resting.contract}")["total"]
    skip, unskip, move, *others = first["actions"]
    assert skip["possible"] and skip["reason"] is None
    assert not unskip["possible"] and unskip["reason"]["code"] == "already"
    assert move["possible"] and move["earliest"] < first["date"] < move["latest"] <= second["date"]
    possible = {each["action"]: each["reason"] and each["reason"]["code"] for each in others}
    assert possible == dict.fromkeys(("order_now", "quantity", "add", "address")) | {
        "remove": "last_item",
        "restore": "already",
    }
    assert second["actions"][3]["reason"]["words"] == "Only your next order can be ordered now."


def test_orders_and_what_happened_as_a_shopper_may_read_it(shopper: Shopper) -> None:
    story = shopper.story
    _until_charged(story)
    orders = shopper.get(f"/contracts/{shopper.contract}/orders")["orders"]
    assert len(orders) == 2 and orders[0]["date"] == "2027-01-01" and orders[0]["payment_status"] == "PAID"
    with story.ctx.db.session() as session:
        staff = {"key": "x", "kind": "charging.stopped", "cause": "Mrs Staff wants it", "actor": "merchant:42"}
        gid = f"gid://shopify/SubscriptionContract/{shopper.contract}"
        record(session, story.shop.id, occurred_at=story.now, contract_gid=gid, **staff)
        paid = session.query(Order).order_by(Order.id).first()
        for number, day in ((1, 40), (2, 71)):
            session.add(_delivery(shopper, paid, number, story.now + timedelta(days=day)))
    to_come = shopper.get(f"/contracts/{shopper.contract}/deliveries")["deliveries"]
    assert [(each["number"], each["order"]) for each in to_come] == [(1, paid.name), (2, paid.name)]
    assert to_come[0]["date"] < to_come[1]["date"]
    answer = shopper.ask("GET", f"/contracts/{shopper.contract}/timeline")
    kinds = [entry["kind"] for entry in answer.json()["entries"]]
    assert kinds == ["order.processed", "subscription.started"]
    german = shopper.get(f"/contracts/{shopper.contract}/timeline?locale=de")["entries"][0]["words"]
    assert german.startswith("Es wurden ") and german.endswith("\u00a0$ abgebucht.")
    assert "You were charged $" in answer.text and "Staff" not in answer.text and "merchant" not in answer.text
    assert shopper.get(f"/contracts/{shopper.contract}")["payment"]["state"] == "ok"


def _until_charged(story: Story) -> None:
    """Let the month pass, the hours of the charge, and a day."""
    story.advance(CHARGE, step=timedelta(days=8))
    story.advance(timedelta(hours=1))
    story.advance(timedelta(days=1), step=timedelta(hours=12))


def _delivery(shopper: Shopper, paid: Order, number: int, at: datetime) -> FulfillmentOrder:
    return FulfillmentOrder(
        shop_id=paid.shop_id,
        order_id=paid.id,
        contract_gid=f"gid://shopify/SubscriptionContract/{shopper.contract}",
        shopify_gid=f"gid://shopify/FulfillmentOrder/{number}",
        number=number,
        status="SCHEDULED",
        fulfill_at=at,
        shopify_updated_at=at,
    )


def test_a_declined_card_and_a_stopped_shop_are_told(shopper: Shopper) -> None:
    with shopper.story.world.locked():
        shopper.story.world.faults.set({"outcomes": {"*": "CARD_DECLINED"}})
    _until_charged(shopper.story)
    assert shopper.get(f"/contracts/{shopper.contract}")["payment"]["state"] == "failed"
    late = shopper.cycles()[0]
    assert late["state"] == "waiting"
    assert {each["reason"]["code"] for each in late["actions"] if each["reason"]} >= {"too_late", "tried"}
    with shopper.story.ctx.db.session() as session:
        session.execute(update(Shop).values(billing_stopped_at=shopper.story.now))
    found = shopper.get(f"/contracts/{shopper.contract}")
    assert found["on_hold"] and found["next_charge"] is None


def test_what_is_no_longer_active_has_nothing_to_come(shopper: Shopper) -> None:
    shopper.story.control("POST", f"/shops/{shopper.story.shop_domain}/contracts/{shopper.contract}/pause")
    shopper.story.settle()
    found = shopper.get(f"/contracts/{shopper.contract}")
    assert found["status"] == "PAUSED" and found["next_charge"] is None and shopper.cycles() == []


def _asked_of_shopify(shopper: Shopper) -> int:
    return sum(1 for entry in shopper.story.world.log.entries if entry.get("operation"))


def test_reading_asks_shopify_nothing(resting: Shopper) -> None:
    asked = _asked_of_shopify(resting)
    for path in ("", "/options", "/cycles", "/deliveries", "/orders", "/timeline"):
        resting.get(f"/contracts/{resting.contract}{path}")
    assert _asked_of_shopify(resting) == asked > 0


def test_an_edited_date_shows_what_it_holds_and_no_total_before_that_is_known(shopper: Shopper) -> None:
    def first(contents: dict[str, object] | None) -> dict[str, object]:
        with shopper.story.ctx.db.session() as session:
            session.execute(update(BillingCycle).values(edited=True, contents=contents or null()))
        return shopper.cycles()[0]

    assert (first(None)["lines"], first(None)["total"]) == (None, None)
    line = LineSnapshot(
        gid="gid://shopify/SubscriptionLine/1",
        product_gid=None,
        variant_gid=None,
        title="Dark Roast",
        variant_title=None,
        sku=None,
        quantity=2,
        current_price=Decimal("10.00"),
        discounted_price=Decimal("18.00"),
        selling_plan_gid=None,
        selling_plan_name=None,
        image_url=None,
        requires_shipping=True,
    )
    kept = {"delivery_price": "2.00", "delivery_method": None, "note": None}
    prices = {"current_price": "10.00", "discounted_price": "18.00"}
    edited = first(kept | {"lines": [asdict(line) | prices]})
    assert edited["total"] == {"amount": "20.00", "currency": "USD"}
    assert [(each["title"], each["quantity"]) for each in edited["lines"]] == [("Dark Roast", 2)]
