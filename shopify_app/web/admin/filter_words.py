"""Filters of the list of subscriptions in a merchant's words, and what can be chosen for each."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from sqlalchemy import select
from sqlalchemy.orm import Session

from shopify_app.catalog.models import Product
from shopify_app.kit.gid import number_of
from shopify_app.kit.speech import N_, _
from shopify_app.plans.models import SellingPlan
from shopify_app.web.admin import words
from shopify_app.web.admin.listing import filters
from shopify_app.web.format import beat, full_day

MOST = 250
"""Products and plans that can be chosen; others are found by the search."""
SHOW = {
    **{status: words.STATUS[status].words for status in filters.STATUSES},
    "expected": N_("Expected today"),
    "due": N_("Still due today"),
    "charged": N_("Charged today"),
    "failed": N_("Charge failed today"),
    "flying": N_("Waiting for the bank"),
    "aside": N_("Held or needs you"),
    "parked": N_("Waits for you"),
    "short": N_("Waits for you: out of stock"),
    "unexplained": N_("Unexplained: not charged"),
    filters.AT_RISK: N_("At risk: a charge failed"),
}
PAY = {
    "failing": N_("A charge failed"),
    "expiring": N_("Card expires within 30 days"),
    "none": N_("Nothing to pay with"),
}
PREPAID = {"yes": N_("Prepaid"), "no": N_("Not prepaid")}
STOCK = {"waiting": N_("An order waits for stock")}
SORT = {
    "": N_("Best match, then next charge"),
    filters.SOONEST: N_("Next charge, soonest first"),
    filters.LATEST: N_("Next charge, latest first"),
}
DAYS = {
    "next_from": N_("Next charge from"),
    "next_to": N_("Next charge to"),
    "since": N_("Started from"),
    "until": N_("Started to"),
}
NAMED = {
    "product": N_("Product"),
    "plan": N_("Plan"),
    "show": N_("Show"),
    "pay": N_("Pay"),
    "prepaid": N_("Prepaid"),
    "stock": N_("Stock"),
}
"""Filters whose value nobody knows any more."""
_RHYTHMS = [(1, "WEEK"), (2, "WEEK"), (3, "WEEK"), (4, "WEEK"), (6, "WEEK"), (8, "WEEK")]
_RHYTHMS += [(1, "MONTH"), (2, "MONTH"), (3, "MONTH"), (6, "MONTH"), (1, "YEAR")]


@dataclass(frozen=True)
class Choices:
    """What each filter may be, number or code → words."""

    product: dict[str, str]
    plan: dict[str, str]
    show: dict[str, str]
    pay: dict[str, str]
    prepaid: dict[str, str]
    stock: dict[str, str]
    every: dict[str, str]
    sort: dict[str, str]


def choices(session: Session, shop_id: int) -> Choices:
    """Return what a shop's filters may be."""
    products = select(Product.shopify_gid, Product.title).where(Product.shop_id == shop_id)
    plans = select(SellingPlan.shopify_gid, SellingPlan.name).where(SellingPlan.shop_id == shop_id)
    found = [
        {number_of(gid): name for gid, name in session.execute(query.limit(MOST))}
        for query in (products.order_by(Product.title, Product.id), plans.order_by(SellingPlan.name, SellingPlan.id))
    ]
    every = {f"{count}-{unit}": beat({"interval": unit, "intervalCount": count}) for count, unit in _RHYTHMS}
    return Choices(found[0], found[1], SHOW, PAY, PREPAID, STOCK, every, SORT)


def said(asked: filters.Filters, known: Choices) -> list[tuple[str, str]]:
    """Return each filter that is on as field and words, for a list of what narrows it down."""
    found: list[tuple[str, str]] = []
    for name in filters.NAMES:
        value = getattr(asked, name)
        if not value or name in ("q", "sort"):
            continue
        found.append((name, _one(name, value, known)))
    return found


def _one(name: str, value: str | date, known: Choices) -> str:
    if isinstance(value, date):
        return f"{DAYS[name]} {full_day(value)}"
    if name == "ended":
        return _("Cancelled this month")
    if name == "country":
        return _("Country %(code)s", code=value)
    named = getattr(known, name, {}).get(value)
    if name == "every":
        return named or value
    return str(named) if named else f"{NAMED.get(name, name)} {value}"
