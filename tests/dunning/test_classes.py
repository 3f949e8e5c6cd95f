"""Each class of failures, day by day: what is tried, who hears of it, and how it ends."""

from __future__ import annotations

from datetime import timedelta

import pytest

from shopify_app.gateways.shopify import decline_codes
from shopify_app.gateways.shopify.decline_codes import Decline
from tests.dunning.clinic import Clinic

HOUR = timedelta(hours=1)


def _quiet(clinic: Clinic) -> list[bool]:
    """Of each failure that was told, whether it starts no flow."""
    return [bool(fact.data.get("quiet")) for fact in clinic.facts("payment.failed")]


def test_a_passing_fault_is_tried_in_hours_without_a_word_and_becomes_a_refusal_if_it_stays(clinic: Clinic) -> None:
    clinic.bank("PROCESSING_ERROR")
    clinic.until(6, 3, step=HOUR)
    assert clinic.tries()[:4] == [("04 14", "failed"), ("04 16", "failed"), ("04 22", "failed"), ("05 22", "failed")]
    assert clinic.case.decline == "soft" and f"{clinic.case.next_step_at:%d %H}" == "06 14"
    assert _quiet(clinic) == [True, True, True, False]
    clinic.until(13)
    assert (clinic.case.state, clinic.case.failures) == ("exhausted", 8)
    assert clinic.till.ledger() == []


def test_a_passing_fault_that_passes_is_never_spoken_of(clinic: Clinic) -> None:
    clinic.bank("PROCESSING_ERROR")
    clinic.until(4, 15, step=HOUR)
    clinic.bank(None)
    clinic.until(5, 15, step=HOUR)
    assert clinic.tries() == [("04 14", "failed"), ("04 16", "settled")]
    (recovered,) = clinic.facts("payment.recovered")
    assert recovered.data["told"] is False


def test_an_expired_card_is_not_charged_again_until_it_is_renewed(clinic: Clinic) -> None:
    clinic.bank("EXPIRED_CARD")
    clinic.until(9)
    assert clinic.tries() == [("04 14", "failed")] and _quiet(clinic) == [False]
    assert (clinic.case.next_step, f"{clinic.case.next_step_at:%d %H}") == ("final", "18 14")
    clinic.bank(None)
    clinic.renew_card()
    clinic.until(9, 15, step=HOUR)
    clinic.until(10)
    assert [state for _, state in clinic.tries()] == ["failed", "settled"]
    assert clinic.case.state == "recovered" and len(clinic.till.ledger()) == 1


def test_an_expired_card_that_nobody_renews_pauses_after_two_weeks(clinic: Clinic) -> None:
    clinic.bank("EXPIRED_CARD")
    clinic.until(19)
    assert clinic.tries() == [("04 14", "failed")]
    assert (clinic.case.final_action, clinic.contract().status, clinic.there()["status"]) == (
        "pause",
        "PAUSED",
        "PAUSED",
    )
    (told,) = clinic.facts("payment.exhausted")
    assert told.data["final_action"] == "pause" and told.actor == "perennial"


def test_a_merchants_fault_stops_the_clock_and_the_shopper_hears_nothing(clinic: Clinic) -> None:
    clinic.bank("PAYMENT_PROVIDER_IS_NOT_ENABLED")
    clinic.until(24)
    assert clinic.tries() == [("04 14", "failed")] and _quiet(clinic) == [True]
    assert (clinic.case.state, clinic.case.next_step) == ("open", "remind")
    assert len(clinic.facts("payment.waits_for_merchant")) >= 15
    assert clinic.contract().status == "ACTIVE" and clinic.case.told_at is None


def test_missing_stock_waits_a_day_and_is_no_failed_payment(clinic: Clinic) -> None:
    clinic.bank("INSUFFICIENT_INVENTORY")
    clinic.until(6)
    assert clinic.tries() == [("04 14", "failed"), ("05 14", "failed"), ("06 14", "failed")]
    assert _quiet(clinic) == [True, True, True]
    clinic.bank(None)
    clinic.until(7)
    assert clinic.case.state == "recovered"


def test_missing_stock_is_a_persons_after_ten_days_and_never_ends_a_subscription(clinic: Clinic) -> None:
    clinic.bank("INSUFFICIENT_INVENTORY")
    clinic.until(16)
    assert len(clinic.tries()) == 11 and clinic.contract().status == "ACTIVE"
    assert clinic.case.next_step == "person" and "A person decides" in (clinic.cycle().parked_reason or "")


def test_what_was_paid_already_is_never_charged_again_but_looked_at(clinic: Clinic) -> None:
    clinic.bank("INVOICE_ALREADY_PAID")
    clinic.until(8)
    assert clinic.tries() == [("04 14", "failed")] and _quiet(clinic) == [True]
    assert clinic.case.next_step == "person" and "paid already" in (clinic.cycle().parked_reason or "")


def test_a_customer_who_is_gone_is_a_persons(clinic: Clinic) -> None:
    clinic.bank("CUSTOMER_INVALID")
    clinic.until(8)
    assert clinic.tries() == [("04 14", "failed")] and _quiet(clinic) == [True]
    assert clinic.case.next_step == "person" and "customer" in (clinic.cycle().parked_reason or "")


def test_a_code_newer_than_our_table_is_a_refusal_and_raises_an_alert(
    clinic: Clinic, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delitem(decline_codes.CODES, "DO_NOT_HONOR")
    clinic.bank("DO_NOT_HONOR")
    clinic.until(5)
    assert clinic.tries() == [("04 14", "failed"), ("05 14", "failed")]
    assert clinic.case.decline == "soft" and _quiet(clinic) == [False, False]
    assert "unknown decline code" in caplog.text
    assert {record.levelname for record in caplog.records if "unknown decline" in record.message} == {"ERROR"}


@pytest.mark.parametrize(
    ("final", "status", "skipped"),
    [("skip", "ACTIVE", True), ("pause", "PAUSED", False), ("cancel", "CANCELLED", False)],
)
def test_a_ladder_ends_as_the_merchant_chose(clinic: Clinic, final: str, status: str, skipped: bool) -> None:
    clinic.ladder(Decline.SOFT, 1, hour=16, final=final)
    clinic.bank("CARD_DECLINED")
    clinic.until(4)
    assert f"{clinic.case.next_step_at:%d %H}" == "05 21"
    clinic.until(5, 21)
    assert (clinic.case.state, clinic.case.final_action) == ("exhausted", final)
    assert (clinic.contract().status, clinic.cycle().skipped) == (status, skipped)
    clinic.until(31)
    assert len(clinic.tries()) == 2 and clinic.till.ledger() == []
