"""What Shopify asked for on behalf of shoppers: data to erase, and data to hand over, which the merchant does.

A report leaves as a file by a fetch that carries the id token (static/admin.js): a plain link would carry none.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

from flask import Response, g, jsonify, url_for
from sqlalchemy import select
from sqlalchemy.orm import Session

from shopify_app.kit.gid import number_of
from shopify_app.kit.speech import N_, _
from shopify_app.privacy.models import CUSTOMER_REDACT, DATA_REQUEST, SHOP_REDACT, PrivacyRequest
from shopify_app.web import ctx
from shopify_app.web.access import merchant
from shopify_app.web.admin import blueprint, render, report
from shopify_app.web.admin.words import Badge

NEWEST = 100
MOST_DIGITS = 18
"""Any number this long fits the column."""

KINDS = {
    DATA_REQUEST: N_("Data request"),
    CUSTOMER_REDACT: N_("Erase a customer"),
    SHOP_REDACT: N_("Erase the shop"),
}
GONE = N_("The customer's data were erased later on, and this report with them.")
CAME_BACK = N_("Nothing was erased: by then the shop had installed Perennial again.")
MISSING = N_("Request not found")

Values = dict[str, Any]


@blueprint.get("/settings/privacy")
@merchant
def privacy_requests() -> Response:
    """The newest requests."""
    with ctx().db.session() as session:
        found = _newest(session, NEWEST + 1)
    rows = [_row(request) for request in found[:NEWEST]]
    return render.page(
        "privacy/page.html", title=_("Privacy requests"), rows=rows, newest=NEWEST, more=found[NEWEST:]
    )


@blueprint.get("/settings/privacy/<request_id>")
@merchant
def privacy_request(request_id: str) -> Response:
    """One request: the report as tables, or the proof of an erasure."""
    with ctx().db.session() as session:
        found = _one(session, request_id)
    if found is None:
        return render.page("privacy/missing.html", title=str(MISSING), code=404)
    return render.page(
        "privacy/request.html", title=str(KINDS.get(found.kind, found.kind)), **_row(found), **_told(found)
    )


@blueprint.get("/settings/privacy/<request_id>/report.json")
@merchant
def privacy_report(request_id: str) -> Response:
    """The report of a data request as a file, complete."""
    with ctx().db.session() as session:
        found = _one(session, request_id)
    if found is None or found.kind != DATA_REQUEST or found.report is None:
        response = jsonify(error=_("There is no report."))
        response.status_code = 404
        return response
    whole = {"shop": g.shop.domain, "customer": found.customer_gid, "data": found.report}
    whole["collected_at"] = found.done_at.isoformat() if found.done_at else None
    response = render.answer(json.dumps(whole, indent=2, ensure_ascii=False))
    response.headers["Content-Type"] = "application/json"
    response.headers["Content-Disposition"] = f'attachment; filename="{_file(found)}"'
    return response


def _newest(session: Session, limit: int) -> Sequence[PrivacyRequest]:
    query = select(PrivacyRequest).where(PrivacyRequest.shop_id == g.shop.id)
    return session.scalars(
        query.order_by(PrivacyRequest.received_at.desc(), PrivacyRequest.id.desc()).limit(limit)
    ).all()


def _one(session: Session, request_id: str) -> PrivacyRequest | None:
    if not (request_id.isascii() and request_id.isdigit() and len(request_id) <= MOST_DIGITS):
        return None
    query = select(PrivacyRequest).where(PrivacyRequest.shop_id == g.shop.id, PrivacyRequest.id == int(request_id))
    return session.scalar(query)


def _row(request: PrivacyRequest) -> Values:
    customer = number_of(request.customer_gid) if request.customer_gid else None
    return {
        "href": url_for("admin.privacy_request", request_id=request.id),
        "id": request.id,
        "kind": KINDS.get(request.kind, request.kind),
        "customer": _("Customer %(number)s", number=customer) if customer else _("All customers"),
        "customer_link": render.admin_link(f"customers/{customer}") if customer else None,
        "received_at": request.received_at,
        "done_at": request.done_at,
        "state": _state(request),
    }


def _state(request: PrivacyRequest) -> Badge:
    if request.done_at:
        return Badge(_("Done"), "success")
    return Badge(_("Waiting, tried before"), "warning") if request.last_error else Badge(_("Waiting"), "info")


def _told(request: PrivacyRequest) -> Values:
    """What the request's page says beyond its row."""
    is_asked, found = request.kind == DATA_REQUEST, request.report
    if request.done_at is None:
        return {"tables": [], "note": "", "file": None}
    if found is None:
        return {"tables": [], "note": GONE if is_asked else CAME_BACK, "file": None}
    if not is_asked:
        return {"tables": [report.erased(found)], "note": "", "file": None}
    return {"tables": report.tables(found, g.shop.zone), "note": "", "file": _file(request)}


def _file(request: PrivacyRequest) -> str:
    return f"data-of-customer-{number_of(request.customer_gid or '')}-request-{request.id}.json"
