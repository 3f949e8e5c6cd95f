"""What happens is told to Flow once, whatever becomes of the answer; what nobody wants is not told at all."""

from __future__ import annotations

from datetime import timedelta

import httpx
import pytest
from sqlalchemy import update

from sandbox.shopify import flow
from shopify_app.channels.flow import again, outbox
from shopify_app.channels.flow.triggers import STOCK, TRIGGERS
from shopify_app.channels.flow.verdicts import ANSWER_LOST
from shopify_app.channels.klaviyo.story import Around
from shopify_app.edits import skip
from shopify_app.kit import crashpoints
from shopify_app.kit.clock import machine_now
from shopify_app.shops.models import Shop
from tests.channels.telling import tell
from tests.flow.conftest import Works

ITEM = {
    "variant_gid": "gid://shopify/ProductVariant/71",
    "title": "House Blend",
    "variant_title": "250 g",
    "sku": "HB-250",
}
MORE, LESS = {"quantity": 2, "title": "House Blend", "variant_title": "250 g"}, {"quantity": 1, "title": "Dark Roast"}
SIDES = {
    "before": {"items": [MORE], "expected_at": "2026-12-01T14:00:00+00:00"},
    "after": {"items": [LESS], "expected_at": "2026-12-15T14:00:00+00:00"},
}


def _skip(works: Works) -> None:
    till = works.till
    answer = skip.skip(
        till.ctx, till.shop_id, till.contract().shopify_gid, till.first_cycle().cycle_index + 1, "link"
    )
    assert answer.is_done


def _states(works: Works) -> list[tuple[str, str | None]]:
    return [(row.state, row.reason) for row in works.deliveries()]


def test_a_skip_is_told_with_what_a_workflow_needs(works: Works) -> None:
    assert works.waiting() == (0, 0)
    _skip(works)
    works.send()
    (event,) = works.heard()
    (fact,) = works.till.facts("order.skipped")
    contract = works.till.whole_contract()
    assert event["handle"] == "order-skipped"
    assert event["payload"] == {
        "customer_id": int(contract.customer_gid.rsplit("/", 1)[1]),
        "Subscription ID": works.subscription,
        "Status": "Active",
        "Items": "1 × House Blend (250 g)",
        "Next charge date": event["payload"]["Next charge date"],
        "Done by": "link",
        "Happened at": fact.occurred_at.isoformat(),
        "Event ID": fact.key,
        "Order number": str(fact.cycle_index),
        "Charge date": fact.data["expected_at"][:10],
    }
    assert (_states(works), works.waiting()) == ([("accepted", None)], (0, 0))


def test_a_lost_answer_is_told_once_and_again_by_a_person_only(works: Works) -> None:
    works.till.fault(graphql={"FlowTriggerReceive": {"reset": "after", "times": 1}})
    _skip(works)
    works.send()
    assert (len(works.heard()), _states(works)) == (1, [("parked", ANSWER_LOST)])
    works.skip_waits()
    assert (works.send(), len(works.heard())) == (0, 1), "workflows may have run"
    (delivery,) = works.deliveries()
    assert again.release(works.till.ctx, works.till.shop_id, delivery.id)
    works.send()
    assert (len(works.heard()), _states(works)) == (2, [("accepted", None)])
    assert len({event["payload"]["Event ID"] for event in works.heard()}) == 1
    assert not again.release(works.till.ctx, works.till.shop_id, delivery.id), "it is not parked any more"


def test_a_sender_that_dies_tells_nothing_twice_and_forgets_nothing_it_never_sent(works: Works) -> None:
    for point in ("flow.after_claim_before_call", "flow.after_call_before_record"):
        tell(works.till, point, "subscription.paused")
        with crashpoints.armed(point), pytest.raises(crashpoints.Killed):
            works.send()
        assert works.send() == 0, "the dead one's lease holds"
        works.skip_waits()
        works.send()
    assert len(works.heard()) == 2
    assert [row.state for row in works.deliveries()] == ["accepted", "parked"]


