"""The main job, told by date: a contract arrives, its shopper is told, it is charged once, Klaviyo hears of it."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from sqlalchemy import select

from sandbox.seeds import tiny
from shopify_app.billing.models import BillingAttempt
from shopify_app.journal.models import ACCEPTED, Delivery, Fact
from tests.support.app import Story

INSTALLED = datetime(2026, 11, 20, 14, tzinfo=UTC)
BOUGHT = datetime(2026, 11, 4, 15, tzinfo=UTC)
"""Monthly, so the next charge is expected on 4 December."""


def _metrics(story: Story) -> list[str]:
    return [event["metric"] for event in story.stored_events()]


def test_a_subscription_is_announced_charged_once_and_told(story: Story) -> None:
    tiny.grow(story.world, at=INSTALLED, created_at=BOUGHT)
    story.install(klaviyo=True)

    story.advance(datetime(2026, 11, 27, 13, 59, tzinfo=UTC), step=timedelta(days=3))
    assert _metrics(story) == []

    story.advance(datetime(2026, 11, 27, 14, 1, tzinfo=UTC))
    story.advance(datetime(2026, 12, 1, 13, 59, tzinfo=UTC), step=timedelta(days=2))
    assert _metrics(story) == ["Upcoming Subscription Order"]

    story.advance(datetime(2026, 12, 1, 14, 1, tzinfo=UTC))
    told = story.stored_events()
    assert {event["metric"] for event in told} == {"Upcoming Subscription Order"}
    assert {event["properties"]["ChargeDate"] for event in told} == {"December 4, 2026"}
    assert [event["properties"]["LeadDays"] for event in told] == [7, 3]

    story.advance(datetime(2026, 12, 4, 16, tzinfo=UTC), step=timedelta(hours=24))
    (payment,) = story.world.ledger.payments()
    assert payment["at"].startswith("2026-12-04T14:")
    assert _metrics(story) == [*["Upcoming Subscription Order"] * 2, "Processed Subscription Order"]
    processed = story.stored_events()[-1]["properties"]
    assert processed["OrderName"].startswith("#")
    assert processed["OrderTotalAmount"] == float(payment["amount"])

    story.advance(datetime(2026, 12, 20, tzinfo=UTC), step=timedelta(days=4))
    assert len(story.world.ledger.payments()) == 1
    assert story.world.ledger.verdict(story.now)["violations"] == 0
    with story.ctx.db.session() as session:
        assert {row.state for row in session.scalars(select(BillingAttempt))} == {"settled"}
        assert {row.state for row in session.scalars(select(Delivery))} == {ACCEPTED}


def test_a_contract_bought_after_the_install_is_a_start(story: Story) -> None:
    tiny.grow(story.world, at=INSTALLED, contracts=0)
    story.install(klaviyo=True)
    tiny.add_contract(story.world, tiny.SHOP, silent=False)
    story.settle()
    (started,) = story.stored_events()
    assert started["metric"] == "Started Subscription"
    assert started["properties"]["Items"][0]["ProductName"] == "House Blend"
    assert started["properties"]["FrequencyText"] == "Every month"


def test_lost_and_doubled_webhooks_change_nothing(story: Story) -> None:
    tiny.grow(story.world, at=INSTALLED, created_at=BOUGHT, contracts=3)
    story.install(klaviyo=True)
    with story.world.locked():
        story.world.faults.set({"webhooks": {"loss": 0.4, "duplicate": 0.4, "shuffle": 0.3}})
    story.advance(datetime(2026, 12, 4, 13, tzinfo=UTC), step=timedelta(days=2))
    story.advance(datetime(2026, 12, 5, tzinfo=UTC), step=timedelta(hours=2))
    verdict = story.world.ledger.verdict(story.now)
    assert (verdict["once"], verdict["twice"], verdict["missed"], verdict["violations"]) == (3, 0, 0, 0)
    assert _metrics(story).count("Processed Subscription Order") == 3


def test_a_shop_without_a_key_loses_nothing(story: Story) -> None:
    tiny.grow(story.world, at=INSTALLED, created_at=BOUGHT)
    story.install()
    story.advance(datetime(2026, 12, 4, 16, tzinfo=UTC), step=timedelta(days=2))
    assert _metrics(story) == []
    with story.ctx.db.session() as session:
        assert {fact.kind for fact in session.scalars(select(Fact))} >= {"order.upcoming", "order.processed"}
    story.install(klaviyo=True)
    # the announcement of a charge that is over is not made any more
    assert _metrics(story) == ["Processed Subscription Order"]
