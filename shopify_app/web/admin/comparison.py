"""What the nightly comparison with Shopify found: differences repaired, and those a person should look at."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from flask import Response, g, url_for
from sqlalchemy import select

from shopify_app.insights import drift
from shopify_app.insights.models import Comparison, DriftReport
from shopify_app.kit.gid import number_of
from shopify_app.kit.speech import N_, _
from shopify_app.web import ctx
from shopify_app.web.access import merchant
from shopify_app.web.admin import blueprint, render
from shopify_app.web.admin.words import status
from shopify_app.web.format import moment

NEWEST = 100
KINDS = {
    drift.DIFFERED: N_("Was different in Shopify"),
    drift.MISSING: N_("Was missing here"),
    drift.GONE: N_("Is no longer in Shopify"),
    drift.ONLY_SHOPIFY: N_("Due in Shopify, not here"),
    drift.FOREIGN: N_("Charged outside Perennial"),
    drift.NOT_BILLED: N_("Paid, and still unbilled in Shopify"),
}
FIELDS = {
    "billable_since": N_("active since"),
    "next_billing_date": N_("next billing date"),
    "next_charge_at": N_("next charge"),
    "next_charge_total": N_("next amount"),
    "payment_method_gid": N_("payment method"),
    "customer_gid": N_("customer"),
    "delivery_method": N_("delivery"),
    "lines": N_("items"),
    "shopify_updated_at": N_("time of change"),
    "ours": N_("here"),
}
INSTANTS = {"billable_since", "next_billing_date", "next_charge_at"}
UNTOLD = {"revision_id", "shopify_updated_at", "search_text"}
"""What changes with everything else and tells a merchant nothing."""


@blueprint.get("/comparison")
@merchant
def comparison() -> Response:
    """The newest findings, and when the last comparison ended."""
    with ctx().db.session() as session:
        last = session.get(Comparison, g.shop.id)
        query = select(DriftReport).where(DriftReport.shop_id == g.shop.id)
        rows = session.scalars(
            query.order_by(DriftReport.found_at.desc(), DriftReport.id.desc()).limit(NEWEST + 1)
        ).all()
    return render.page(
        "comparison/page.html",
        title=_("Comparison with Shopify"),
        last=last,
        rows=[_row(row) for row in rows[:NEWEST]],
        newest=NEWEST,
        more=len(rows) > NEWEST,
    )


def _row(row: DriftReport) -> dict[str, Any]:
    number = number_of(row.contract_gid)
    return {
        "found_at": row.found_at,
        "number": number,
        "href": url_for("admin.contract", number=number),
        "cycle": row.cycle_index,
        "kind": KINDS.get(row.kind, row.kind),
        "words": _words(row),
        "is_repaired": row.is_repaired,
    }


def _words(row: DriftReport) -> str:
    """Old and new value of what is short; the names of the rest."""
    before, after = row.before or {}, row.after or {}
    names = sorted(name for name in after if name not in UNTOLD)
    values = {name: (_value(name, before.get(name)), _value(name, after[name])) for name in names}
    return "; ".join(_told(str(FIELDS.get(name, name.replace("_", " "))), *pair) for name, pair in values.items())


def _value(name: str, value: Any) -> str:
    """Return a value as people read it: a state in words, an instant by the shop's clock; empty if not told."""
    if value in (None, "changed") or isinstance(value, list):
        return ""
    if name == "status":
        return str(status(str(value)).words)
    if name in INSTANTS:
        return moment(datetime.fromisoformat(str(value)), g.shop.zone)
    return number_of(str(value)) if str(value).startswith("gid:") else str(value)


def _told(name: str, before: str, after: str) -> str:
    if not after:
        return name
    return f"{name}: {before} → {after}" if before else f"{name}: {after}"