def test_what_shopify_does_not_take_now_waits_and_what_it_refuses_says_why(works: Works) -> None:
    works.till.fault(graphql={"FlowTriggerReceive": {"status": 429, "times": 1}})
    tell(works.till, "a", "subscription.paused")
    works.send()
    assert [(row.state, row.tries, row.is_unsure) for row in works.deliveries()] == [("pending", 1, False)]
    httpx.post(f"{works.till.sandbox.url}/flow/_control/{works.till.domain}/installed", json={"installed": False})
    works.skip_waits()
    works.send()
    assert _states(works) == [("parked", "Shopify refused it: Flow is not installed on this shop")]


def test_a_shop_hears_what_it_wants_from_when_it_wants_it(works: Works) -> None:
    works.switch(is_on=False)
    tell(works.till, "a", "subscription.paused", after={"status": "PAUSED"})
    assert works.waiting() == (0, 0)
    works.switch("subscription-paused")
    tell(works.till, "b", "subscription.paused")
    tell(works.till, "c", "subscription.cancelled")
    works.send()
    assert [event["payload"]["Event ID"] for event in works.heard()] == ["b"]
    works.switch("subscription-paused", "subscription-cancelled")
    tell(works.till, "d", "subscription.cancelled")
    tell(works.till, "e", "subscription.paused")
    works.send()
    assert [event["payload"]["Event ID"] for event in works.heard()] == ["b", "d", "e"], "c is history"


def test_what_waits_for_a_trigger_that_is_switched_off_is_dropped_and_so_is_what_is_old(works: Works) -> None:
    works.till.fault(graphql={"FlowTriggerReceive": {"status": 423}})
    tell(works.till, "a", "subscription.paused")
    tell(works.till, "b", "subscription.resumed")
    works.send()
    works.switch("subscription-resumed")
    works.till.fault(graphql={"FlowTriggerReceive": {"status": 423, "times": 0}})
    works.till.wait(timedelta(days=8))
    works.skip_waits()
    works.send()
    assert _states(works) == [
        ("dropped", "it was switched off for Flow"),
        ("dropped", "it happened more than seven days ago"),
    ]
    assert works.heard() == []


def test_a_copy_of_the_database_tells_nothing(works: Works) -> None:
    with works.till.ctx.db.session() as session:
        session.execute(update(Shop).values(host="https://the-original.example"))
    tell(works.till, "a", "subscription.paused")
    works.send()
    assert (works.heard(), [row.state for row in works.deliveries()]) == ([], ["pending"])


def test_no_trigger_is_refused_by_flow(works: Works) -> None:
    """Each with all that its fact may say, and with as little as it may."""
    product = works.till.whole_contract().lines[0].product_gid
    full = {
        "item": {**ITEM, "product_gid": product}, "available": 3, "charge_at": "2026-12-09T14:00:00+00:00",
        "default": "skip", "default_at": "2026-12-07T14:00:00+00:00", "expected_back_on": "2026-12-20",
        "resume_at": "2026-12-21T14:00:00+00:00", "attempts": 2, "attempts_left": 1, "class": "shopper_can_fix",
        "expires_on": "2026-12-31", "days_until_expiry": 30, "reason": "other", "told": True,
    }  # fmt: skip
    for trigger in TRIGGERS:
        for kind in trigger.kinds:
            bare = {"item": {"product_gid": product}} if trigger in STOCK else {}
            tell(works.till, f"{kind}:full", kind, data=full, **SIDES)
            tell(works.till, f"{kind}:bare", kind, data=bare)
    with works.till.ctx.db.session() as session:
        around = Around(works.till.ctx.settings.host, works.till.now)
        assert outbox.fill(session, around, machine_now()) == 2 * sum(len(trigger.kinds) for trigger in TRIGGERS)
    world, domain = works.till.sandbox.world, works.till.domain
    for row in works.deliveries():
        assert row.state == "pending", (row.unique_id, row.reason)
        assert flow.refuse(world, domain, row.body["handle"], row.body["payload"]) is None, row.unique_id
    low = next(row.body["payload"] for row in works.deliveries() if row.unique_id == "stock.low:full")
    assert (low["Variant ID"], low["Charge date"], low["Available"]) == ("71", "2026-12-09", 3)
