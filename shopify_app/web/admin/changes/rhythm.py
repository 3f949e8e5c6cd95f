"""The form for how often a subscription comes. Staff may choose any rhythm, not only those of the plan."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from shopify_app.edits.contract import rhythm
from shopify_app.edits.contract.action import Action
from shopify_app.edits.contract.answers import WORDS, No
from shopify_app.kit.speech import N_
from shopify_app.web import ctx
from shopify_app.web.admin.changes.face import Face
from shopify_app.web.admin.detail import Detail
from shopify_app.web.format import anchor, months, weekdays
from shopify_app.web.forms import Form

UNITS = {"DAY": N_("Days"), "WEEK": N_("Weeks"), "MONTH": N_("Months"), "YEAR": N_("Years")}


def _frequency(form: Form, found: Detail) -> Action | None:
    count = form.whole_number("count", 1, rhythm.MOST)
    unit = form.choice("unit", rhythm.UNITS)
    return rhythm.every(found.contract, unit, count) if unit is not None and count is not None else None


def _choices(found: Detail, form: Form) -> Mapping[str, Any]:
    policy = found.contract.billing_policy
    with ctx().db.session() as session:
        names = [each.name for each in rhythm.offered(session, found.contract)]
    return {
        "offered": names,
        "units": UNITS,
        "unit": form.typed.get("unit", policy["interval"]),
        "count": form.typed.get("count", policy["intervalCount"]),
        "most": rhythm.MOST,
    }


def _day(form: Form, found: Detail) -> Action | None:
    unit = found.contract.billing_policy["interval"]
    month = form.whole_number("month", 1, 12) if unit == "YEAR" else None
    day = _weekday(form) if unit == "WEEK" else form.whole_number("day", 1, 31)
    if day is None or form.errors:
        return None
    made = rhythm.on_day(found.contract, day, month)
    if isinstance(made, No):
        form.errors["day"] = WORDS[made]
        return None
    return made


def _weekday(form: Form) -> int | None:
    """The weekday that was chosen, from 1 for Monday on."""
    chosen = form.choice("day", [str(number) for number in range(1, 8)])
    return int(chosen) if chosen else None


def _days(found: Detail, form: Form) -> Mapping[str, Any]:
    policy = found.contract.billing_policy
    now: Mapping[str, Any] = next(iter(policy.get("anchors") or []), {})
    return {
        "unit": policy["interval"],
        "now": anchor(policy),
        "weekdays": weekdays(),
        "months": months(),
        "no_day": "" if policy["interval"] in rhythm.FIXED else WORDS[No.NO_FIXED_DAY],
        "day": form.typed.get("day", now.get("day") or ""),
        "month": form.typed.get("month", now.get("month") or ""),
    }


FACES = (
    Face(
        "frequency",
        N_("Change how often it comes"),
        N_("Change frequency"),
        _frequency,
        fields="frequency.html",
        names=("count", "unit"),
        choices=_choices,
    ),
    Face(
        "day",
        N_("Move all dates"),
        N_("Move all dates"),
        _day,
        fields="day.html",
        names=("day", "month"),
        choices=_days,
    ),
)
