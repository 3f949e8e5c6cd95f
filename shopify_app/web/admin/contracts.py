"""The list of subscriptions: search, filter, and what each brings next."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any
from urllib.parse import urlencode

from flask import Response, g, request, url_for

from shopify_app.contracts.models import ACTIVE, ContractLine
from shopify_app.kit.gid import number_of
from shopify_app.kit.speech import _
from shopify_app.web import ctx
from shopify_app.web.access import merchant
from shopify_app.web.admin import blueprint, filter_words, render, saved, words
from shopify_app.web.admin.home_days import local_days
from shopify_app.web.admin.listing import filters, pages
from shopify_app.web.admin.listing.conditions import Asked


@blueprint.get("/contracts")
@merchant
def contracts() -> Response:
    """One page of the list. What is not known counts as not asked; a broken page key leads to the first page."""
    return show(request.args)


def show(args: Mapping[str, str], *, toast: str = "", code: int = 200) -> Response:
    """Render the list as an address with `args` asks for it; with a toast after something was done."""
    asked = asking(args)
    with ctx().db.session() as session:
        page = pages.page(session, asked, _cursor(args))
        has_any = page.total > 0 or pages.any_contract(session, g.shop.id)
        choices = filter_words.choices(session, g.shop.id)
        views = saved.shown(session, asked.filters)
    answer = render.page(
        "contracts/page.html",
        title=_("Subscriptions"),
        code=code,
        toast=toast,
        rows=[_row(row, asked.day[0].date()) for row in page.rows],
        page=page,
        total=page.total,
        has_any=has_any,
        filters=asked.filters,
        query=asked.filters.query(),
        choices=choices,
        said=filter_words.said(asked.filters, choices),
        views=views,
        previous=_link(asked.filters, page.previous),
        next=_link(asked.filters, page.next),
    )
    if request.method == "POST":
        answer.headers["HX-Replace-Url"] = _address(asked.filters.query())
    return answer


def asking(args: Mapping[str, str]) -> Asked:
    """Return what an address with these arguments asks of the merchant's shop."""
    now = ctx().clock.now()
    return Asked(g.shop.id, filters.read(args), local_days(g.shop, now), g.shop.zone, now)


def _cursor(args: Mapping[str, str]) -> pages.Cursor | None:
    for name in ("after", "before"):
        if text := args.get(name):
            try:
                return pages.Cursor.read(text, backwards=name == "before")
            except pages.BadCursor:
                return None
    return None


def _link(wanted: filters.Filters, cursor: pages.Cursor | None) -> str | None:
    if cursor is None:
        return None
    key = {"before" if cursor.backwards else "after": str(cursor)}
    return _address(wanted.query() | key)


def _address(query: dict[str, str]) -> str:
    return f"{url_for('admin.contracts')}?{urlencode(query)}" if query else url_for("admin.contracts")


def _row(row: pages.Row, today: date) -> dict[str, Any]:
    contract = row.contract
    number = number_of(contract.shopify_gid)
    next_on = contract.next_charge_at.astimezone(g.shop.zone).date() if contract.next_charge_at else None
    return {
        "number": number,
        "href": url_for("admin.contract", number=number),
        "customer": row.shopper.label if row.shopper else _("Customer not known"),
        "mail": row.shopper.email if row.shopper else None,
        "products": _products(row.lines),
        "status": words.status(contract.status),
        "next_on": next_on if contract.status == ACTIVE else None,
        "amount": contract.next_charge_total,
        "currency": contract.currency,
        "billing": contract.billing_policy,
        "delivery": contract.delivery_policy if contract.is_prepaid else None,
        "warning": words.payment_warning(row.method, today, next_on) if contract.status == ACTIVE else "",
        "at_risk": contract.at_risk_since is not None,
        "parked": contract.parked_reason is not None,
    }


def _products(lines: list[ContractLine] | Any) -> str:
    if not lines:
        return _("No items")
    first = lines[0].title if lines[0].quantity == 1 else f"{lines[0].quantity} × {lines[0].title}"
    return first if len(lines) == 1 else _("%(first)s and %(len)s more", first=first, len=len(lines) - 1)
