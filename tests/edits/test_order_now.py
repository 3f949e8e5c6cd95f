"""Order now: the next date becomes today and is charged once; what follows stays, whatever becomes of the charge."""

from __future__ import annotations

from datetime import timedelta

from shopify_app.billing import order_now
from shopify_app.billing.models import BillingAttempt
from shopify_app.contracts.models import BillingCycle
from shopify_app.edits.answers import Answer, Refusal
from shopify_app.edits.change import Target
from tests.billing.till import Till

ME = "shopper:7"


def _ask(till: Till, index: int, request_id: str = "r1") -> Answer:
    return order_now.carry_out(till.ctx, Target(till.shop_id, till.contract().shopify_gid, index, ME), request_id)


def _paid_once(till: Till) -> list[BillingCycle]:
    """The first date is paid; the cycles to come, soonest first."""
    till.charge()
    _hear(till)
    return sorted((c for c in till.cycles() if c.due_at), key=lambda c: c.expected_at)


def _hear(till: Till, topic: str = "success") -> None:
    till.sandbox.settle()
    till.hear(_last(till).idempotency_key, topic=topic)


def _last(till: Till) -> BillingAttempt:
    return till.attempts()[-1]


def test_an_order_now_is_charged_once_and_the_regular_dates_go_on(till: Till) -> None:
    following, third, *_ = _paid_once(till)
    till.wait(timedelta(days=3))
    asked_at = till.now
    assert _ask(till, following.cycle_index).is_done
    assert _ask(till, following.cycle_index).is_done  # a double tap
    assert _ask(till, following.cycle_index, "another tab").refusal in (Refusal.CHARGING, Refusal.TRIED)
    assert _ask(till, third.cycle_index, "r3").refusal == Refusal.BEFORE_START
    _hear(till)
    assert [payment["cycle_index"] for payment in till.ledger()][1:] == [following.cycle_index]
    (told,) = till.facts("order.moved")
    assert (told.actor, told.cause) == (ME, "order now")
    assert len(till.facts("charge.asked_for")) == len(till.facts("order.order_now_requested")) == 1
    (moved,) = [c for c in till.cycles() if c.cycle_index == following.cycle_index]
    assert timedelta(0) < moved.expected_at - asked_at < timedelta(minutes=10) and moved.status == "BILLED"
    till.at(following.expected_at + timedelta(hours=1))
    assert till.charge() == 0  # nobody pays a second time on the day it was planned for
    till.at(third.expected_at + timedelta(hours=1))
    assert till.charge() == 1
    _hear(till)
    assert [payment["cycle_index"] for payment in till.ledger()][1:] == [following.cycle_index, third.cycle_index]
    assert till.facts("charge.parked") == []


def test_a_declined_order_now_leaves_the_date_today_and_fails_as_any(till: Till) -> None:
    following = _paid_once(till)[0]
    till.wait(timedelta(days=3))
    till.fault(outcomes={"*": "INSUFFICIENT_FUNDS"})
    assert _ask(till, following.cycle_index).is_done
    _hear(till, topic="failure")
    (failed,) = till.facts("charge.failed")
    assert failed.cycle_index == following.cycle_index
    (moved,) = [c for c in till.cycles() if c.cycle_index == following.cycle_index]
    assert moved.attempted_at is not None and moved.expected_at - till.now < timedelta(minutes=10)
    before = len(till.attempts())
    assert _ask(till, following.cycle_index) == Answer(True, "Ordered")  # answered alike, not tried again
    assert _ask(till, following.cycle_index, "r2").refusal == Refusal.TRIED
    assert len(till.attempts()) == before and len(till.ledger()) == 1


def test_what_is_stopped_is_neither_moved_nor_charged(till: Till) -> None:
    from shopify_app.billing import switches
    from shopify_app.contracts.models import Contract

    following = _paid_once(till)[0]
    with till.ctx.db.session() as session:
        contract = session.get_one(Contract, till.contract().id)
        switches.stop(session, contract, "the price is wrong", "merchant:42", till.now)
    refused = _ask(till, following.cycle_index)
    assert refused.refusal == Refusal.WAITS and "stopped" in refused.words
    assert till.calls("CycleMove") == 0
    assert _ask(till, 9_999).refusal == Refusal.GONE
