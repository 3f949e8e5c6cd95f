"""The list of subscriptions: search, filter, and what each brings next."""

from __future__ import annotations

from datetime import date
from typing import Any
from urllib.parse import urlencode

from flask import Response, g, request, url_for

from shopify_app.contracts.models import ACTIVE, ContractLine
from shopify_app.kit.gid import number_of
from shopify_app.web import ctx
from shopify_app.web.access import merchant
from shopify_app.web.admin import blueprint, listing, render, words
from shopify_app.web.admin.home import local_days

SHOW = [
    ("", "All subscriptions"),
    *((status, words.STATUS[status].words) for status in listing.STATUSES),
    ("due", "Still due today"),
    ("charged", "Charged today"),
    ("failed", "Charge failed today"),
    ("flying", "Waiting for the bank"),
    ("aside", "Held or needs you"),
    (listing.AT_RISK, "At risk: a charge failed"),
]
SORT = [("soonest", "Next charge, soonest first"), ("latest", "Next charge, latest first")]
LONGEST_SEARCH = 200


@blueprint.get("/contracts")
@merchant
def contracts() -> Response:
    """One page of the list. Unknown filters count as none; a broken page key leads to the first page."""
    wanted, cursor = _wanted(), _cursor()
    with ctx().db.session() as session:
        page = listing.page(session, g.shop.id, wanted, cursor)
        has_any = page.total > 0 or listing.any_contract(session, g.shop.id)
    return render.page(
        "contracts/page.html",
        title="Subscriptions",
        rows=[_row(row, wanted.day[0].date()) for row in page.rows],
        total=page.total,
        has_any=has_any,
        search=wanted.search,
        show=wanted.show,
        sort=wanted.sort,
        shows=SHOW,
        sorts=SORT,
        previous=_link(wanted, page.previous),
        next=_link(wanted, page.next),
    )


def _wanted() -> listing.Wanted:
    show, sort = request.args.get("show", ""), request.args.get("sort", "")
    return listing.Wanted(
        search=request.args.get("q", "").replace("\0", "").strip().removeprefix("#")[:LONGEST_SEARCH],
        show=show if show in dict(SHOW) else "",
        sort=sort if sort in listing.SORTS else listing.SORTS[0],
        day=local_days(g.shop, ctx().clock.now()),
    )


def _cursor() -> listing.Cursor | None:
    for name in ("after", "before"):
        if text := request.args.get(name):
            try:
                return listing.Cursor.read(text, backwards=name == "before")
            except listing.BadCursor:
                return None
    return None


def _link(wanted: listing.Wanted, cursor: listing.Cursor | None) -> str | None:
    if cursor is None:
        return None
    kept = {"q": wanted.search, "show": wanted.show, "sort": "" if wanted.sort == listing.SORTS[0] else wanted.sort}
    key = {"before" if cursor.backwards else "after": str(cursor)}
    query = urlencode({name: value for name, value in kept.items() if value} | key)
    return f"{url_for('admin.contracts')}?{query}"


def _row(row: listing.Row, today: date) -> dict[str, Any]:
    contract = row.contract
    number = number_of(contract.shopify_gid)
    next_on = contract.next_charge_at.astimezone(g.shop.zone).date() if contract.next_charge_at else None
    return {
        "number": number,
        "href": url_for("admin.contract", number=number),
        "customer": row.shopper.label if row.shopper else "Customer not known",
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
        return "No items"
    first = lines[0].title if lines[0].quantity == 1 else f"{lines[0].quantity} × {lines[0].title}"
    return first if len(lines) == 1 else f"{first} and {len(lines) - 1} more"
