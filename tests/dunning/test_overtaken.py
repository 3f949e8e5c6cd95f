"""Before every step the state must still be what the last one left: what somebody did meanwhile is not undone."""

from __future__ import annotations

from datetime import timedelta

import pytest

from sandbox.shopify import contracts, cycles
from shopify_app.billing import by_hand, parking
from shopify_app.contracts.models import Contract
from shopify_app.dunning import steps
from shopify_app.dunning.policy import Step
from shopify_app.edits import skip
from shopify_app.edits.contract import door
from shopify_app.edits.contract.action import Target
from shopify_app.edits.contract.statuses import Cancel, Pause, Resume
from shopify_app.gateways.shopify.decline_codes import Decline
from shopify_app.shops.models import Shop
from tests.dunning.clinic import Clinic

HOUR = timedelta(hours=1)


def _declined(clinic: Clinic, code: str = "CARD_DECLINED") -> None:
    clinic.bank(code)
    clinic.until(4)
    clinic.bank(None)


def _ask(clinic: Clinic, action: object, request_id: str = "by-a-person") -> None:
    target = Target(clinic.till.shop_id, clinic.contract().shopify_gid, "shopper:9")
    assert door.carry_out(clinic.till.ctx, action, target, request_id).is_done  # type: ignore[arg-type]


def test_a_pause_by_a_person_stays_a_pause(clinic: Clinic) -> None:
    _declined(clinic)
    _ask(clinic, Pause())
    clinic.until(20)
    assert clinic.tries() == [("04 14", "failed")]
    assert (clinic.case.state, clinic.case.why_closed) == ("closed", "paused")
    assert (clinic.contract().status, clinic.there()["status"]) == ("PAUSED", "PAUSED")
    _ask(clinic, Resume(), "resumed")
    clinic.until(31)
    assert clinic.tries() == [("04 14", "failed")], "what failed before the pause is not charged as a surprise"


def test_a_cancelled_subscription_and_a_skipped_order_are_not_charged(clinic: Clinic) -> None:
    _declined(clinic)
    _ask(clinic, Cancel("other"))
    clinic.until(8)
    assert (clinic.case.state, clinic.case.why_closed) == ("closed", "ended")
    assert clinic.tries() == [("04 14", "failed")]


def test_a_failed_order_that_is_skipped_closes_its_case_and_the_next_one_is_charged(clinic: Clinic) -> None:
    _declined(clinic)
    gid = clinic.contract().shopify_gid
    assert skip.skip(clinic.till.ctx, clinic.till.shop_id, gid, 1, "shopper:9").is_done
    clinic.until(8)
    assert (clinic.case.state, clinic.case.why_closed) == ("closed", "skipped")
    assert clinic.tries() == [("04 14", "failed")] and clinic.contract().at_risk_since is None


def test_a_skipped_order_that_is_brought_back_and_fails_again_opens_its_case_anew(clinic: Clinic) -> None:
    _declined(clinic)
    clinic.bank("CARD_DECLINED")
    till, gid = clinic.till, clinic.contract().shopify_gid
    assert skip.skip(till.ctx, till.shop_id, gid, 1, "shopper:9").is_done
    clinic.until(6)
    assert clinic.case.state == "closed"
    assert skip.unskip(till.ctx, till.shop_id, gid, 1, "shopper:9").is_done
    by_hand.charge_now(till.ctx, till.shop_id, gid, 1, 2, "merchant:1")
    clinic.work()
    assert (clinic.case.state, clinic.case.failures, clinic.case.next_step) == ("open", 1, "retry")
    clinic.bank(None)
    clinic.until(8)
    assert clinic.case.state == "recovered" and len(till.ledger()) == 1


def test_what_a_person_charges_meanwhile_ends_the_case(clinic: Clinic) -> None:
    _declined(clinic)
    clinic.till.wait(2 * HOUR)
    gid = clinic.contract().shopify_gid
    assert by_hand.charge_now(clinic.till.ctx, clinic.till.shop_id, gid, 1, 2, "merchant:1").is_done
    clinic.until(12)
    assert [state for _, state in clinic.tries()] == ["failed", "settled"]
    assert clinic.case.state == "recovered" and len(clinic.till.ledger()) == 1


def test_a_charge_by_hand_that_fails_counts_for_no_try_of_the_ladder(clinic: Clinic) -> None:
    _declined(clinic)
    clinic.bank("INSUFFICIENT_FUNDS")
    clinic.till.wait(2 * HOUR)
    gid = clinic.contract().shopify_gid
    by_hand.charge_now(clinic.till.ctx, clinic.till.shop_id, gid, 1, 2, "merchant:1")
    clinic.work()
    clinic.until(20)
    assert [day for day, _ in clinic.tries()] == ["04 14", "04 16", "05 14", "07 14", "09 14", "11 14"]
    assert clinic.case.state == "exhausted"


def test_an_order_that_shopify_shows_as_paid_is_not_charged_again(clinic: Clinic) -> None:
    _declined(clinic)
    clinic.somebody_else_charges(1)
    clinic.until(12)
    assert len(clinic.till.ledger()) == 1 and clinic.case.state == "recovered"


