"""The whole app dies at every named line of a charge, and again; the shopper pays once and hears of it once."""

from __future__ import annotations

from contextlib import ExitStack
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import update

from sandbox.seeds import tiny
from shopify_app.billing.models import BillingAttempt
from shopify_app.contracts.models import BillingCycle
from shopify_app.inbox.models import InboxMessage
from shopify_app.journal.models import Delivery
from shopify_app.kit import crashpoints
from shopify_app.kit.clock import machine_now
from shopify_app.kit.crashpoints import Killed
from tests.support.app import Story

DUE = datetime(2026, 12, 4, 14, tzinfo=UTC)


def _restart(story: Story) -> None:
    """Whoever held a lease is gone."""
    past = machine_now() - timedelta(minutes=10)
    with story.ctx.db.session() as session:
        for table in (BillingCycle, BillingAttempt, Delivery, InboxMessage):
            session.execute(update(table).where(table.lease_until.is_not(None)).values(lease_until=past))


def test_dying_once_at_every_line_costs_nobody_anything(story: Story) -> None:
    tiny.grow(story.world, at=DUE - timedelta(hours=2), created_at=DUE - timedelta(days=30), contracts=2)
    story.install(klaviyo=True)
    deaths = dict.fromkeys(crashpoints.POINTS, 1)

    def die_once(point: str) -> None:
        if deaths[point]:
            deaths[point] -= 1
            raise Killed

    with ExitStack() as armed:
        for point in crashpoints.POINTS:
            armed.enter_context(crashpoints.armed(point, lambda point=point: die_once(point)))
        for _ in range(16):
            try:
                story.advance(timedelta(minutes=30), step=timedelta(minutes=10))
            except Killed:
                _restart(story)

    lines_reached = {point for point, left in deaths.items() if not left}
    # nothing fails here (tests/dunning/test_crashes.py), Klaviyo can be told (tests/mail/test_sending.py), no
    # paid order is changed (tests/orders/test_alignment.py), nor many subscriptions (tests/edits/test_bulk.py)
    elsewhere = (
        "billing.settling",
        "billing.after_settled",
        "dunning.",
        "bulk.",
        "mail.",
        "alignment.",
        "flow.",
        "slack.",
        "feed.",
    )
    assert lines_reached >= {point for point in crashpoints.POINTS if not point.startswith(elsewhere)}
    verdict = story.world.ledger.verdict(story.now)
    assert verdict == {"due": 2, "once": 2, "twice": 0, "declined": 0, "waiting": 0, "missed": 0, "violations": 0}
    processed = [event for event in story.stored_events() if event["metric"] == "Processed Subscription Order"]
    assert len(processed) == 2


@pytest.mark.parametrize("point", ["billing.settling_before_commit", "billing.after_settled"])
def test_dying_while_settling_without_webhooks(story: Story, point: str) -> None:
    tiny.grow(story.world, at=DUE - timedelta(hours=1), created_at=DUE - timedelta(days=30))
    story.install(klaviyo=True)
    with story.world.locked():
        story.world.faults.set({"webhooks": {"loss": 1.0}})
    with crashpoints.armed(point), pytest.raises(Killed):
        story.advance(timedelta(hours=3), step=timedelta(minutes=10))
    _restart(story)
    story.advance(timedelta(hours=1), step=timedelta(minutes=10))
    assert story.world.ledger.verdict(story.now)["once"] == 1
    assert [event["metric"] for event in story.stored_events()].count("Processed Subscription Order") == 1
