"""Upcoming: what ships when, week by week for twelve weeks, a day's pick plan, both as a file and on paper."""

from __future__ import annotations

import csv
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from io import StringIO

from flask import Response, g, request, url_for

from shopify_app.contracts.contents import ONLY_VARIANT
from shopify_app.fulfillment import upcoming as coming
from shopify_app.fulfillment.upcoming import CERTAINTIES, DUE, PAID, WEEKS, Row
from shopify_app.kit.speech import N_, _
from shopify_app.shops.models import Shop
from shopify_app.web import ctx
from shopify_app.web.access import merchant
from shopify_app.web.admin import blueprint, render
from shopify_app.web.admin.fulfillment.changes import as_file, safe

WORDS = {PAID: N_("Paid"), DUE: N_("Due"), coming.AT_RISK: N_("At risk"), coming.HELD: N_("Held")}
ANYWHERE = N_("Any place")
COLUMNS = (N_("Day"), N_("Item"), N_("SKU"), N_("Ships from"), *WORDS.values())
Key = tuple[date, str, str, str, str]


@dataclass
class Line:
    """One item of one day from one place, with its units by certainty."""

    day: date
    place: str
    item: str
    sku: str
    units: dict[str, int] = field(default_factory=lambda: dict.fromkeys(CERTAINTIES, 0))

    @property
    def sure(self) -> int:
        """Units that are to be picked: paid, or charged on the day."""
        return self.units[PAID] + self.units[DUE]


@blueprint.get("/fulfillment/upcoming")
@blueprint.get("/upcoming", endpoint="old_upcoming")
@merchant
def upcoming() -> Response:
    """One week; its days follow once it is shown. A week that is none counts as the first."""
    week, today = _week(), _today()
    first = today + timedelta(days=7 * week)
    return render.page(
        "fulfillment/upcoming.html",
        title=_("Upcoming"),
        first=first,
        last=first + timedelta(days=6),
        week=week,
        previous=url_for("admin.upcoming", week=week - 1) if week else None,
        following=url_for("admin.upcoming", week=week + 1) if week + 1 < WEEKS else None,
        tomorrow=today + timedelta(days=1),
    )


@blueprint.get("/fulfillment/upcoming/days")
@merchant
def upcoming_days() -> Response:
    """A week's days alone: all subscriptions' dates are added up for them, which takes a while in a large shop."""
    lines = _lines(_rows(_today() + timedelta(days=7 * _week()), 7))
    days = {day: [line for line in lines if line.day == day] for day in sorted({line.day for line in lines})}
    return render.part("fulfillment/upcoming_days.html", days=days, words=WORDS)


@blueprint.get("/fulfillment/pick")
@blueprint.get("/upcoming/pick", endpoint="old_pick_plan")
@merchant
def pick_plan() -> Response:
    """What to pick for one day, tomorrow unless another is asked for: what is sure, and beside it what is not."""
    day = _day()
    lines = _lines(_rows(day, 1))
    places = {
        place: [line for line in lines if line.place == place] for place in sorted({one.place for one in lines})
    }
    total = sum(line.sure for line in lines)
    return render.page(
        "fulfillment/pick.html",
        title=_("Pick plan"),
        day=day,
        places=places,
        total=total,
        words=WORDS,
        anywhere=ANYWHERE,
    )


@blueprint.get("/upcoming.csv")
@merchant
def upcoming_file() -> Response:
    """All twelve weeks, or one day, as a file."""
    is_day = "day" in request.args
    first, days = (_day(), 1) if is_day else (_today(), 7 * WEEKS)
    out = StringIO()
    writer = csv.writer(out)
    writer.writerow([str(name) for name in COLUMNS])
    for line in _lines(_rows(first, days)):
        cells = [line.day, line.item, line.sku, line.place or str(ANYWHERE), *line.units.values()]
        writer.writerow([safe(cell) for cell in cells])
    return as_file(out.getvalue(), f"pick-{first}.csv" if is_day else "upcoming.csv")


def _rows(first: date, days: int) -> Sequence[Row]:
    with ctx().db.session() as session:
        return coming.rows(session, session.get_one(Shop, g.shop.id), first, days, _today())


def _lines(rows: Sequence[Row]) -> list[Line]:
    found: dict[Key, Line] = {}
    for row in rows:
        key = (row.day, row.place, row.title, row.variant_title, row.sku)
        variant = "" if row.variant_title in ("", ONLY_VARIANT) else f" ({row.variant_title})"
        line = found.setdefault(key, Line(row.day, row.place, f"{row.title}{variant}", row.sku))
        line.units[row.certainty] += row.units
    return list(found.values())


def _week() -> int:
    asked = request.args.get("week", "")
    return int(asked) if asked.isascii() and asked.isdigit() and len(asked) < 3 and int(asked) < WEEKS else 0


def _day() -> date:
    """The day that was asked for, within what is known; else tomorrow."""
    today = _today()
    try:
        day = date.fromisoformat(request.args.get("day", ""))
    except ValueError:
        day = today + timedelta(days=1)
    return day if 0 <= (day - today).days < 7 * WEEKS else today + timedelta(days=1)


def _today() -> date:
    return ctx().clock.now().astimezone(g.shop.zone).date()