def test_an_order_that_was_moved_is_charged_on_its_new_date(clinic: Clinic) -> None:
    _declined(clinic)
    till, world = clinic.till, clinic.till.sandbox.world
    with world.locked():
        cycles.override(world, till.domain, clinic.there(), 1, moved_to="2026-12-20T15:00:00+00:00")
    till.mirror()
    clinic.until(19)
    assert (clinic.case.state, clinic.case.why_closed) == ("closed", "moved")
    assert clinic.tries() == [("04 14", "failed")]
    clinic.until(20)
    assert [state for _, state in clinic.tries()] == ["failed", "settled"]


def test_a_shorter_ladder_counts_from_the_next_step_on_and_so_does_a_longer_one(clinic: Clinic) -> None:
    _declined(clinic)
    clinic.bank("CARD_DECLINED")
    clinic.until(5)
    clinic.ladder(Decline.SOFT, 1, final="skip")
    clinic.until(7)
    assert len(clinic.tries()) == 2
    assert (clinic.case.state, clinic.case.final_action) == ("exhausted", "skip")


def test_a_longer_ladder_takes_the_place_of_its_end(clinic: Clinic) -> None:
    clinic.ladder(Decline.SOFT, 1, patience=3)
    _declined(clinic)
    clinic.bank("CARD_DECLINED")
    clinic.until(6)
    assert clinic.case.next_step == "final"
    clinic.ladder(Decline.SOFT, 1, 2, final="skip")
    clinic.until(9)
    assert [day for day, _ in clinic.tries()] == ["04 14", "05 14", "08 14"]
    assert clinic.case.final_action == "skip"


@pytest.mark.parametrize("step", [Step.LOOK, Step.RETRY, Step.FINAL, Step.REMIND])
def test_a_step_that_another_came_before_is_not_taken(
    clinic: Clinic, monkeypatch: pytest.MonkeyPatch, step: Step
) -> None:
    """A worker claims a batch, and by the time it is a case's turn another worker has followed a failure of it."""
    _declined(clinic)
    case, now = clinic.case, clinic.till.now
    with monkeypatch.context() as slow:
        slow.setattr(steps, "_claim", lambda ctx: [(case.id, step.value)])
        steps.drain(clinic.till.ctx)
    clinic.till.charge()
    assert clinic.tries() == [("04 14", "failed")] and case.next_step_at > now
    assert (clinic.case.next_step, clinic.case.next_step_at) == (case.next_step, case.next_step_at)


def test_a_stopped_shop_tries_nothing_and_goes_on_where_it_was(clinic: Clinic) -> None:
    _declined(clinic)
    with clinic.till.ctx.db.session() as session:
        session.get_one(Shop, clinic.till.shop_id).billing_stopped_at = clinic.till.now
    clinic.until(6)
    assert clinic.tries() == [("04 14", "failed")] and clinic.case.state == "open"
    with clinic.till.ctx.db.session() as session:
        session.get_one(Shop, clinic.till.shop_id).billing_stopped_at = None
    clinic.until(6, 16, step=HOUR)
    assert [state for _, state in clinic.tries()] == ["failed", "settled"]


def test_a_parked_order_waits_for_the_person_and_is_tried_once_it_is_released(clinic: Clinic) -> None:
    _declined(clinic)
    with clinic.till.ctx.db.session() as session:
        contract = session.get_one(Contract, clinic.contract().id)
        parking.park(session, contract, "Somebody has to look at this.", clinic.till.now)
    clinic.until(9)
    assert clinic.tries() == [("04 14", "failed")] and clinic.case.next_step == "person"
    with clinic.till.ctx.db.session() as session:
        contract = session.get_one(Contract, clinic.contract().id)
        parking.release(session, contract, "merchant:1", clinic.till.now)
    clinic.until(9, 17, step=HOUR)
    assert [state for _, state in clinic.tries()] == ["failed", "settled"]


def test_a_step_that_nobody_took_for_weeks_is_a_persons(clinic: Clinic) -> None:
    _declined(clinic)
    clinic.till.at(clinic.till.now + timedelta(days=20))
    clinic.work()
    assert clinic.tries() == [("04 14", "failed")]
    assert "longer ago" in (clinic.cycle().parked_reason or "")


def test_a_subscription_that_shopify_ended_closes_the_case_at_the_next_look(clinic: Clinic) -> None:
    _declined(clinic)
    till, world = clinic.till, clinic.till.sandbox.world
    with world.locked():
        contracts.change(world, till.domain, clinic.there(), status="CANCELLED")
    till.mirror()
    clinic.work()
    assert (clinic.case.state, clinic.case.why_closed) == ("closed", "ended")


@pytest.mark.parametrize("status", [503, 429])
def test_a_shopify_that_does_not_answer_postpones_the_try_and_loses_nothing(clinic: Clinic, status: int) -> None:
    _declined(clinic)
    clinic.till.fault(graphql={"CycleAttempts": {"status": status, "times": 99}})
    clinic.until(5)
    assert clinic.tries() == [("04 14", "failed")] and clinic.case.next_step == "retry"
    with clinic.till.sandbox.world.locked():
        clinic.till.sandbox.world.faults.clear("graphql")
    clinic.leases_end()
    clinic.work()
    assert [state for _, state in clinic.tries()] == ["failed", "settled"]
