"""Numbers of Insights' later charts as tables for a file: head and rows."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy.orm import Session

from shopify_app.kit.money import round_money
from shopify_app.kit.speech import _
from shopify_app.shops.models import Shop
from shopify_app.web.admin.insights import cohorts, coming, recovering

NAMES = ("ahead", "cohorts", "recovery")
Table = tuple[Sequence[str], list[tuple[object, ...]]]


def of(name: str, session: Session, shop: Shop, currency: str, now: datetime) -> Table:
    """Return one of NAMES, in one currency."""
    if name == "ahead":
        return _ahead(session, shop, currency, now)
    if name == "cohorts":
        return _cohorts(session, shop, now)
    return _recovery(session, shop, currency, now)


def _ahead(session: Session, shop: Shop, currency: str, now: datetime) -> Table:
    weeks = coming.weeks(session, shop, currency, now)
    rows: list[tuple[object, ...]] = [
        (week.on, *(round_money(amount, currency) for amount in week.sums.values()), currency) for week in weeks
    ]
    return (_("Seven days from"), *(str(word) for word in coming.WORDS.values()), _("Currency")), rows


def _cohorts(session: Session, shop: Shop, now: datetime) -> Table:
    found = cohorts.cohorts(session, shop, now.astimezone(shop.zone).date())
    later = (_("After months: %(num)s", num=number) for number in range(1, cohorts.MONTHS))
    rows: list[tuple[object, ...]] = [
        (each.on, each.began, *("" if kept is None else kept for kept in each.kept)) for each in found
    ]
    return (_("Began in the month of"), _("Subscriptions"), *later), rows


def _recovery(session: Session, shop: Shop, currency: str, now: datetime) -> Table:
    found = recovering.days(session, shop, currency, now.astimezone(shop.zone).date())
    rows: list[tuple[object, ...]] = []
    for each in found:
        sums = (round_money(each.recovered, currency), round_money(each.lost, currency))
        rows.append((each.on, *sums, each.well, each.ended, currency))
    head = (_("Day"), _("Recovered"), _("Not recovered"), _("Cases recovered"), _("Cases ended"), _("Currency"))
    return head, rows
