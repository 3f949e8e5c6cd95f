"""3-D Secure: the bank asks the shopper; the link is sent, watched, and in the end a person is asked."""

from __future__ import annotations

from datetime import timedelta

from shopify_app.billing.models import BillingAttempt
from tests.dunning.clinic import Clinic

HOUR = timedelta(hours=1)


def _challenged(clinic: Clinic) -> None:
    clinic.bank("challenged")
    clinic.until(4)


def _shopper_answers(clinic: Clinic, outcome: str) -> None:
    clinic.answer_challenge(outcome)
    clinic.till.wait(7 * HOUR)  # it is read again every few hours when no webhook comes
    clinic.work()


def test_the_link_is_told_once_and_nothing_else_is_charged(clinic: Clinic) -> None:
    _challenged(clinic)
    clinic.until(10)
    assert clinic.tries() == [("04 14", "challenged")]
    (told,) = clinic.facts("payment.action_required")
    assert "http" not in str(told.data), "the bank's page stays on the attempt, where it can be erased"
    assert (clinic.case.decline, clinic.case.next_step) == ("shopper_action", "final")
    assert f"{clinic.case.next_step_at:%d %H}" == "11 14"
    assert clinic.facts("payment.failed") == []
    (planned,) = clinic.facts("payment.planned")
    assert planned.data["final"] == "person", "what Shopify does not allow is not announced"


def test_a_confirmed_payment_is_recovered(clinic: Clinic) -> None:
    _challenged(clinic)
    _shopper_answers(clinic, "settle")
    clinic.until(20)
    assert clinic.tries() == [("04 14", "settled")] and len(clinic.till.ledger()) == 1
    assert clinic.case.state == "recovered"


def test_a_payment_that_is_refused_at_the_bank_waits_for_the_shopper(clinic: Clinic) -> None:
    _challenged(clinic)
    _shopper_answers(clinic, "AUTHENTICATION_FAILED")
    assert clinic.tries() == [("04 14", "failed")]
    (failed,) = clinic.facts("payment.failed")
    assert failed.data["class"] == "shopper_action" and not failed.data.get("quiet")
    assert clinic.case.failures == 1, "one attempt, first challenged and then failed"
    clinic.until(25)
    assert clinic.tries() == [("04 14", "failed")], "nothing is tried blindly"
    assert clinic.case.final_action == "pause"


def test_a_question_that_stays_open_becomes_a_persons_and_may_still_be_answered(clinic: Clinic) -> None:
    """As long as Shopify keeps it open, another charge might be a second one."""
    _challenged(clinic)
    clinic.until(13)
    assert clinic.case.next_step == "person" and "confirm this payment" in (clinic.cycle().parked_reason or "")
    assert clinic.contract().status == "ACTIVE"
    _shopper_answers(clinic, "settle")
    clinic.until(16)
    assert clinic.case.state == "recovered" and len(clinic.till.ledger()) == 1
    assert clinic.cycle().parked_reason is None
    with clinic.till.ctx.db.session() as session:
        assert session.query(BillingAttempt).count() == 1


def test_once_a_question_that_stayed_open_has_lapsed_the_case_goes_on_by_itself(clinic: Clinic) -> None:
    """Nobody has to release what was parked only because Shopify kept the bank's question open."""
    _challenged(clinic)
    clinic.until(13)
    assert clinic.case.next_step == "person"
    _shopper_answers(clinic, "EXPIRED_BUYER_ACTION")
    assert clinic.cycle().parked_reason is None and clinic.cycle().released_at is None, "no person has looked"
    assert (clinic.case.next_step, f"{clinic.case.next_step_at:%d %H}") == ("final", "20 14")
    clinic.bank(None)
    clinic.renew_card()
    clinic.work()
    clinic.till.wait(HOUR)
    clinic.work()
    assert clinic.case.state == "recovered" and len(clinic.till.ledger()) == 1
