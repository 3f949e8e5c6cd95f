"""Parking, releasing and *charge now*: what a merchant may do to a charge, and what stays impossible."""

from __future__ import annotations

from datetime import timedelta

from sqlalchemy import select, update

from sandbox.shopify import payment_methods
from shopify_app.billing import by_hand, parking, switches
from shopify_app.billing.by_hand import Answer
from shopify_app.contracts.models import BillingCycle, Contract, ContractLine
from shopify_app.kit.db import lock
from tests.billing.till import Till

ME = "merchant:42"
DAY = timedelta(days=1)


def _charge_now(till: Till, cycle: BillingCycle, number: int) -> Answer:
    gid = till.contract().shopify_gid
    return by_hand.charge_now(till.ctx, till.shop_id, gid, cycle.cycle_index, number, ME)


def _release(till: Till, index: int | None = None) -> bool:
    with till.ctx.db.session() as session:
        contract = session.scalars(select(Contract)).one()
        lock(session, "contract", contract.shop_id, contract.shopify_gid)
        cycle = by_hand.find_cycle(session, contract, index) if index is not None else None
        return parking.release(session, contract, ME, till.now, cycle)


def _fail_first(till: Till) -> BillingCycle:
    till.fault(outcomes={"*": "INSUFFICIENT_FUNDS"})
    till.charge()
    till.sandbox.settle()
    till.hear(till.the_attempt().idempotency_key, topic="failure")
    till.fault(outcomes={"*": "settle"})
    return till.first_cycle()


def test_a_failed_cycle_is_charged_once_more_however_often_it_is_tapped(till: Till) -> None:
    cycle = _fail_first(till)
    till.wait(2 * DAY)
    assert _charge_now(till, cycle, 2) == Answer(True, "The charge is with Shopify. Its outcome appears here.")
    assert _charge_now(till, cycle, 2) == Answer(False, by_hand.UNDER_WAY)
    till.sandbox.settle()
    till.hear(till.attempts()[-1].idempotency_key)
    assert not _charge_now(till, cycle, 2).is_done
    assert not _charge_now(till, cycle, 3).is_done
    assert [row.state for row in till.attempts()] == ["failed", "settled"]
    assert [row.attempt_number for row in till.attempts()] == [1, 2]
    assert len(till.ledger()) == 1
    (asked,) = till.facts("charge.asked_for")
    assert (asked.actor, asked.cycle_index) == (ME, cycle.cycle_index)


def test_a_second_tap_after_a_quick_failure_does_not_try_a_third_time(till: Till) -> None:
    cycle = _fail_first(till)
    till.fault(outcomes={"*": "INSUFFICIENT_FUNDS"})
    _charge_now(till, cycle, 2)
    till.sandbox.settle()
    till.hear(till.attempts()[-1].idempotency_key, topic="failure")
    answer = _charge_now(till, cycle, 2)
    assert not answer.is_done and "tried meanwhile" in answer.words
    assert till.calls("AttemptCreate") == 2


def test_a_cycle_may_be_charged_a_day_early_and_not_earlier(till: Till) -> None:
    till.charge()
    till.sandbox.settle()
    till.hear(till.the_attempt().idempotency_key)
    following = next(c for c in till.cycles() if c.attempted_at is None and c.due_at)
    till.at(following.expected_at - timedelta(hours=25))
    assert "a day before" in _charge_now(till, following, 1).words
    till.at(following.expected_at - timedelta(hours=23))
    assert _charge_now(till, following, 1).is_done
    till.sandbox.settle()
    assert len(till.ledger()) == 2
    till.wait(2 * DAY)
    till.charge()
    assert till.calls("AttemptCreate") == 2


def test_a_cycle_too_late_is_parked_told_released_and_charged(till: Till) -> None:
    till.wait(8 * DAY)
    till.charge()
    cycle = till.first_cycle()
    (parked,) = till.facts("charge.parked")
    assert parked.after == {"reason": cycle.parked_reason} and parked.cycle_index == cycle.cycle_index
    till.charge()
    assert len(till.facts("charge.parked")) == 1
    assert _release(till, cycle.cycle_index)
    assert not _release(till, cycle.cycle_index)
    till.charge()
    till.sandbox.settle()
    assert len(till.ledger()) == 1
    (released,) = till.facts("charge.released")
    assert (released.actor, released.before) == (ME, {"reason": cycle.parked_reason})
    assert till.first_cycle().released_at == released.occurred_at


