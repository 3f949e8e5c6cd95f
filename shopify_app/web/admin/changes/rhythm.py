"""The form for how often a subscription comes. Staff may choose any rhythm, not only those of the plan."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from shopify_app.edits.contract import rhythm
from shopify_app.edits.contract.action import Action
from shopify_app.web import ctx
from shopify_app.web.admin.changes.face import Face
from shopify_app.web.admin.detail import Detail
from shopify_app.web.forms import Form

UNITS = {"DAY": "Days", "WEEK": "Weeks", "MONTH": "Months", "YEAR": "Years"}


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


FACES = (
    Face(
        "frequency",
        "Change how often it comes",
        "Change frequency",
        _frequency,
        fields="frequency.html",
        names=("count", "unit"),
        choices=_choices,
    ),
)
