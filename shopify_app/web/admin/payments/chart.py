"""The picture of failures by week, and the rates by class in order: plain values for the template."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from typing import Any

from shopify_app.dunning.models import OPEN, RECOVERED
from shopify_app.kit.speech import N_
from shopify_app.web.admin.payment_words import CLASSES
from shopify_app.web.admin.payments.figures import LOST, OUTCOMES, Ended, Week

Values = dict[str, Any]

NAMES = {RECOVERED: N_("Recovered"), OPEN: N_("Still open"), LOST: N_("Lost")}
TALL = 96
"""Units of the picture for the highest week."""


def rates(ended: Ended) -> list[Values]:
    """Return the classes that have cases, the most frequent first."""
    ordered = sorted(ended.by_class.items(), key=lambda pair: -pair[1].ended)
    return [{"name": CLASSES[decline], "rate": rate} for decline, rate in ordered]


def draw(weeks: Sequence[Week], currency: str | None) -> Values | None:
    """Return the weeks as stacks of one currency: the shop's, or the one that fails most; None without a failure."""
    sums = _by_currency(weeks)
    if not sums:
        return None
    drawn = currency if currency in sums else max(sums, key=lambda each: sums[each])
    highest = max(_added(week).get(drawn, Decimal()) for week in weeks)
    return {
        "currency": drawn,
        "others": sorted(set(sums) - {drawn}),
        "names": [(each, NAMES[each]) for each in OUTCOMES],
        "step": 560 / len(weeks),
        "weeks": [_week(week, drawn, highest) for week in weeks],
    }


def _week(week: Week, currency: str, highest: Decimal) -> Values:
    top, parts = Decimal(0), []
    for outcome in OUTCOMES:
        tall = week.amount(outcome, currency) * TALL / highest if highest else Decimal(0)
        top += tall
        parts.append({"outcome": outcome, "tall": round(float(tall), 1), "top": round(float(top), 1)})
    return {
        "on": week.on,
        "number": sum(week.numbers.values()),
        "parts": [part for part in parts if part["tall"]],
        "sums": {each: week.sums.get(each, {}) for each in OUTCOMES},
        "failed": _added(week),
    }


def _added(week: Week) -> dict[str, Decimal]:
    found: dict[str, Decimal] = {}
    for sums in week.sums.values():
        for currency, amount in sums.items():
            found[currency] = found.get(currency, Decimal()) + amount
    return found


def _by_currency(weeks: Sequence[Week]) -> dict[str, Decimal]:
    found: dict[str, Decimal] = {}
    for week in weeks:
        for currency, amount in _added(week).items():
            found[currency] = found.get(currency, Decimal()) + amount
    return found
