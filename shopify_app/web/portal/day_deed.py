"""All orders on another day: a shopper names one date, and all others come on its day from then on."""

from __future__ import annotations

from datetime import date, timedelta

from shopify_app.edits.contract import rhythm
from shopify_app.edits.contract.action import Action
from shopify_app.edits.contract.answers import No
from shopify_app.web.portal.deed import Deed, Ground, Lists, Values
from shopify_app.web.portal.fields import Body, Day


def _move_all(values: Values, ground: Ground) -> Action | No:
    return rhythm.on_day_of(ground.session, ground.contract, values["to"])


def _any_other(ground: Ground, lists: Lists) -> Action | No | None:
    """A day that the subscription does not come on now, and that every month has."""
    day = date(2026, 1, 5)
    edit = _move_all({"to": day}, ground)
    return _move_all({"to": day + timedelta(days=1)}, ground) if _is_now(edit, ground) else edit


def _is_now(edit: Action | No, ground: Ground) -> bool:
    return not isinstance(edit, No) and edit.is_true(ground.contract, {})


ALL_DATES = (
    Deed(
        "move_all",
        "All orders to come on the day of this date: its weekday, its day of the month, or the date itself each year",
        _move_all,
        _any_other,
        Body({"to": Day()}),
        rule="frequency",
    ),
)
