"""A prepaid contract: paid every three months, delivered every month, and told before every delivery."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from sqlalchemy import select

from sandbox.seeds import tiny
from sandbox.shopify import contracts, fulfillment_orders
from shopify_app.notices.models import Notice
from shopify_app.orders.models import FulfillmentOrder
from tests.support.app import Story

DELIVERY, ORDER, PAID = (
    "Upcoming Subscription Delivery",
    "Upcoming Subscription Order",
    "Processed Subscription Order",
)
AT_ONCE = timedelta(days=400)


def begin(story: Story) -> dict:
    """Bought on December 1, 2026, 4:00 in New York; checkout paid for December, January and February."""
    grown = tiny.grow(
        story.world,
        interval_count=3,
        delivery_policy=contracts.policy("MONTH", 1),
        at=datetime(2026, 12, 1, 9, tzinfo=UTC),
    )
    story.install(klaviyo=True)
    return grown.contracts[0]


def go(story: Story, *days: tuple[int, int, int]) -> None:
    """Be there at 18:00 UTC of each day, which is after the shop's hour."""
    for day in days:
        story.advance(datetime(*day, 18, tzinfo=UTC), step=AT_ONCE)


def told(story: Story) -> list[tuple]:
    """Metric, charge or delivery day, delivery in words and lead of what Klaviyo stored, oldest first."""
    events = [event for event in story.stored_events() if event["metric"] in (DELIVERY, ORDER, PAID)]
    return [
        (
            event["metric"],
            (event["properties"].get("DeliveryDateISO") or event["properties"]["ChargeDateISO"])[:10],
            event["properties"].get("DeliveryText"),
            event["properties"].get("LeadDays"),
        )
        for event in sorted(events, key=lambda event: event["time"])
    ]


def reschedule(story: Story, contract: dict, number: int, day: datetime) -> None:
    with story.world.locked():
        row = fulfillment_orders.of_order(story.world, story.shop_domain, contract["origin_order_id"])[number - 1]
        fulfillment_orders.reschedule(story.world, story.shop_domain, row["id"], day)
    story.settle()


def deliveries(story: Story) -> list[FulfillmentOrder]:
    with story.ctx.db.session() as session:
        return list(session.scalars(select(FulfillmentOrder).order_by(FulfillmentOrder.fulfill_at)))


def test_two_periods_of_a_prepaid_contract_are_told_delivery_by_delivery(story: Story) -> None:
    contract = begin(story)
    go(story, (2026, 12, 25), (2026, 12, 29), (2027, 1, 2))
    page = story.open(f"/contracts/{contract['id']}").text
    assert "Paid deliveries to come" in page and "Delivery 3" in page and "Delivery 2:" not in page
    go(story, (2027, 1, 25), (2027, 1, 29), (2027, 2, 22), (2027, 2, 26))
    go(story, (2027, 3, 1), (2027, 3, 25), (2027, 3, 29), (2027, 4, 24), (2027, 4, 28), (2027, 5, 2))
    assert told(story) == [
        (DELIVERY, "2027-01-01", "Delivery 2 of 3", 7),
        (DELIVERY, "2027-01-01", "Delivery 2 of 3", 3),
        (DELIVERY, "2027-02-01", "Delivery 3 of 3", 7),
        (DELIVERY, "2027-02-01", "Delivery 3 of 3", 3),
        (ORDER, "2027-03-01", None, 7),
        (ORDER, "2027-03-01", None, 3),
        (PAID, "2027-03-01", None, None),
        (DELIVERY, "2027-04-01", "Delivery 2 of 3", 7),
        (DELIVERY, "2027-04-01", "Delivery 2 of 3", 3),
        (DELIVERY, "2027-05-01", "Delivery 3 of 3", 7),
        (DELIVERY, "2027-05-01", "Delivery 3 of 3", 3),
    ]
    assert {row.status for row in deliveries(story)} == {"OPEN"}


def test_what_is_paid_for_is_told_though_the_contract_is_cancelled_and_webhooks_are_lost(story: Story) -> None:
    contract = begin(story)
    story.world.faults["webhooks"]["loss"] = 1.0
    reschedule(story, contract, 2, datetime(2027, 1, 10, 9, tzinfo=UTC))
    with story.world.locked():
        row = story.world.of("contracts", story.shop_domain)[contract["id"]]
        contracts.change(story.world, story.shop_domain, row, status="CANCELLED")
    go(story, (2026, 12, 29), (2027, 1, 2), (2027, 1, 3), (2027, 1, 7))
    assert told(story) == [
        (DELIVERY, "2027-01-10", "Delivery 2 of 3", 7),
        (DELIVERY, "2027-01-10", "Delivery 2 of 3", 3),
    ]


def test_a_cancelled_delivery_is_dropped_and_the_next_keeps_its_number(story: Story) -> None:
    contract = begin(story)
    go(story, (2026, 12, 24))
    with story.world.locked():
        second = fulfillment_orders.of_order(story.world, story.shop_domain, contract["origin_order_id"])[1]
        fulfillment_orders.cancel(story.world, story.shop_domain, second["id"])
    story.settle()
    go(story, (2026, 12, 25), (2026, 12, 29), (2027, 1, 24), (2027, 1, 25))
    with story.ctx.db.session() as session:
        reasons = session.scalars(select(Notice.reason).where(Notice.delivery == 2)).all()
    assert reasons == ["the delivery was cancelled"] * 2
    assert told(story) == [(DELIVERY, "2027-02-01", "Delivery 3 of 3", 7)]


def test_a_told_delivery_that_moves_is_told_again_and_so_is_its_end_with_what_was_paid_for(story: Story) -> None:
    contract = begin(story)
    go(story, (2026, 12, 29))
    with story.world.locked():
        row = story.world.of("contracts", story.shop_domain)[contract["id"]]
        row["lines"][0]["title"] = "Something else from now on"
        contracts.change(story.world, story.shop_domain, row)
    reschedule(story, contract, 2, datetime(2027, 1, 9, 9, tzinfo=UTC))
    reschedule(story, contract, 2, datetime(2027, 1, 10, 9, tzinfo=UTC))
    story.advance(story.now + timedelta(minutes=3))
    reschedule(story, contract, 2, datetime(2027, 1, 12, 9, tzinfo=UTC))
    reschedule(story, contract, 2, datetime(2027, 1, 10, 9, tzinfo=UTC))
    go(story, (2026, 12, 31), (2027, 1, 7))
    with story.world.locked():
        second = fulfillment_orders.of_order(story.world, story.shop_domain, contract["origin_order_id"])[1]
        fulfillment_orders.cancel(story.world, story.shop_domain, second["id"])
    go(story, (2027, 1, 8), (2027, 1, 9))
    changed = [event for event in story.stored_events() if event["metric"] == "Changed Upcoming Delivery"]
    assert [event["properties"]["ChangesText"] for event in sorted(changed, key=lambda event: event["time"])] == [
        "This delivery moved from January 1, 2027 to January 10, 2027.",
        "The delivery planned for January 10, 2027 was cancelled.",
    ]
    told_of = [event["properties"]["ProductNames"] for event in story.stored_events() if event["metric"] == DELIVERY]
    assert told_of and "Something else from now on" not in {name for names in told_of for name in names}
    page = story.open(f"/contracts/{contract['id']}").text
    assert "moved to" in page and "was cancelled after it was told" in page