def test_a_released_cycle_still_asks_shopify(till: Till) -> None:
    till.wait(8 * DAY)
    till.charge()
    cycle = till.first_cycle()
    where = f'contractId: "{till.contract().shopify_gid}", selector: {{index: {cycle.cycle_index}}}'
    till.sandbox.data(
        f"mutation {{ subscriptionBillingCycleSkip(billingCycleInput: {{{where}}}) {{ userErrors {{ message }} }} }}"
    )
    _release(till, cycle.cycle_index)
    till.charge()
    assert till.calls("AttemptCreate") == 0
    assert till.attempts()[-1].error_code == "skipped"


def test_an_amount_five_times_the_usual_waits_for_a_person(till: Till) -> None:
    for _ in range(2):
        till.charge()
        till.sandbox.settle()
        till.hear(till.attempts()[-1].idempotency_key)
        till.wait(31 * DAY)
        till.mirror()
    with till.ctx.db.session() as session:
        session.execute(update(ContractLine).values(discounted_price=ContractLine.discounted_price * 5))
    till.charge()
    assert len(till.ledger()) == 2
    refused = till.attempts()[-1]
    assert (refused.state, refused.error_code) == ("refused", "unusual_amount")
    assert "far from the usual" in (refused.reason or "")
    _release(till, refused.cycle_index)
    till.charge()
    till.sandbox.settle()
    assert len(till.ledger()) == 3


def test_after_shopifys_own_charge_of_a_new_cycle_the_failed_one_waits_for_a_person(till: Till) -> None:
    """community.shopify.dev 34057: a card update bills a new cycle, the failed one stays unbilled."""
    cycle = _fail_first(till)
    till.wait(3 * DAY)
    till.fault(card_update_bills_a_new_cycle=True)
    contract = till.sandbox.world.of("contracts", till.domain).all()[0]
    with till.sandbox.world.locked():
        payment_methods.update(till.sandbox.world, till.domain, contract["payment_method_id"], expiry_year=2031)
    (foreign,) = till.ledger()
    assert foreign["foreign"]
    answer = _charge_now(till, cycle, 2)  # nobody told us of the foreign charge: reading again does
    assert not answer.is_done and "outside Perennial" in answer.words
    assert till.calls("AttemptCreate") == 1
    till.live_until_quiet()
    assert len(till.ledger()) == 1
    assert till.sandbox.world.ledger.verdict(till.now)["violations"] == 0


def test_charge_now_obeys_every_stop(till: Till) -> None:
    cycle = till.first_cycle()
    with till.ctx.db.session() as session:
        contract = session.scalars(select(Contract)).one()
        assert switches.stop(session, contract, "prices are wrong", ME, till.now)
        assert not switches.stop(session, contract, "again", ME, till.now)
    assert "stopped" in _charge_now(till, cycle, 1).words
    till.charge()
    with till.ctx.db.session() as session:
        assert switches.start(session, session.scalars(select(Contract)).one(), ME, till.now)
    assert [fact.kind for fact in till.facts()] == ["charging.stopped", "charging.started"]
    assert till.facts("charging.stopped")[0].cause == "prices are wrong"
    assert till.calls("AttemptCreate") == 0
    assert _charge_now(till, cycle, 1).is_done


def test_charge_now_without_shopify_changes_nothing(till: Till) -> None:
    cycle = _fail_first(till)
    till.fault(graphql={"Contract": {"status": 503}})
    assert _charge_now(till, cycle, 2) == Answer(False, by_hand.NO_ANSWER)
    assert till.first_cycle().attempted_at == cycle.attempted_at
    working = {"probability": 0, "status": 503}
    till.fault(graphql={"Contract": working, "CycleCheck": {"status": 503}})
    assert _charge_now(till, cycle, 2) == Answer(False, by_hand.LATER)
    till.fault(graphql={"CycleCheck": working})
    till.charge()
    till.sandbox.settle()
    assert len(till.ledger()) == 1
