"""The picture of an item: what is needed until each day, against what is there."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Any

from shopify_app.kit.speech import _
from shopify_app.web.format import count, plural, short_day

TALL, WIDE = 110, 560
"""Units of the picture."""


def draw(days: Sequence[tuple[date, float]], supply: int) -> dict[str, Any] | None:
    """Return bars of what is needed in all until the end of each day, and the line of what is there.

    None when nothing is needed. `said` is the picture in words.
    """
    highest = max(days[-1][1], supply, 1)
    if not days[-1][1]:
        return None
    step, left = WIDE / len(days), max(supply, 0)
    bars = []
    for number, (on, needed) in enumerate(days):
        tall = needed * TALL / highest
        bars.append(
            {
                "x": round(number * step, 1),
                "wide": round(step * 0.8, 1),
                "tall": round(tall, 1),
                "y": round(TALL - tall, 1),
                "is_short": needed > left,
                "on": on,
            }
        )
    first_short = next((on for on, needed in days if needed > left), None)
    return {
        "bars": bars,
        "line": round(TALL - left * TALL / highest, 1),
        "supply": count(left),
        "said": f"{_there(left, round(days[-1][1]), short_day(days[-1][0]))} {_enough(first_short, days[-1][0])}",
        "labels": [(0, "first", days[0][0]), (WIDE / 2, "", days[len(days) // 2][0]), (WIDE, "last", days[-1][0])],
    }


def _there(left: int, needed: int, until: str) -> str:
    return _(
        "%(there)s there, %(needed)s needed until %(day)s.",
        there=plural(left, "unit"),
        needed=plural(needed, "unit"),
        day=until,
    )


def _enough(short_from: date | None, until: date) -> str:
    if short_from:
        return _("From %(day)s on it is not enough.", day=short_day(short_from))
    return _("It is enough until %(day)s.", day=short_day(until))
