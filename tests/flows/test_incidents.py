"""Two incidents that merchants reported, with Perennial in the loop: it charges nobody a second time, writes down
what others charged, and asks a person when somebody paid twice.

(a) community.shopify.dev 26522: more than fifty contracts, charged by hand, were charged again by a bulk charge.
(b) community.shopify.dev 34057: after a card update Shopify billed a new cycle; the app then retried the failed one.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import select

from sandbox.seeds import tiny
from shopify_app.billing import by_hand
from shopify_app.billing.models import BillingAttempt
from shopify_app.contracts.models import BillingCycle, Contract
from shopify_app.journal.models import Fact
from tests.support.app import Story

DAY, HOUR = timedelta(days=1), timedelta(hours=1)
INSTALLED = datetime(2026, 12, 3, 14, tzinfo=UTC)
BOUGHT = datetime(2026, 11, 4, 15, tzinfo=UTC)
DUE = datetime(2026, 12, 4, 14, tzinfo=UTC)
"""9:00 in New York; the cycle is expected an hour later."""


def _installed(story: Story, contracts: int) -> list[dict[str, Any]]:
    grown = tiny.grow(story.world, at=INSTALLED, created_at=BOUGHT, contracts=contracts)
    story.install()
    return grown.contracts


def _by_hand(story: Story, contract: dict[str, Any]) -> None:
    """Somebody charges it with another tool and names no cycle."""
    story.control("POST", f"/shops/{story.shop_domain}/contracts/{contract['id']}/attempt", key="by hand")


def _in_bulk(story: Story, **filters: Any) -> None:
    """The other tool's daily bulk charge of what was expected in the last days."""
    dates = {"start": (DUE - DAY).isoformat(), "end": story.now.isoformat()}
    story.control("POST", f"/shops/{story.shop_domain}/bulk_charge", **dates, filters=filters)
    story.settle()


def _paid(story: Story, contract: dict[str, Any]) -> list[tuple[int, bool]]:
    """(cycle, whether it was somebody else's charge) of each payment."""
    payments = story.world.ledger.payments()
    return [(p["cycle_index"], p["foreign"]) for p in payments if p["contract_id"] == contract["id"]]


def _states(story: Story, contract: dict[str, Any]) -> list[str]:
    query = select(BillingAttempt.state).join(Contract).where(Contract.shopify_gid.endswith(f"/{contract['id']}"))
    with story.ctx.db.session() as session:
        return list(session.scalars(query.order_by(BillingAttempt.id)))


def _parked(story: Story, contract: dict[str, Any]) -> str | None:
    query = select(Contract.parked_reason).where(Contract.shopify_gid.endswith(f"/{contract['id']}"))
    with story.ctx.db.session() as session:
        return session.scalar(query)


@pytest.mark.parametrize("loss", [0.0, 1.0])
def test_incident_a_what_was_charged_by_hand_is_not_charged_again_by_us(story: Story, loss: float) -> None:
    """Also when no webhook tells of it: the contract's own list of attempts does, just before our charge."""
    by_hand_charged, usual = _installed(story, 2)
    with story.world.locked():
        story.world.faults.set({"webhooks": {"loss": loss}})
    story.advance(DUE - 3 * HOUR, step=DAY)
    _by_hand(story, by_hand_charged)
    story.advance(DUE + 6 * HOUR, step=9 * HOUR)
    assert _paid(story, by_hand_charged) == [(1, True)]
    assert _paid(story, usual) == [(1, False)]
    assert _states(story, by_hand_charged)[-1] == "settled", "it stands in our ledger, as charged outside of it"
    story.advance(DUE + 2 * DAY, step=2 * DAY)
    page = story.open(f"/contracts/{by_hand_charged['id']}")
    assert page.status_code == 200 and "Failed" not in page.text


def test_incident_a_the_bulk_charge_that_bills_it_again_is_a_duplicate_and_a_persons(story: Story) -> None:
    by_hand_charged, usual = _installed(story, 2)
    story.advance(DUE - 3 * HOUR, step=DAY)
    _by_hand(story, by_hand_charged)
    story.advance(DUE + 4 * DAY, step=2 * DAY)
    _in_bulk(story, contractStatus=["ACTIVE"], billingCycleStatus=["UNBILLED"])
    assert _paid(story, by_hand_charged) == [(1, True), (1, True)], "what others do cannot be prevented"
    assert _paid(story, usual) == [(1, False)]
    assert _states(story, by_hand_charged) == ["settled", "duplicate"]
    assert "paid twice" in (_parked(story, by_hand_charged) or "") and _parked(story, usual) is None
    page = story.open(f"/contracts/{by_hand_charged['id']}").text
    with story.ctx.db.session() as session:
        extra = session.scalars(select(BillingAttempt).where(BillingAttempt.state == "duplicate")).one()
        assert [fact.kind for fact in session.scalars(select(Fact)) if fact.kind == "charge.duplicate"]
    assert f"Refund in Shopify: {extra.order_name}" in page
    story.advance(datetime(2027, 1, 5, tzinfo=UTC), step=9 * DAY)
    assert len(_paid(story, by_hand_charged)) == 2, "parked: the next cycle waits for the person too"
    assert _paid(story, usual) == [(1, False), (2, False)]


def test_incident_a_a_bulk_charge_without_filters_bills_what_we_charged_and_all_are_told(story: Story) -> None:
    rows = _installed(story, 2)
    story.advance(DUE + 2 * DAY, step=DAY)
    _in_bulk(story)
    for row in rows:
        assert _paid(story, row) == [(1, False), (1, True)]
        assert _states(story, row) == ["settled", "duplicate"]
        assert "paid twice" in (_parked(story, row) or "")


def test_incident_b_a_card_update_bills_a_new_cycle_and_the_failed_one_waits_for_a_person(story: Story) -> None:
    (row,) = _installed(story, 1)
    with story.world.locked():
        story.world.faults.set({"outcomes": {"*": "EXPIRED_CARD"}, "card_update_bills_a_new_cycle": True})
    story.advance(DUE + 3 * DAY, step=DAY)
    assert _states(story, row) == ["failed"] and _paid(story, row) == []
    with story.world.locked():
        story.world.faults.clear("outcomes")
    story.control(
        "POST", f"/shops/{story.shop_domain}/payment_methods/{row['payment_method_id']}/update", expiry_year=2031
    )
    story.settle()
    assert _paid(story, row) == [(2, True)], "Shopify's own retry"
    assert _states(story, row) == ["failed", "settled"]
    answer = by_hand.charge_now(
        story.ctx, story.shop.id, f"gid://shopify/SubscriptionContract/{row['id']}", 1, 2, "merchant:1"
    )
    assert not answer.is_done and "outside Perennial" in answer.words
    with story.ctx.db.session() as session:
        (parked,) = session.scalars(select(BillingCycle).where(BillingCycle.parked_reason.is_not(None)))
        assert parked.cycle_index == 1
    story.advance(DUE + 40 * DAY, step=12 * DAY)
    assert _paid(story, row) == [(2, True), (3, False)]
    assert story.world.ledger.verdict(story.now)["violations"] == 0
