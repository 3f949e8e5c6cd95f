"""The safety bound's rules: pure, on made-up pasts."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta
from decimal import Decimal

import pytest

from shopify_app.billing import rules
from shopify_app.billing.gates import Effect, judge
from shopify_app.billing.rules import History, Outside, Paid
from tests.unit.billing.test_gates import DUE, NOW, SEEN

DAY = timedelta(days=1)
MONTH = timedelta(days=28)


def _monthly(count: int, *, amount: str = "20.00") -> tuple[Paid, ...]:
    """Paid charges of the last months, newest first."""
    return tuple(Paid(NOW - 30 * n * DAY, Decimal(amount), "USD") for n in range(1, count + 1))


def _due(*days: int) -> tuple[datetime, ...]:
    return tuple(NOW + day * DAY for day in days)


def test_a_year_of_monthly_charges_is_within_the_bound() -> None:
    past = History(paid=_monthly(12), due=_due(*range(0, -390, -30), 30, 60), period=MONTH)
    assert rules.too_many(past, NOW) is None


def test_two_cycles_close_together_may_both_be_charged() -> None:
    past = History(paid=(Paid(NOW - 2 * DAY),), due=_due(0, -2), period=MONTH)
    assert rules.too_many(past, NOW) is None


def test_a_late_charge_counts_for_its_own_date() -> None:
    past = History(paid=(Paid(NOW + 30 * DAY),), due=_due(0, 30), period=MONTH)
    assert rules.too_many(past, NOW) is None


def test_one_more_charge_than_dates_in_the_interval_is_too_many() -> None:
    past = History(paid=(Paid(NOW),), due=_due(0), period=MONTH)
    assert "charge number 2 where 1 fell due" in (rules.too_many(past, NOW) or "")
    renumbered = History(paid=(Paid(NOW - 7 * DAY),), due=_due(0, 30), period=MONTH)
    assert rules.too_many(renumbered, NOW)


@pytest.mark.parametrize("hours", [23, 24, 25])
def test_a_daily_contract_survives_a_change_of_clocks(hours: int) -> None:
    yesterday = NOW - timedelta(hours=hours)
    past = History(paid=(Paid(yesterday),), due=(yesterday, NOW), period=DAY)
    assert rules.too_many(past, NOW) is None


def test_a_later_cycle_charged_by_shopify_stops_the_older_one_only() -> None:
    past = History(outside=(Outside(NOW + 5 * DAY, "#1042"),))
    assert "order #1042" in (rules.paid_outside(past, NOW) or "")
    assert rules.paid_outside(past, NOW + 30 * DAY) is None


@pytest.mark.parametrize(
    ("amount", "is_odd"), [("20.00", False), ("60.00", False), ("60.01", True), ("6.67", False), ("6.66", True)]
)
def test_an_amount_far_from_the_median_is_odd(amount: str, is_odd: bool) -> None:
    past = History(paid=_monthly(3), amount=Decimal(amount), currency="USD")
    assert bool(rules.unusual(past)) is is_odd


def test_one_charge_makes_nothing_usual() -> None:
    assert rules.unusual(History(paid=_monthly(1), amount=Decimal("900"), currency="EUR")) is None


def test_another_currency_is_odd() -> None:
    words = rules.unusual(History(paid=_monthly(2), amount=Decimal("20"), currency="EUR"))
    assert words == "The currency changed from USD to EUR."


def test_an_amount_that_a_person_let_pass_is_not_odd_again() -> None:
    approved = Paid(NOW - DAY, Decimal("100.00"), "USD", approved=True)
    past = History(paid=(approved, *_monthly(4)), amount=Decimal("100.00"), currency="USD")
    assert rules.unusual(past) is None
    assert rules.unusual(replace(past, amount=Decimal("400.00")))


def test_an_amount_only_shopify_knows_is_not_judged() -> None:
    assert rules.unusual(History(paid=_monthly(3), amount=None, currency="USD")) is None


def test_a_person_overrules_lateness_and_the_bound_but_never_shopify() -> None:
    odd = History(paid=(Paid(NOW),), due=_due(0), period=MONTH)
    refusal = judge(replace(DUE, history=odd), SEEN, NOW)
    assert refusal is not None
    assert (refusal.code, refusal.effect) == ("over_the_bound", Effect.PARKED)
    released = replace(DUE, history=odd, released=True)
    assert judge(released, SEEN, NOW + 90 * DAY) is None
    by_hand = judge(replace(DUE, history=odd, by_hand=True), SEEN, NOW + 90 * DAY)
    assert by_hand is not None and by_hand.code == "over_the_bound"
    for seen in (
        replace(SEEN, status="BILLED"),
        replace(SEEN, skipped=True),
        replace(SEEN, contract_status="PAUSED"),
    ):
        assert judge(released, seen, NOW) is not None
