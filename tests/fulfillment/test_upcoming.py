"""What ships when: every sort of shipment once, on its day, from its place, with its certainty."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

from shopify_app.contracts.models import Contract
from shopify_app.edits.models import PauseEnd
from shopify_app.fulfillment import upcoming
from shopify_app.orders.models import FulfillmentOrder
from shopify_app.shops.models import Shop
from tests.fulfillment.conftest import NOW, SHIPS, Desk
from tests.support.rows import add_shop
from tests.web import rows

TODAY, SATURDAY = date(2026, 12, 1), date(2026, 12, 5)
DAY = timedelta(days=1)
BEANS = {"title": "House Blend", "variant_title": "Whole bean", "sku": "HB-W", "quantity": 1}


def seen(desk: Desk, first: date = TODAY, days: int = 7, today: date = TODAY) -> list[tuple[Any, ...]]:
    with desk.ctx.db.session() as session:
        found = upcoming.rows(session, session.get_one(Shop, desk.shop_id), first, days, today)
    return [(one.day, one.title, one.place, one.certainty, one.units) for one in found]


def change(desk: Desk, number: int = 9, **columns: Any) -> None:
    with desk.ctx.db.session() as session:
        row = session.get_one(Contract, desk.contract.id)
        for name, value in columns.items():
            setattr(row, name, value)


def another(desk: Desk, number: int, index: int = 1, at=SHIPS, cycle: dict[str, Any] | None = None, **columns: Any):
    with desk.ctx.db.session() as session:
        contract = rows.contract(session, desk.shop_id, number, **columns)
        rows.cycle(session, contract, index, at, **(cycle or {}))
    return contract


def test_a_date_to_come_ships_on_its_own_day_of_the_shop(desk: Desk) -> None:
    assert seen(desk) == [(SATURDAY, "House Blend", "", "due", 1)]
    another(desk, 10)
    late = SHIPS.replace(hour=4, minute=30)  # 23:30 on Friday in New York
    another(desk, 11, at=late)
    assert seen(desk) == [(SATURDAY - DAY, "House Blend", "", "due", 1), (SATURDAY, "House Blend", "", "due", 2)]
    assert seen(desk, TODAY + 35 * DAY - DAY) == [(date(2027, 1, 4), "House Blend", "", "due", 1)]


def test_at_risk_and_held_are_told_apart(desk: Desk) -> None:
    change(desk, at_risk_since=NOW)
    with desk.ctx.db.session() as session:
        rows.card(session, desk.shop_id, 1, expires_on=date(2026, 12, 4))
    another(desk, 10, payment_method_gid="gid://shopify/CustomerPaymentMethod/1")
    another(desk, 11, cycle={"held_reason": "Out of stock."})
    another(desk, 12, parked_reason="Look at it.")
    paused = another(desk, 13, status="PAUSED", at=None, cycle={"expected_at": SHIPS})
    assert seen(desk) == [(SATURDAY, "House Blend", "", "at_risk", 2), (SATURDAY, "House Blend", "", "held", 2)]
    with desk.ctx.db.session() as session:
        session.add(PauseEnd(contract_id=paused.id, shop_id=desk.shop_id, resume_at=SHIPS - DAY, actor="merchant:42"))
    assert (SATURDAY, "House Blend", "", "held", 3) in seen(desk)


def test_what_does_not_ship_is_not_there(desk: Desk) -> None:
    change(desk, status="CANCELLED")
    another(desk, 10, cycle={"skipped": True})
    another(desk, 11, cycle={"status": "BILLED"})
    another(desk, 12, at=SHIPS + 3 * DAY)
    other = add_shop(desk.ctx, "other.myshopify.com")
    with desk.ctx.db.session() as session:
        rows.cycle(session, rows.contract(session, other.id, 20), 1, SHIPS)
    assert seen(desk) == []


def test_an_order_with_contents_of_its_own_ships_those(desk: Desk) -> None:
    lines = [{**BEANS, "title": "Mug", "quantity": 3, "requires_shipping": True}]
    lines.append({**BEANS, "title": "Course", "requires_shipping": False})
    change(desk, status="PAUSED")
    another(desk, 10, cycle={"contents": {"lines": lines}})
    assert seen(desk) == [(SATURDAY, "Mug", "", "due", 3)]


def test_what_is_paid_and_not_shipped_is_for_today_and_goes_with_the_last_unit(desk: Desk) -> None:
    with desk.ctx.db.session() as session:
        shipped = rows.order(session, desk.contract, 1, unshipped=[])
        rows.order(session, desk.contract, 2, unshipped=[{**BEANS, "quantity": 2}])
        rows.order(session, desk.contract, 3, unshipped=[BEANS], cancelled_at=NOW)
        rows.order(session, desk.contract, 4, unshipped=[BEANS], financial_status="PENDING")
    assert shipped.id and (TODAY, "House Blend", "", "paid", 2) in seen(desk)
    assert not [one for one in seen(desk, TODAY + 7 * DAY) if one[3] == "paid"]


def test_paid_deliveries_ship_when_they_open_from_their_place(desk: Desk) -> None:
    with desk.ctx.db.session() as session:
        order = rows.order(session, desk.contract, 1, unshipped=[BEANS])
        for number, (status, at) in enumerate([("OPEN", NOW - DAY), ("SCHEDULED", SHIPS), ("ON_HOLD", SHIPS)], 1):
            session.add(
                FulfillmentOrder(
                    shop_id=desk.shop_id, order_id=order.id, contract_gid=desk.contract.shopify_gid, number=number,
                    shopify_gid=f"gid://shopify/FulfillmentOrder/{number}", status=status, fulfill_at=at,
                    shopify_updated_at=NOW, location="Roastery", lines=[{**BEANS, "requires_shipping": True}],
                )
            )  # fmt: skip
    assert [one for one in seen(desk) if one[2]] == [
        (TODAY, "House Blend", "Roastery", "paid", 1),
        (SATURDAY, "House Blend", "Roastery", "held", 1),
        (SATURDAY, "House Blend", "Roastery", "paid", 1),
    ]
    assert not [one for one in seen(desk) if one[0] == TODAY and not one[2]], "the order is told by its deliveries"


def test_later_deliveries_of_a_date_to_come_are_seen_by_their_rhythm(desk: Desk) -> None:
    change(desk, billing_policy={"interval": "MONTH", "intervalCount": 3, "anchors": []})
    found = [one[0] for one in seen(desk, TODAY, 84)]
    # two charges are planned, on Dec 5 and Jan 4; each pays three deliveries, a month apart
    assert found == [SATURDAY, date(2027, 1, 4), date(2027, 1, 5), date(2027, 2, 4), date(2027, 2, 5)]


def test_picked_up_items_wait_where_they_are_picked_up(desk: Desk) -> None:
    change(desk, delivery_method={"type": "pickup", "location": "Roastery"})
    assert seen(desk) == [(SATURDAY, "House Blend", "Roastery", "due", 1)]


def test_a_charge_that_keeps_failing_is_waited_for_today(desk: Desk) -> None:
    failing = {"attempted_at": NOW - 4 * DAY}
    another(desk, 10, at=NOW - 4 * DAY, cycle=failing, at_risk_since=NOW - 4 * DAY)
    assert (TODAY, "House Blend", "", "at_risk", 1) in seen(desk)
    assert [one[3] for one in seen(desk, TODAY + DAY)] == ["due"]
